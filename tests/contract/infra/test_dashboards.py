"""The dashboards: built from code, as committed, of known metrics, named as the runbook does."""

import json
import re

import promql_parser
import pytest
import yaml
from prometheus_client import CollectorRegistry

from adapters.telemetry.prometheus import PrometheusTelemetry
from infra.grafana.build import BOARDS, FOLDER
from infra.grafana.panels import SOURCE, Board, Panel
from tests.contract.infra.stack import ROOT, services
from tests.contract.infra.test_alerts import ALERTS

EACH = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
PANELS = [panel for board in BOARDS for panel in board.panels]
OURS = re.compile(r"\bdarkroom_\w+")


def queries(panel: Panel) -> list[str]:
    return [query.replace("$__rate_interval", "20s") for query in panel.queries.values()]


def exposed() -> set[str]:
    """Every series there can be, by name."""
    registry = CollectorRegistry()
    PrometheusTelemetry(registry, ["echo"], "1")
    kinds = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",)}
    return {family.name + end for family in registry.collect()
            for end in kinds.get(family.type, ("",))}  # fmt: skip


@EACH
def test_the_committed_one_is_the_built_one(board: Board) -> None:
    """Anew: make dashboards."""
    assert (FOLDER / f"{board.uid}.json").read_text() == board.json()


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_its_queries_are_sound_and_of_metrics_there_are(panel: Panel) -> None:
    for query in queries(panel):
        promql_parser.parse(query)
        assert set(OURS.findall(query)) <= exposed()
    assert panel.why.endswith(".")


@pytest.mark.parametrize("name", ALERTS)
def test_alerts_are_of_metrics_there_are(name: str) -> None:
    promql_parser.parse(ALERTS[name]["expr"])
    assert set(OURS.findall(ALERTS[name]["expr"])) <= exposed()


@EACH
def test_grafana_finds_its_source_in_each_panel(board: Board) -> None:
    shown = [panel for panel in json.loads(board.json())["panels"] if panel["type"] != "row"]
    assert len(shown) == len(board.panels)
    assert {panel["datasource"]["uid"] for panel in shown} == {SOURCE.uid}
    provisioned = (ROOT / "infra/grafana/provisioning/datasources/prometheus.yml").read_text()
    assert f"uid: {SOURCE.uid}" in provisioned


def test_grafana_is_given_what_it_is_provisioned_with() -> None:
    """The paths inside its container, and Prometheus' name in the network."""
    folder = ROOT / "infra/grafana/provisioning"
    mounts = dict(volume.split(":")[:2] for volume in services()["grafana"]["volumes"])
    [provider] = yaml.safe_load((folder / "dashboards/darkroom.yml").read_text())["providers"]
    assert mounts["./infra/grafana/dashboards"] == provider["options"]["path"]
    assert mounts["./infra/grafana/provisioning"] == "/etc/grafana/provisioning"
    [source] = yaml.safe_load((folder / "datasources/prometheus.yml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090"
    assert "prometheus" in services()


def test_titles_are_told_apart() -> None:
    titles = [panel.title for panel in PANELS]
    assert len(set(titles)) == len(titles)


def test_the_runbook_names_panels_that_exist() -> None:
    titles = {panel.title for panel in PANELS}
    for page in (ROOT / "docs/runbook").glob("*.md"):
        for named in re.findall(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", page.read_text()):
            assert named in titles, f"{page.name}: {named}"
