"""The worker's hold on Redis, in the keys and by the script that Dramatiq's own consumers use."""

from threading import Event
from typing import Any
from uuid import uuid4

import redis
from dramatiq.brokers.redis import MAINTENANCE_SCALE, RedisBroker

from adapters.queue.dramatiq.envelope import redis_message_id
from adapters.queue.dramatiq.names import TierQueues
from adapters.queue.dramatiq.tap import Pulled, TierTap, lost_on
from domain.model.codec import UnreadableMessage
from domain.model.priority import Priority
from domain.model.wakeup import Verdict


def key_of(broker: RedisBroker, queue: str) -> str:
    """The list of the ids that wait in `queue`."""
    return f"{broker.namespace}:{queue}"


class RedisTap(TierTap):
    """A receipt is the id of the message, None for one that does not tell it. What is in hand lies
    in a set under the broker's own id, so a lost connection loses nothing."""

    def __init__(self, broker: RedisBroker, queues: TierQueues) -> None:
        self._broker, self._queues = broker, queues
        self._held: set[tuple[Priority, str]] = set()
        self._woken = Event()

    def open(self) -> None:
        """What was fetched with an answer that got lost is in no worker's hand: offer it again."""
        with lost_on(redis.RedisError):
            for tier in Priority:
                for stray in self._strays(tier):
                    self._broker.do_requeue(self._queues.of(tier), stray)

    def get(self, tier: Priority) -> Pulled | None:
        with lost_on(redis.RedisError):
            fetched = self._broker.do_fetch(self._queues.of(tier), 1)
        if not fetched:
            return None
        body = fetched[0] or b""
        try:
            receipt = redis_message_id(body)
        except UnreadableMessage:
            return Pulled(tier, body, None)
        self._held.add((tier, receipt))
        return Pulled(tier, body, receipt)

    def waiting(self, tier: Priority) -> int:
        """Dramatiq leaves maintenance, which gives on what dead workers held, to chance; here this
        is its time. Each command is a heartbeat too, so a worker without a free slot lives on."""
        queue = self._queues.of(tier)
        self._broker.maintenance_chance = MAINTENANCE_SCALE
        try:
            with lost_on(redis.RedisError):
                self._broker.do_qsize(queue)
                return int(self._broker.client.llen(key_of(self._broker, queue)))
        finally:
            self._broker.maintenance_chance = 0

    def settle(self, pulled: Pulled, verdict: Verdict) -> None:
        queue = self._queues.of(pulled.tier)
        with lost_on(redis.RedisError):
            if pulled.receipt is None:
                self._park_strays(pulled.tier)
                return
            if verdict is Verdict.REQUEUE:
                self._broker.do_requeue(queue, pulled.receipt)
            else:
                if verdict is Verdict.PARK:
                    self._park(pulled.body)
                self._broker.do_ack(queue, pulled.receipt)
        self._held.discard((pulled.tier, pulled.receipt))

    def rest(self, seconds: float) -> None:
        self._woken.wait(seconds)
        self._woken.clear()

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        self._broker.client.close()

    def _park(self, body: bytes) -> None:
        """As one more queue of Dramatiq's shape, that nobody consumes and nothing expires in."""
        self._broker.do_enqueue(self._queues.parked, str(uuid4()), body)

    def _park_strays(self, tier: Priority) -> None:
        """A message that does not tell its id is the one that nothing else accounts for."""
        queue = self._queues.of(tier)
        for stray in self._strays(tier):
            body: Any = self._broker.client.hget(f"{key_of(self._broker, queue)}.msgs", stray)
            if body is not None:
                self._park(body)
            self._broker.do_ack(queue, stray)

    def _strays(self, tier: Priority) -> list[bytes]:
        """Ids that lie as fetched by this worker and are not in its hands."""
        fetched = f"{self._broker.namespace}:__acks__.{self._broker.broker_id}"
        ids: Any = self._broker.client.smembers(f"{fetched}.{self._queues.of(tier)}")
        return [each for each in ids if (tier, each.decode(errors="replace")) not in self._held]
