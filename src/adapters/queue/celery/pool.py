"""Celery's pool, without threads: the event loop works, and nobody waits for it."""

import logging
import os
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Any

from celery.concurrency.base import BasePool, apply_target  # type: ignore[import-untyped]

from adapters.queue.celery.hands import Hand

log = logging.getLogger(__name__)


class LoopPool(BasePool):  # type: ignore[misc]
    """All on the hub's thread. A task is accepted when its wake-up goes to the event loop; Celery
    traces it, which takes a moment, once the answer has come."""

    body_can_be_buffer = True
    signal_safe = False

    _hub: Any

    def register_with_event_loop(self, hub: Any) -> None:
        self._hub = hub

    def on_apply(
        self,
        target: Callable[..., Any],
        args: Any,
        kwargs: Any,
        callback: Callable[..., Any],
        accept_callback: Callable[..., Any],
        **_: Any,
    ) -> None:
        began_s = monotonic()
        accept_callback(os.getpid(), began_s)

        def told(traced: tuple[Any, Any, Any]) -> None:
            failed, result, _ = traced
            callback((failed, result, monotonic() - began_s))

        def finish() -> None:
            # The hub would pass over all that was to be done after it.
            try:
                apply_target(target, args, kwargs, told)
            except Exception:
                log.exception("Celery could not end a task")

        request = args[2]
        hand: Hand = request["hand"]

        def answered(answer: Future[Any]) -> None:
            hand.answer = answer
            self._hub.call_soon(finish)

        request["ask"](hand.wakeup, answered)
