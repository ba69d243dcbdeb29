"""The Celery task: says what became of a wake-up that the event loop has handled."""

import logging
from concurrent.futures import CancelledError
from typing import Any

from celery import Celery  # type: ignore[import-untyped]
from celery.exceptions import Ignore  # type: ignore[import-untyped]

from adapters.queue.celery.app import TASK
from adapters.queue.celery.hands import Fate, Hand
from adapters.queue.celery.results import TaskFailed, Told, raise_its_event
from domain.model.task import Task
from domain.model.wakeup import Verdict

log = logging.getLogger(__name__)

FATES = {Verdict.ACK: Fate.ACK, Verdict.REQUEUE: Fate.REST, Verdict.PARK: Fate.PARK}


def register_task(app: Celery) -> None:
    """The one task of `app`. What it raises tells Celery's spectators what became of it; what
    becomes of the message is said by its hand alone."""

    def wake(task: Any) -> None:
        hand: Hand = task.request.hand
        hand.fate, ended = _outcome(hand)
        if hand.fate is not Fate.ACK:
            raise Ignore
        if ended is not None:
            raise_its_event(ended, hand.request)

    app.task(
        name=TASK, bind=True, shared=False, lazy=False, acks_late=True,
        reject_on_worker_lost=True, ignore_result=True, throws=(TaskFailed,),
    )(wake)  # fmt: skip


def _outcome(hand: Hand) -> tuple[Fate, Task | None]:
    try:
        told: Told = hand.answer.result()
    except CancelledError:
        return Fate.GIVE_BACK, None
    except Exception:
        log.exception("wake-up of task %s is offered again", hand.wakeup.task_id)
        return Fate.REST, None
    return FATES[told.verdict], told.task
