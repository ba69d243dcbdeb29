"""What the server's settings mean for an accepted task, looked at once, at the start."""

import re
from collections.abc import Callable
from typing import Any

from redis.exceptions import ResponseError

from adapters.redis_client import RedisClient
from domain.model.errors import StorageUnavailable

OLDEST = (6, 2)
SAFE_POLICY = "noeviction"
AT_RISK = {"everysec": "up to 1 s", "no": "up to about 30 s"}
"""What a power cut takes under each `appendfsync`; under `always`, nothing."""

Warn = Callable[[str], None]


async def check_keeping(client: RedisClient, allow_eviction: bool, warn: Warn) -> None:
    """Raises `StorageUnavailable` when the server is too old, or may evict rows and that was not
    allowed. What else can lose an accepted task, and what can't be seen from here, is told to
    `warn`."""
    info = await _answer(client, "INFO")
    if info is None or "maxmemory_policy" not in info:
        warn("Redis does not tell its settings (INFO): make sure that it evicts nothing.")
        return
    refuse_old(str(info["redis_version"]))
    if info["maxmemory_policy"] != SAFE_POLICY:
        _mind_eviction(str(info["maxmemory_policy"]), allow_eviction, warn)
    if info.get("aof_enabled"):
        await _mind_power_cuts(client, warn)
    else:
        warn(
            "Redis keeps no append-only file: what was accepted since its last snapshot, if it "
            "makes any, is lost when it ends. Set `appendonly yes`."
        )


def refuse_old(version: str) -> None:
    """Raises `StorageUnavailable` for a server that lacks what the scripts call."""
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < OLDEST:
        raise StorageUnavailable(
            f"REDIS_URL: Redis {version} is too old.", remedy="Run Redis 6.2 or newer, or Valkey."
        )


def _mind_eviction(policy: str, allowed: bool, warn: Warn) -> None:
    risk = f"Redis runs with `maxmemory-policy {policy}` and may drop accepted tasks when full."
    if not allowed:
        raise StorageUnavailable(
            f"REDIS_URL: {risk}",
            remedy="Set `maxmemory-policy noeviction` on the server; REDIS_ALLOW_EVICTION=true "
            "starts all the same and accepts the loss.",
        )
    warn(f"{risk} REDIS_ALLOW_EVICTION accepts that.")


async def _mind_power_cuts(client: RedisClient, warn: Warn) -> None:
    config = await _answer(client, "CONFIG GET", "appendfsync")
    fsync = config.get("appendfsync") if config else None
    if fsync is None:
        warn("Redis does not tell its `appendfsync` (CONFIG GET): if it is `everysec`, a power cut "
             f"on its host takes {AT_RISK['everysec']} of accepted tasks.")  # fmt: skip
    elif fsync in AT_RISK:
        warn(f"Redis runs with `appendfsync {fsync}`: a power cut on its host takes "
             f"{AT_RISK[fsync]} of accepted tasks. `appendfsync always` closes that.")  # fmt: skip


async def _answer(client: RedisClient, *words: str) -> Any:
    """None where the server forbids the question, as hosted ones do."""
    try:
        return await client.call(*words)
    except StorageUnavailable as error:
        if isinstance(error.__cause__, ResponseError):
            return None
        raise
