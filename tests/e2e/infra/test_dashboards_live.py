"""Every panel of every dashboard shows something while the service works."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import isnan
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from prometheus_client import CollectorRegistry, start_http_server

from adapters.telemetry.prometheus import PrometheusTelemetry
from domain.model.device import DeviceFacts, DeviceUse
from infra.grafana.build import BOARDS
from infra.grafana.panels import Board
from tests.contract.services import free_port
from tests.e2e.infra.local_stack import LocalStack, submit
from tests.e2e.service import OTHER_KEY

pytest_plugins = ["tests.e2e.production_stack", "tests.e2e.infra.local_fixture"]

TIERS = ("high", "normal", "low")
FAILING = {"manner": "quotes", "text": "a square"}
PATIENCE_S = 120.0
GPU = DeviceFacts(
    index=0, utilisation_percent=70, memory_used_bytes=3 * 2**30, memory_total_bytes=8 * 2**30,
    temperature_c=61, power_w=180.0, ecc_errors=0,
)  # fmt: skip


@contextmanager
def a_gpu(local: LocalStack) -> Iterator[None]:
    """One more worker, whose GPU says what ours here would: the adapter is the real one."""
    registry, port = CollectorRegistry(), free_port()
    PrometheusTelemetry(registry, ["trial"], "1").sample_device(GPU, ["trial"], DeviceUse())
    server, thread = start_http_server(port, "127.0.0.1", registry)
    local.add_target("worker", port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def traffic(local: LocalStack) -> Iterator[None]:
    """Two tenants, three priorities, tasks that fail and are repeated, until the end."""
    over = Event()

    def send() -> None:
        with local.client() as one, local.client(OTHER_KEY) as other:
            for number in range(10_000):
                if over.wait(0.2):
                    return
                client = other if number % 5 == 0 else one
                params = FAILING if number % 7 == 0 else {"seconds": 0.05}
                submit(
                    client,
                    f"n-{number}",
                    priority=TIERS[number % 3],
                    params=params,
                    callback_url=local.env["DEAF_RECEIVER"],
                )
                client.get("/v1/queues")

    sending = Thread(target=send)
    sending.start()
    try:
        yield
    finally:
        over.set()
        sending.join()


@pytest.fixture(scope="module")
def busy(local: LocalStack) -> Iterator[LocalStack]:
    with a_gpu(local), traffic(local):
        yield local


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_no_panel_is_empty(busy: LocalStack, board: Board) -> None:
    ends_at = monotonic() + PATIENCE_S
    while empty := _empty(busy, board):
        assert monotonic() < ends_at, f"without any figure: {empty}"
        sleep(1)


def _empty(local: LocalStack, board: Board) -> dict[str, list[str]]:
    """The queries that show nothing, by panel."""
    found = {panel.title: [legend for legend, lines in local.shown(panel).items()
                           if all(isnan(value) for value in lines.values())]
             for panel in board.panels}  # fmt: skip
    return {title: legends for title, legends in found.items() if legends}
