"""Each alert: true in a unit test of Prometheus' own, with a page that says what to do."""

import re
import subprocess
from typing import Any

import pytest
import yaml

from tests.contract.infra.stack import ROOT
from tests.contract.services import require_program

RULES = ROOT / "infra/prometheus/rules/darkroom.yml"
TESTS = ROOT / "infra/prometheus/tests/darkroom.yml"
ALERTS: dict[str, dict[str, Any]] = {
    rule["alert"]: rule
    for group in yaml.safe_load(RULES.read_text())["groups"]
    for rule in group["rules"]
}
EACH = pytest.mark.parametrize("name", ALERTS)


def test_they_fire_when_they_have_to_and_only_then() -> None:
    command = [require_program("promtool"), "test", "rules", TESTS]
    tested = subprocess.run(command, capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stdout + tested.stderr


@EACH
def test_its_firing_is_tested(name: str) -> None:
    assert f'alertname="{name}"' in TESTS.read_text()


@EACH
def test_it_says_how_urgent_it_is_and_what_to_do(name: str) -> None:
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert {"summary", "description", "runbook_url"} == set(rule["annotations"])
    page = (ROOT / rule["annotations"]["runbook_url"]).read_text()
    assert name in page
    assert re.findall(r"^## (\w+)", page, re.MULTILINE) == ["Look", "Do", "Afterwards"]


def test_no_page_is_left_over() -> None:
    named = {rule["annotations"]["runbook_url"] for rule in ALERTS.values()}
    assert {str(page.relative_to(ROOT)) for page in (ROOT / "docs/runbook").glob("*.md")} == named


@EACH
def test_the_runbook_lists_it(name: str) -> None:
    rule = ALERTS[name]
    page = rule["annotations"]["runbook_url"].removeprefix("docs/")
    row = rf"\| `{name}` \| {rule['labels']['severity']} \| \[[^]]+\]\({page}\) \|"
    assert re.search(row, (ROOT / "docs/07-runbook.md").read_text())
