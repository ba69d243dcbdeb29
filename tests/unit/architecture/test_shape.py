"""The sizes and names of the house."""

import ast
import re
from statistics import median

import pytest

from tests.unit.architecture.house import SRC, Module, abstract_methods, last_names, modules

MAX_FILE_LINES = 250
MAX_FUNCTION_LINES = 40
MAX_PORT_METHODS = 5

VAGUE_FILES = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common",
               "misc", "impl"}  # fmt: skip
VAGUE_CLASS = re.compile(r"I(?!Pv)[A-Z][a-z]|Abstract|Base[A-Z]|.*(Impl|Manager|Helpers?|Utils?)$")


def function_lines() -> list[tuple[int, str]]:
    return sorted(
        ((f.end_lineno or f.lineno) - f.lineno + 1, f"{module.name}:{f.lineno} {f.name}")
        for module in modules()
        for f in module.functions()
    )


def test_files_are_short() -> None:
    sizes = sorted((module.lines, module.name) for module in modules())
    print(f"longest: {sizes[-1]}; median: {median(lines for lines, _ in sizes)} lines")
    assert [found for found in sizes if found[0] > MAX_FILE_LINES] == []
    assert median(lines for lines, _ in sizes if lines) <= 80


def test_functions_are_short() -> None:
    sizes = function_lines()
    print(f"longest: {sizes[-1]}; median: {median(lines for lines, _ in sizes)} lines")
    assert [found for found in sizes if found[0] > MAX_FUNCTION_LINES] == []
    assert median(lines for lines, _ in sizes) <= 7


def test_names_say_what_a_thing_does() -> None:
    parts = {part for module in modules() for part in module.name.removesuffix(".py").split("/")}
    assert parts & VAGUE_FILES == set()
    classes = {f"{module.name}: {c.name}" for module in modules() for c in module.classes()}
    assert [name for name in sorted(classes) if VAGUE_CLASS.match(name.split(": ")[1])] == []


@pytest.mark.parametrize(
    ("name", "vague"),
    [("ITaskStore", True), ("TaskStoreImpl", True), ("QueueManager", True), ("BaseQueue", True),
     ("AbstractQueue", True), ("ImageFetcher", False), ("Imaging", False), ("InternalError", False),
     ("Baseline", False), ("IPv4Rule", False)],
)  # fmt: skip
def test_the_watch_knows_vague_names(name: str, vague: bool) -> None:
    assert bool(VAGUE_CLASS.match(name)) == vague


def test_no_middleware_costs_three_requests() -> None:
    """Starlette's BaseHTTPMiddleware runs each request through a task and a stream of its own."""
    users = [module.name for module in modules() if "BaseHTTPMiddleware" in module.names()]
    assert users == []


PORTS = [
    (module, port)
    for module in modules(SRC / "ports")
    for port in module.classes()
    if "ABC" in last_names(port.bases)
]


@pytest.mark.parametrize(("module", "port"), PORTS, ids=[port.name for _, port in PORTS])
def test_a_port_is_small_and_says_what_it_promises(module: Module, port: ast.ClassDef) -> None:
    methods = [
        node for node in port.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert 1 <= len(methods) <= MAX_PORT_METHODS
    assert [method.name for method in methods if not ast.get_docstring(method)] == []
    assert "__slots__" in {name for node in port.body for name in _assigned(node)}
    assert len([owner for owner, _ in PORTS if owner is module]) == 1, "one port a file"


def test_most_ports_are_all_duty() -> None:
    """`Lifecycle` alone has methods that nobody has to override."""
    assert [port.name for _, port in PORTS if not abstract_methods(port)] == ["Lifecycle"]


def _assigned(node: ast.stmt) -> set[str]:
    return last_names(node.targets) if isinstance(node, ast.Assign) else set()
