"""`submit_pieces.py COUNT ROUNDS`: CPU ms a submit in this process, as JSON, with one piece after
another switched from its memory adapter to the real one. The app is called without a server.
Rounds are interleaved; the least of each counts.
"""

import asyncio
import json
import os
import sys
import time
from collections import defaultdict
from itertools import count
from typing import Any

import uvloop
from submitting import each

from domain.use_cases.confirm_published import SETTLE_S
from entrypoints.background import started
from entrypoints.configuration import load_settings
from entrypoints.container.gateway import GatewayContainer, build_gateway
from entrypoints.http.app import create_app

CLIENTS = 32
IN_MEMORY = {"queue_backend": "memory", "task_store": "memory", "rate_limit_backend": "memory"}
REAL: dict[str, dict[str, str]] = {
    "rules": {},
    "limiter": {"rate_limit_backend": "redis"},
    "ledger": {"task_store": "redis"},
    "queue": {"queue_backend": "celery"},
}
"""Each line adds its piece to those before it."""


async def submits(container: GatewayContainer, wanted: int) -> float:
    """CPU seconds of `wanted` submits through the app."""
    app, run = create_app(container.gateway()), os.urandom(4).hex()
    numbers = count()

    async def one(_: int) -> None:
        body = _body(f"{run}-{next(numbers)}")

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message.get("status", 202) != 202:
                raise RuntimeError(f"202 expected: {message}")

        await app(_scope(len(body)), receive, send)

    await each(one, CLIENTS, CLIENTS)  # opens connections
    before_s = time.process_time()
    await each(one, wanted, CLIENTS)
    return time.process_time() - before_s


def _body(name: str) -> bytes:
    return json.dumps({
        "model": "invert", "priority": "normal", "params": {},
        "input": {"image_url": "https://example.com/pictures/photo.jpg"},
        "client_request_id": name,
    }).encode()  # fmt: skip


def _scope(length: int) -> dict[str, Any]:
    key = os.environ["API_KEYS"].partition(":")[2]
    headers = {"host": "localhost", "x-api-key": key, "content-type": "application/json",
               "content-length": str(length)}  # fmt: skip
    return {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/v1/tasks", "raw_path": b"/v1/tasks", "query_string": b"", "root_path": "",
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip


async def measured(chosen: dict[str, str], wanted: int) -> tuple[float, float]:
    """Of the submits, and of noting afterwards that they were published."""
    container = build_gateway(load_settings(**(IN_MEMORY | chosen)))
    async with started(container.lifetimes()):
        submits_s = await submits(container, wanted)
        await asyncio.sleep(SETTLE_S)
        before_s = time.process_time()
        await container.confirm()()
        notes_s = time.process_time() - before_s
    return 1000 * submits_s / wanted, 1000 * notes_s / (wanted + CLIENTS)


def main(wanted: int, rounds: int) -> None:
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        together: dict[str, str] = {}
        for name, piece in REAL.items():
            together |= piece
            submits_ms, notes_ms = uvloop.run(measured(together, wanted))
            found[name].append(submits_ms)
        found["notes"].append(notes_ms)
    sys.stdout.write(json.dumps({name: min(values) for name, values in found.items()}))


if __name__ == "__main__":
    # Log lines cost what they cost in a service: they go to a file there too.
    sys.stderr = open(os.environ["LOG_FILE"], "w", encoding="utf-8")  # noqa: SIM115
    main(int(sys.argv[1]), int(sys.argv[2]))
