"""The places where Celery's worker is made to pull, and to wait for its broker with patience."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from celery import bootsteps  # type: ignore[import-untyped]
from celery.worker.consumer import Consumer  # type: ignore[import-untyped]
from celery.worker.consumer.tasks import Tasks  # type: ignore[import-untyped]
from kombu.common import QoS
from kombu.message import Message

from adapters.queue.celery.app import TASK, WORK_TIMEOUT_S
from adapters.queue.celery.hands import Hand
from adapters.queue.celery.pull import Pull
from adapters.queue.celery.tiers import Tiers
from domain.model.wakeup import Wakeup

log = logging.getLogger(__name__)

FIRST_RETRY_S, LAST_RETRY_S = 0.5, 3.0
BODY = b"[[], {}, {}]"

Ask = Callable[[Wakeup, Callable[[Future[Any]], None]], Any]
"""Give it to the event loop, which calls back with the answer."""


class PullConsumer:
    """What Celery's loop takes for a consumer of its queues; the names are Celery's."""

    def __init__(self, consumer: Any, pull: Pull, tiers: Tiers, ask: Ask) -> None:
        self.channel = tiers.channel
        self.queues = list(consumer.app.amqp.queues.consume_from.values())
        self.on_message: Any = None
        self._consumer, self._pull, self._tiers, self._ask = consumer, pull, tiers, ask

    def consume(self) -> None:
        self._pull.attach(self._consumer.hub, self._tiers, self._start)

    def cancel(self) -> None:
        self._pull.detach()

    close = cancel

    def consuming_from(self, queue: str) -> bool:
        return any(each.name == queue for each in self.queues)

    def _start(self, hand: Hand) -> None:
        """Celery is given a copy that we wrote: whoever published the message can set no ETA, no
        time limit and no callback, and its arguments are not decoded a second time."""
        message = hand.message
        copy = Message(  # type: ignore[no-untyped-call]
            body=BODY, content_type="application/json", content_encoding="utf-8",
            delivery_tag=message.delivery_tag, delivery_info=message.delivery_info,
            properties=message.properties,
            headers={"lang": "py", "task": TASK, "id": hand.wakeup.task_id, "hand": hand,
                     "ask": self._ask, "argsrepr": hand.wakeup.request.model, "kwargsrepr": "{}"},
        )  # fmt: skip

        def settle(*_: Any, **__: Any) -> None:
            # At once: what the hub's thread puts off waits for the next thing to wake it.
            self._pull.settled(hand)

        def know(request: Any) -> None:
            hand.request = request

        self._consumer.strategies[TASK](copy, None, settle, settle, [know])


class PullStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """After Celery's own step, whose consumer never gets to subscribe. Taking that step's place
    does not work: others name it, and so put it back."""

    requires = (Tasks,)

    def __init__(self, consumer: Any, **options: Any) -> None:
        self._pull: Pull = options["pull"]
        self._tiers_of, self._ask = options["tiers_of"], options["handover"].ask
        super().__init__(consumer, **options)

    def start(self, consumer: Any) -> None:
        if consumer.hub is None:
            raise RuntimeError("Celery has no event loop here: pulling needs one")
        tiers: Tiers = self._tiers_of(consumer.connection.default_channel)
        consumer.task_consumer = PullConsumer(consumer, self._pull, tiers, self._ask)
        # `basic_get` knows no prefetch, and what Celery does to it deadlocks with threads.
        consumer.qos_global = False
        consumer.qos = QoS(lambda prefetch_count: None, 0)  # type: ignore[no-untyped-call]


class PatientConsumer(Consumer):  # type: ignore[misc]
    """Tries the broker again every few seconds for ever, and lets the worker drain meanwhile."""

    connection: Any

    class Blueprint(Consumer.Blueprint):  # type: ignore[misc]
        """Without the step that declares 28 queues for delays beside any quorum queue."""

        default_steps = tuple(
            step for step in Consumer.Blueprint.default_steps if "delayed_delivery" not in step
        )

    def __init__(self, *args: Any, worker_options: dict[str, Any], **options: Any) -> None:
        self._pull: Pull = worker_options["pull"]
        self._handover = worker_options["handover"]
        super().__init__(*args, worker_options=worker_options, **options)

    def ensure_connected(self, conn: Any) -> Any:
        self._leave_if_abandoned()
        return conn.ensure_connection(
            self._on_refused, None, FIRST_RETRY_S, FIRST_RETRY_S, LAST_RETRY_S,
            self._leave_if_abandoned,
        )  # fmt: skip

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        log.warning("the broker is lost, and looked for again: %r", exc)
        connection, self.connection = self.connection, None
        # It is thrown away, whatever it says to that.
        with suppress(Exception):
            connection.collect(socket_timeout=WORK_TIMEOUT_S)

    def _leave_if_abandoned(self) -> None:
        self._pull.leave_if_abandoned(self._handover.idle)

    def _on_refused(self, error: Exception, wait_s: float) -> None:
        log.warning("no broker; tried again in %g s: %r", wait_s, error)
