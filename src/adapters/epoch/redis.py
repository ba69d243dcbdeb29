"""How far back the ledger in Redis remembers.

A flush takes the marker with the rows, and a server that starts anew may come back without its
latest rows (a power cut under `appendfsync everysec`, a snapshot, a restored backup, a replica that
was behind). Either way the first process that looks marks the moment, and that is all there is to
restore: rows written since are there for everybody to see.

An unknown task is lost, not deleted, if both hold:

- It was created before that moment. A younger one was written to this very ledger, and what this
  ledger forgets, it was told to forget.
- It was created less than `TOMBSTONE_S` (30 days) ago. Who is deleted leaves a tombstone for that
  long, and no tombstone is older than its task; so whoever is younger and was deleted is known, and
  whoever is older may have been deleted and forgotten.

So nothing that was deleted after the loss can rise, however long the messages of before lie in the
broker, and nobody has to decide when all of them have been replayed. What was canceled or deleted
before a flush is known to nobody afterwards: if its message was still waiting, it runs.
"""

from pathlib import Path

from adapters.redis_client import RedisClient
from domain.model.life_cycle import TOMBSTONE_S
from ports.clock import Now
from ports.epoch import Epoch
from ports.lifecycle import Lifecycle

SCRIPT = Path(__file__).with_name("epoch.lua").read_text(encoding="utf-8")


class RedisEpoch(Epoch, Lifecycle):
    """`now`: the server's clock. Asked only about tasks that nobody knows."""

    def __init__(self, client: RedisClient, prefix: str, now: Now) -> None:
        self._marker, self._now = f"{prefix}epoch", now
        self._since = client.script(SCRIPT)

    async def start(self) -> None:
        """Mark a fresh ledger, so that what is deleted from now on is not taken for lost."""
        await self._since(self._marker, now=repr(self._now()))

    async def lost(self, created_at: float) -> bool:
        now = self._now()
        since = float(await self._since(self._marker, now=repr(now)))
        return created_at < since and now < created_at + TOMBSTONE_S
