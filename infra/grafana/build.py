"""`python -m infra.grafana.build`: write the dashboards that Grafana is provisioned with."""

from pathlib import Path

from infra.grafana.service import SERVICE
from infra.grafana.tenants import TENANTS
from infra.grafana.workers import WORKERS

BOARDS = (SERVICE, WORKERS, TENANTS)
FOLDER = Path(__file__).parent / "dashboards"


def main() -> None:
    for board in BOARDS:
        (FOLDER / f"{board.uid}.json").write_text(board.json())


if __name__ == "__main__":
    main()
