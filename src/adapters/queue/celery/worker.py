"""Celery's worker on a thread of its own, beside the event loop of the process."""

import asyncio
import logging
import threading
from contextlib import suppress
from typing import Any

from celery import Celery  # type: ignore[import-untyped]
from kombu.asynchronous import set_event_loop

from adapters.queue.celery.handover import Handover
from adapters.queue.celery.pool import LoopPool
from adapters.queue.celery.pull import Pull
from adapters.queue.celery.results import Told
from adapters.queue.celery.steps import PatientConsumer, PullStep

_making = threading.Lock()

CHATTY = ("celery.worker.strategy", "celery.app.trace")
"""A line when a task comes and one when it goes: telemetry says that already, and more."""


class EmbeddedWorker:
    """`app.WorkController`, the part of `app.Worker` that is made for embedding: what it leaves
    out is a program's own, signal handlers, logging, the banner. `ended`: its exit code."""

    def __init__(
        self,
        app: Celery,
        name: str,
        slots: int,
        pull: Pull,
        handover: Handover[Told],
        **options: Any,
    ) -> None:
        self._app, self._pull = app, pull
        self._options = {
            "hostname": name, "pool": LoopPool, "concurrency": slots,
            "consumer_cls": PatientConsumer, "without_gossip": True, "without_mingle": True,
            "pull": pull, "handover": handover, **options,
        }  # fmt: skip
        app.steps["consumer"].add(PullStep)
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, name="celery-worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def drain(self) -> None:
        """Take no more; the worker ends when nothing is in hand."""
        self._pull.drain()

    def _run(self) -> None:
        exit_code = 1
        try:
            exit_code = self._work()
        except Exception:
            logging.getLogger(__name__).exception("Celery's worker could not be started")
        finally:
            self._app.close()
            # The loop is closed when a broker held this thread up for longer than that.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self.ended.set_result, exit_code)

    def _work(self) -> int:
        self._app.set_current()
        for name in CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)
        with _making:
            # One in use by another worker of this process would be taken over.
            set_event_loop(None)
            worker = self._app.WorkController(**self._options)
            set_event_loop(None)
        worker.start()
        return int(worker.exitcode or 0)
