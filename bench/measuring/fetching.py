"""Clients that send a picture, wait for the task and fetch what it made."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from time import monotonic

from measuring.stacks import KEY

HEADERS = {"x-api-key": KEY, "content-type": "application/json", "prefer": "wait=60"}
CLIENT_LIMIT_S = 300.0


def pictures_per_s(port: int, bodies: Iterator[bytes], clients: int, seconds: float) -> float:
    """Tasks ended and fetched, from the first to the last, by `clients` at once. Raises
    `RuntimeError` when one does not end in SUCCESS."""
    began_s, turn = monotonic(), threading.Lock()
    ends: list[float] = []

    def client() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=CLIENT_LIMIT_S)
        while monotonic() < began_s + seconds:
            with turn:
                body = next(bodies)
            fetch(connection, body)
            ends.append(monotonic())
        connection.close()

    with ThreadPoolExecutor(clients) as pool:
        for running in [pool.submit(client) for _ in range(clients)]:
            running.result()
    return (len(ends) - 1) / (max(ends) - min(ends))


def fetch(connection: HTTPConnection, body: bytes) -> bytes:
    """The result of one task, waited for as long as it takes."""
    task = _json(connection, "POST", "/v1/tasks", body)
    while task["status"] in ("PENDING", "STARTED", "RETRY"):
        task = _json(connection, "GET", f"/v1/tasks/{task['task_id']}?wait=60")
    if task["status"] != "SUCCESS":
        raise RuntimeError(f"the task ended in {task['status']}: {task['error']}")
    connection.request("GET", f"/v1/tasks/{task['task_id']}/result", headers=HEADERS)
    return connection.getresponse().read()


def _json(connection: HTTPConnection, method: str, path: str, body: bytes = b"") -> dict[str, str]:
    connection.request(method, path, body, HEADERS)
    answer = connection.getresponse()
    read = answer.read()
    if answer.status not in (200, 202):
        raise RuntimeError(f"{answer.status}: {read.decode(errors='replace')}")
    return dict(json.loads(read))
