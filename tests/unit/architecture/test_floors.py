"""What the import contracts watch."""

import tomllib

from tests.unit.architecture.house import ROOT, SRC


def test_every_folder_of_adapters_is_kept_apart_from_the_others() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    [apart] = [each for each in contracts if each["type"] == "independence"]
    folders = {f"adapters.{each.parent.name}" for each in (SRC / "adapters").glob("*/__init__.py")}
    assert folders == set(apart["modules"])
