"""The Celery task: on a pool thread, hand the wake-up to the event loop and wait."""

import logging
from concurrent.futures import CancelledError
from typing import Any

from celery import Celery  # type: ignore[import-untyped]
from celery.exceptions import Ignore  # type: ignore[import-untyped]

from adapters.queue.celery.app import TASK
from adapters.queue.celery.handover import Handover
from adapters.queue.celery.hands import Fate, Hand
from adapters.queue.celery.results import LedgerResults, TaskFailed
from domain.model.wakeup import Verdict

log = logging.getLogger(__name__)

FATES = {Verdict.ACK: Fate.ACK, Verdict.REQUEUE: Fate.REST, Verdict.PARK: Fate.PARK}


def register_task(app: Celery, handover: Handover, results: LedgerResults | None) -> None:
    """The one task of `app`. What it raises tells Celery's spectators what became of it; what
    becomes of the message is said by its hand alone."""

    def wake(task: Any) -> None:
        hand: Hand = task.request.hand
        hand.fate = _fate(hand, handover, results)
        if hand.fate is not Fate.ACK:
            raise Ignore
        if results is not None:
            results.tell(hand)

    app.task(
        name=TASK, bind=True, shared=False, lazy=False, acks_late=True,
        reject_on_worker_lost=True, ignore_result=True, throws=(TaskFailed,),
    )(wake)  # fmt: skip


def _fate(hand: Hand, handover: Handover, results: LedgerResults | None) -> Fate:
    answer = handover.ask(hand.wakeup)
    try:
        if results is not None:
            results.tell_if_long(hand.wakeup.task_id, answer)
        return FATES[answer.result()]
    except CancelledError:
        return Fate.GIVE_BACK
    except Exception:
        log.exception("wake-up of task %s is offered again", hand.wakeup.task_id)
        return Fate.REST
