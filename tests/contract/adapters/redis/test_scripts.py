"""The Lua files, read instead of run."""

from pathlib import Path

import pytest

import adapters

SCRIPTS = sorted(Path(adapters.__file__).parent.rglob("*.lua"))


def test_there_are_scripts() -> None:
    assert {"insert_once.lua", "replace.lua"} <= {path.name for path in SCRIPTS}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_the_first_line_states_the_units(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("-- Times are unix seconds")
