"""Redis lists behind a pulling consumer. kombu looks after its un-acked messages only for
consumers that subscribe, so a pulling one does it by itself: it renews the leases of what it
holds, restores what others let lapse, and keeps the hub awake."""

import json
import logging
import os
import threading
from collections.abc import Callable, Sequence
from time import time
from typing import Any

from redis.exceptions import RedisError

from adapters.queue.celery.broker import CeleryBroker
from adapters.queue.celery.tiers import Tiers

log = logging.getLogger(__name__)

Held = Callable[[Any], Sequence[Any]]
"""The delivery tags in this worker's hands that came through a channel."""

LOOK_EVERY_S = 1.0


class RedisTiers(Tiers):
    """`held` is asked on the renewing thread."""

    def __init__(self, channel: Any, broker: CeleryBroker, held: Held) -> None:
        super().__init__(channel)
        self._held, self._parked = held, broker.parked
        self._renew_every_s = broker.visibility_s / 4
        self._closed = threading.Event()
        self._hub: Any = None
        self._timer: Any = None
        self._awake: tuple[int, int] = (-1, -1)

    def open(self, hub: Any) -> None:
        self._hub = hub
        # Without any socket the hub sleeps for 0.1 s and does not hear its waker.
        self._awake = os.pipe()
        hub.add_reader(self._awake[0], lambda: None)
        self._timer = hub.call_repeatedly(LOOK_EVERY_S, self._restore_lapsed)
        # A thread, for a hub's timers stand still while the worker stops.
        threading.Thread(target=self._renew, name="renew-held", daemon=True).start()

    def close(self) -> None:
        if not self._closed.is_set():
            self._closed.set()
            self._timer.cancel()
            self._hub.remove_reader(self._awake[0])
            for end in self._awake:
                os.close(end)

    def get(self, queue: str) -> Any:
        while (raw := self.channel.client.rpop(queue)) is not None:
            try:
                message = self.channel.Message(json.loads(raw), channel=self.channel)
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                log.warning("something that is no message was parked: %r", error)
                self.channel.client.lpush(self._parked, raw)
            else:
                self.channel.qos.append(message, message.delivery_tag)
                return message
        return None

    def waiting(self, queue: str) -> int:
        count: int = self.channel.client.llen(queue)
        return count

    def _restore_lapsed(self) -> None:
        self.channel.qos.restore_visible(num=self.channel.unacked_restore_limit, interval=1)

    def _renew(self) -> None:
        while not self._closed.wait(self._renew_every_s):
            tags = self._held(self.channel)
            if tags:
                self._renew_once(tags)

    def _renew_once(self, tags: Sequence[Any]) -> None:
        try:
            with self.channel.conn_or_acquire() as client:
                now = time()
                client.zadd(self.channel.unacked_index_key, dict.fromkeys(tags, now), xx=True)
        except RedisError as error:
            log.warning("what this worker holds could not be renewed: %s", error)
