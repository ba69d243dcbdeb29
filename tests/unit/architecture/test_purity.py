"""The inside has no clock, no chance, no input or output: what it needs comes in as arguments."""

import ast
from pathlib import Path

import pytest

from tests.unit.architecture.house import SRC, Module, modules

PURE_STDLIB = frozenset({
    "abc", "base64", "binascii", "collections", "collections.abc", "dataclasses", "datetime",
    "difflib", "enum", "functools", "hashlib", "hmac", "ipaddress", "itertools", "json", "math",
    "operator", "re", "types", "typing", "unicodedata", "urllib.parse",
})  # fmt: skip
FOR_PORTS = frozenset({"contextlib"})
FOR_USE_CASES = frozenset({"asyncio", "contextlib", "traceback"})

IMPURE_CALLS = frozenset({
    "open", "print", "input", "exec", "eval", "compile", "breakpoint", "__import__", "globals",
})  # fmt: skip
IMPURE_METHODS = frozenset({
    "now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter", "sleep", "uuid1",
    "uuid4", "uuid7", "random", "randint", "choice", "urandom", "getenv", "token_bytes",
    "token_hex", "token_urlsafe", "read_text", "read_bytes", "write_text", "write_bytes",
})  # fmt: skip

MODEL = modules(SRC / "domain" / "model")
USE_CASES = modules(SRC / "domain" / "use_cases")
PORTS = modules(SRC / "ports")


def foreign(module: Module, own: tuple[str, ...], allowed: frozenset[str]) -> list[str]:
    """The imports that are neither under `own` nor `allowed`."""
    return [
        name
        for name in module.imports()
        if name not in allowed and not any(name == o or name.startswith(f"{o}.") for o in own)
    ]


@pytest.mark.parametrize("module", MODEL, ids=lambda module: module.name)
def test_the_model_imports_itself_and_pure_stdlib(module: Module) -> None:
    assert foreign(module, ("domain.model",), PURE_STDLIB) == []


@pytest.mark.parametrize("module", PORTS, ids=lambda module: module.name)
def test_ports_import_the_model_and_pure_stdlib(module: Module) -> None:
    assert foreign(module, ("domain.model",), PURE_STDLIB | FOR_PORTS) == []


@pytest.mark.parametrize("module", USE_CASES, ids=lambda module: module.name)
def test_use_cases_import_the_inside_asyncio_and_pure_stdlib(module: Module) -> None:
    assert foreign(module, ("domain", "ports"), PURE_STDLIB | FOR_USE_CASES) == []


@pytest.mark.parametrize("module", [*MODEL, *USE_CASES], ids=lambda module: module.name)
def test_the_inside_calls_nothing_impure(module: Module) -> None:
    assert impure_calls(module.tree) == []


@pytest.mark.parametrize("module", MODEL, ids=lambda module: module.name)
def test_the_model_never_waits(module: Module) -> None:
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    assert [node.lineno for node in ast.walk(module.tree) if isinstance(node, waiting)] == []


def impure_calls(tree: ast.Module) -> list[str]:
    """`asyncio.sleep` is the one way to wait that use cases have."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    spoken = [(call.lineno, ast.unparse(call.func)) for call in calls]
    return [
        f"line {line}: {name}()"
        for line, name in spoken
        if name in IMPURE_CALLS
        or ("." in name and name.rpartition(".")[2] in IMPURE_METHODS and name != "asyncio.sleep")
    ]


@pytest.mark.parametrize(
    "text",
    ["time.time()", "datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "open('x')",
     "print(1)", "uuid.uuid4()", "random.random()", "os.urandom(3)", "Path('x').read_text()"],
)  # fmt: skip
def test_the_watch_sees_what_it_is_to_see(text: str) -> None:
    assert len(impure_calls(ast.parse(text))) == 1


@pytest.mark.parametrize("text", ["self._now()", "now()", "datetime.fromtimestamp(at, UTC)"])
def test_a_clock_that_was_handed_in_is_no_impurity(text: str) -> None:
    assert impure_calls(ast.parse(text)) == []


@pytest.mark.parametrize("package", ["domain", "ports", "adapters", "entrypoints", "darkroom"])
def test_our_packages_are_ours(package: str) -> None:
    """An old distribution is named `entrypoints` too."""
    file = __import__(package).__file__
    assert file is not None
    assert Path(file).is_relative_to(SRC)
