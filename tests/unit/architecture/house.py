"""The source as syntax trees, for the tests that read it instead of running it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
SRC = ROOT / "src"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    path: Path
    tree: ast.Module
    lines: int

    @property
    def name(self) -> str:
        """As people say it: `domain/model/task.py`."""
        return self.path.relative_to(SRC if SRC in self.path.parents else ROOT).as_posix()

    def classes(self) -> Iterator[ast.ClassDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def imports(self) -> Iterator[str]:
        """Every imported module in full, wherever in the file, `from a import b` as `a`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield "." * node.level + (node.module or "")

    def names(self) -> Iterator[str]:
        """Every name and attribute the file speaks of, imported ones included."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name):
                yield node.id
            elif isinstance(node, ast.Attribute):
                yield node.attr
            elif isinstance(node, ast.alias):
                yield node.name.rpartition(".")[2]


@cache
def modules(folder: Path = SRC) -> tuple[Module, ...]:
    """All but what `make proto` generates."""
    files = sorted(path for path in folder.rglob("*.py") if "_pb2" not in path.name)
    assert files, f"no source in {folder}"
    texts = [(path, path.read_text(encoding="utf-8")) for path in files]
    return tuple(Module(path, ast.parse(text), len(text.splitlines())) for path, text in texts)


def last_names(nodes: list[ast.expr]) -> set[str]:
    """`a.b.C[T]` is C."""
    heads = [node.value if isinstance(node, ast.Subscript) else node for node in nodes]
    return {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in heads
        if isinstance(node, ast.Attribute | ast.Name)
    }


def is_abstract(function: Function) -> bool:
    return "abstractmethod" in last_names(function.decorator_list)


def abstract_methods(port: ast.ClassDef) -> list[str]:
    methods = [node for node in port.body if isinstance(node, Function)]
    return [method.name for method in methods if is_abstract(method)]
