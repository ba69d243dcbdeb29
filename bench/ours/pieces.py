"""`pieces.py COUNT ROUNDS`: CPU ms a task in this process, as JSON, with one piece after another
switched from its memory adapter to the real one. Rounds are interleaved; the least of each counts.
"""

import asyncio
import json
import os
import sys
import time
from collections import defaultdict

from submitting import each, submit_noops

from domain.model.wakeup import Verdict, Wakeup, wakeup_for
from entrypoints.background import started
from entrypoints.configuration import load_settings
from entrypoints.container.embedded import EmbeddedContainer, build_embedded

SLOTS = 8
IN_MEMORY = {
    "queue_backend": "memory", "task_store": "memory", "storage_backend": "memory",
    "inference_backend": "memory", "rate_limit_backend": "memory", "log_level": "error",
}  # fmt: skip

ALONE: dict[str, dict[str, str]] = {
    "use case": {},
    "log": {"log_level": "info"},
    "device thread": {"inference_backend": "device"},
    "blobs": {"storage_backend": "local"},
    "ledger": {"task_store": "redis"},
}
"""The process use case without a queue; each line adds its piece to those before it."""

QUEUED = {
    "celery": {"queue_backend": "celery"},
    "dramatiq": {"queue_backend": "dramatiq"},
    "celery, mirrored": {"queue_backend": "celery", "task_store": "redis"},
}
"""Everything in memory but these."""


async def alone(container: EmbeddedContainer, wanted: int) -> float:
    """CPU seconds of `wanted` tasks given to the use case by hand."""
    tasks = await submit_noops(container.use_cases().submit, wanted)
    process = container.process()

    async def one(number: int) -> None:
        await process(wakeup_for(tasks[number]))

    before_s = time.process_time()
    await each(one, wanted, SLOTS)
    return time.process_time() - before_s


async def queued(container: EmbeddedContainer, wanted: int) -> float:
    """CPU seconds of `wanted` tasks pulled from the queue."""
    await submit_noops(container.use_cases().submit, wanted + SLOTS)
    process, marks = container.process(), list[float]()
    done = asyncio.Event()

    async def handle(wakeup: Wakeup) -> Verdict:
        verdict = await process(wakeup)
        marks.append(time.process_time())
        if len(marks) == wanted + SLOTS:
            done.set()
        return verdict

    run = asyncio.create_task(container.source().run(handle, SLOTS))
    await asyncio.wait([run, asyncio.create_task(done.wait())], return_when="FIRST_COMPLETED")
    run.cancel()
    await asyncio.wait([run])
    return marks[-1] - marks[SLOTS - 1]


async def measured(way: str, chosen: dict[str, str], wanted: int) -> float:
    settings = load_settings(**(IN_MEMORY | chosen))
    container = build_embedded(settings)
    async with started(container.lifetimes()):
        spent_s = await (alone if way == "alone" else queued)(container, wanted)
    return 1000 * spent_s / wanted


def main(wanted: int, rounds: int) -> None:
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        together: dict[str, str] = {}
        for name, piece in ALONE.items():
            together |= piece
            found[name].append(asyncio.run(measured("alone", together, wanted)))
        for name, piece in QUEUED.items():
            found[name].append(asyncio.run(measured("queued", piece, wanted)))
    sys.stdout.write(json.dumps({name: min(values) for name, values in found.items()}))


if __name__ == "__main__":
    # Log lines cost what they cost in a service: they go to a file there too.
    sys.stderr = open(os.environ["LOG_FILE"], "w", encoding="utf-8")  # noqa: SIM115
    main(int(sys.argv[1]), int(sys.argv[2]))
