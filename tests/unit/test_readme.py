"""The README is true: what it shows is generated or exists."""

import re
from pathlib import Path

import pytest

from entrypoints.settings_docs import configuration_table

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def section(name: str) -> str:
    return README.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0]


def test_the_configuration_table_is_the_generated_one() -> None:
    assert section("configuration").strip() == configuration_table().strip()


@pytest.mark.parametrize("named", re.findall(r"`(tests/[^`]+)`", section("guarantees")))
def test_every_guarantee_names_a_test_that_exists(named: str) -> None:
    path, _, name = named.partition("::")
    assert (ROOT / path).exists()
    if name:
        assert f"def {name}(" in (ROOT / path).read_text()


@pytest.mark.parametrize("link", re.findall(r"\]\(((?!http)[^)#]+)", README))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
