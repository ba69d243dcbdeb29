"""Delivering what is due, for ever: beside everything else, and fair to everybody.

Any process may run it: a lease is a compare-and-set, and the room of a host is counted with it.
"""

import asyncio
import traceback
from collections import Counter
from collections.abc import Mapping

from domain.model.carriers import Pool, next_carriers, shares
from domain.model.circuit import Circuit
from domain.model.events import LoopFailed
from domain.model.webhook import Delivery, Lane, WebhookPolicy, leased
from domain.use_cases.send_webhook import Body, SendWebhook
from ports.clock import Draw, Elapsed, Now
from ports.telemetry import Telemetry
from ports.webhook_outbox import WebhookOutbox

LOOK_EVERY_S = 0.5
MOST_LANES = 10_000
LEAVE_S = 5.0
"""What is under way when the process ends has so long to come back: cut off, it is sent again."""
AHEAD = 8
"""Due deliveries a carrier looks at to find one that nobody else has taken."""


class DeliverWebhooks:
    def __init__(
        self,
        outbox: WebhookOutbox,
        send: SendWebhook,
        telemetry: Telemetry,
        now: Now,
        elapsed: Elapsed,
        draw: Draw,
        policy: WebhookPolicy,
        pool: Pool,
        look_every_s: float = LOOK_EVERY_S,
        leave_s: float = LEAVE_S,
    ) -> None:
        self._outbox, self._send, self._telemetry = outbox, send, telemetry
        self._now, self._elapsed, self._draw = now, elapsed, draw
        self._policy, self._pool = policy, pool
        self._look_every_s, self._leave_s = look_every_s, leave_s
        self._leaving = False
        self._carriers: set[asyncio.Task[None]] = set()
        self._running: Counter[Lane] = Counter()
        self._circuits: dict[Lane, Circuit] = {}
        self._shares: Mapping[Lane, int] = {}

    async def __call__(self, body: Body) -> None:
        """Never returns. Cancelled, it begins nothing more; what does not come back soon is left to
        its lease."""
        self._leaving = False
        try:
            while True:
                try:
                    await self._look(body)
                except Exception:
                    self._tell()
                await asyncio.sleep(self._look_every_s)
        finally:
            await self._leave()

    async def _leave(self) -> None:
        self._leaving = True
        try:
            if self._carriers:
                await asyncio.wait(self._carriers, timeout=self._leave_s)
        finally:
            for carrier in self._carriers:
                carrier.cancel()
            await asyncio.gather(*self._carriers, return_exceptions=True)

    async def _look(self, body: Body) -> None:
        backlog = await self._outbox.backlog(MOST_LANES)
        self._shares = shares({*backlog.lanes, *self._running}, self._pool)
        for lane in next_carriers(backlog.lanes, self._running, self._room, self._pool):
            self._running[lane] += 1
            carrier = asyncio.create_task(self._carry(lane, body))
            self._carriers.add(carrier)
            carrier.add_done_callback(self._carriers.discard)

    def _room(self, lane: Lane) -> int:
        """How many may try at once on this lane now."""
        share = self._shares.get(lane, 1)
        circuit = self._circuits.get(lane)
        return circuit.room(share, self._elapsed()) if circuit else share

    async def _carry(self, lane: Lane, body: Body) -> None:
        """One after the other, as long as there is one and room for this carrier."""
        try:
            while not self._leaving and self._running[lane] <= self._room(lane):
                delivery = await self._leased(lane)
                if delivery is None:
                    return
                answer = await self._send(delivery, body)
                if answer is not None:
                    self._note(lane, answer.healthy)
        except Exception:
            self._tell()
        finally:
            self._running[lane] -= 1
            if not self._running[lane]:
                del self._running[lane]

    async def _leased(self, lane: Lane) -> Delivery | None:
        """A due delivery that is now ours. Each carrier begins somewhere else, so that those of
        many processes do not all reach for the first."""
        due = await self._outbox.due(lane, AHEAD)
        first = int(self._draw() * len(due))
        for each in (*due[first:], *due[:first]):
            mine = leased(each, self._now(), self._policy)
            if await self._outbox.replace(mine, each.revision, self._policy.at_once):
                return mine
        return None

    def _note(self, lane: Lane, healthy: bool) -> None:
        after = self._circuits.pop(lane, Circuit()).after(healthy, self._elapsed())
        if after.strikes:
            self._circuits[lane] = after
        if len(self._circuits) > MOST_LANES:  # hosts that nobody names any more
            del self._circuits[next(iter(self._circuits))]

    def _tell(self) -> None:
        self._telemetry.record(LoopFailed("webhooks", traceback.format_exc()))
