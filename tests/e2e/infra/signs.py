"""The table of docs/runbook/README.md: from what the panels show to what is going on."""

from collections.abc import Callable, Mapping

from infra.grafana.build import BOARDS
from tests.e2e.infra.local_stack import LocalStack

PANELS = {panel.title: panel for board in BOARDS for panel in board.panels}
Lines = Mapping[str, float]
Look = Callable[[str], Lines]
"""The lines of the panel with this title, by their names."""


def broker_down(look: Look) -> bool:
    return look("Parts in reach").get("queue") == 0


def worker_hung(look: Look) -> bool:
    return any(seconds > 12 for seconds in look("Present call of each device").values()) or (
        look("Processes that do not answer").get("worker", 0) > 0
    )


def tenant_floods(look: Look) -> bool:
    growth = look("Backlog growth by tenant")
    shares = look("Share of the accepted writes")
    return any(share > 0.75 and growth.get(tenant, 0) > 2 for tenant, share in shares.items())


def model_fails(look: Look) -> bool:
    shares = look("Failures by model")
    return any(share > 0.2 for share in shares.values()) and any(
        share == 0 for share in shares.values()
    )


def disk_fills(look: Look) -> bool:
    return any(share < 0.1 for share in look("Free disk").values())


SIGNS = {
    "broker down": broker_down,
    "worker hung": worker_hung,
    "tenant floods": tenant_floods,
    "model fails": model_fails,
    "disk fills": disk_fills,
}


def diagnosis(local: LocalStack) -> set[str]:
    """What somebody would say who sees the dashboards and nothing else."""

    def look(title: str) -> Lines:
        shown = local.shown(PANELS[title])
        return {name: value for lines in shown.values() for name, value in lines.items()}

    return {name for name, is_so in SIGNS.items() if is_so(look)}
