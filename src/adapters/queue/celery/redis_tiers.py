"""Redis lists behind a pulling consumer, in kombu's own format.

kombu takes a message in two steps, and looks after the un-acked only for consumers that subscribe.
So this one takes in one step, renews the leases of what it holds, restores what others let lapse,
and keeps the hub awake.
"""

import json
import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import time
from typing import Any

from kombu.transport.virtual import QoS
from redis.exceptions import RedisError

from adapters.queue.celery.broker import CeleryBroker
from adapters.queue.celery.tiers import Tiers

log = logging.getLogger(__name__)

Held = Callable[[Any], Sequence[Any]]
"""The delivery tags in this worker's hands that came through a channel."""

TAKE = Path(__file__).with_name("take.lua").read_text(encoding="utf-8")
LOOK_EVERY_S = 1.0


class RedisTiers(Tiers):
    """`held` is asked on the renewing thread."""

    def __init__(self, channel: Any, broker: CeleryBroker, held: Held) -> None:
        super().__init__(channel)
        self._held, self._parked = held, broker.parked
        self._take = channel.client.register_script(TAKE)
        self._renew_every_s = broker.visibility_s / 4
        self._closed = threading.Event()
        self._hub: Any = None
        self._timer: Any = None
        self._awake: tuple[int, int] = (-1, -1)

    def open(self, hub: Any) -> None:
        self._hub = hub
        # kombu would give back what is un-acked at the end of the process, and wait for a broker
        # that does not answer. A connection that ends well has done so before; leases do it else.
        self.channel.qos._on_collect.cancel()
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
        channel = self.channel
        raw = self._take(
            keys=[queue, channel.unacked_index_key, channel.unacked_key, self._parked],
            args=[time(), json.dumps(queue)],
        )
        if raw is None:
            return None
        message = channel.Message(json.loads(raw), channel=channel)
        # Not the channel's own append: that would write down what the script has written.
        QoS.append(channel.qos, message, message.delivery_tag)  # type: ignore[no-untyped-call]
        return message

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
