"""The README's matrix of what each queue promises: every cell names clauses that its adapter
passes, and every clause stands in some row."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CONTRACT = ROOT / "tests" / "contract"

LETTERS = dict(re.findall(r"`(\w)` = `(tests/contract/clauses/\w+\.py)`", README))
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in README.split("\n| promise | memory |")[1].split("\n\n")[0].splitlines()[2:]
]
BINDINGS = ("memory", "celery_rabbitmq", "celery_redis", "dramatiq_rabbitmq", "dramatiq_redis")


def classes(path: Path) -> dict[str, ast.ClassDef]:
    found = ast.walk(ast.parse(path.read_text()))
    return {node.name: node for node in found if isinstance(node, ast.ClassDef)}


def clauses(letter: str) -> dict[str, set[int]]:
    """The numbers of the tests of each clause class in the file that `letter` stands for."""
    return {
        name: {int(n) for n in re.findall(r"def test_(\d\d)_", ast.unparse(node))}
        for name, node in classes(ROOT / LETTERS[letter]).items()
    }


def passed(binding: str) -> set[tuple[str, int]]:
    """What the binding inherits."""
    bases = {
        base.id
        for node in classes(CONTRACT / f"test_wakeup_queue_{binding}.py").values()
        for base in node.bases
        if isinstance(base, ast.Name)
    }
    return {
        (letter, number)
        for letter in LETTERS
        for name, numbers in clauses(letter).items()
        if name in bases
        for number in numbers
    }


def named(cell: str) -> set[tuple[str, int]]:
    """`W 01–03, D 02` as pairs."""
    letter, found = "", set[tuple[str, int]]()
    for part in filter(None, re.split(r"[ ,]+", cell.replace("–", "-"))):
        if part in LETTERS:
            letter = part
        elif part != "-":
            first, _, last = part.partition("-")
            found |= {(letter, n) for n in range(int(first), int(last or first) + 1)}
    return found


@pytest.mark.parametrize(("column", "binding"), list(enumerate(BINDINGS, start=1)))
def test_a_column_names_exactly_what_its_adapter_passes(column: int, binding: str) -> None:
    told = [named(row[column]) for row in ROWS]
    assert set().union(*told) == passed(binding)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_promises_the_same_of_every_broker(row: list[str]) -> None:
    assert len(row) == 1 + len(BINDINGS)
    assert len(set(row[2:])) == 1
    assert named(row[1]) <= named(row[2])


def test_it_can_be_read() -> None:
    """A watch that finds nothing would be content for ever."""
    assert set(LETTERS) == {"W", "D"}
    assert len(ROWS) >= 12
    assert named("W 01–03, 16, D 02") == {("W", 1), ("W", 2), ("W", 3), ("W", 16), ("D", 2)}
    assert named("–") == set()
