"""The scripts that keep the ledger and the outbox in Redis."""

from pathlib import Path

from adapters.redis_client import RedisClient, RedisScript

SCAN = 500
"""Rows a filtered list looks at in one step: the server serves nobody else meanwhile."""

FOLDER = Path(__file__).parent


def script(client: RedisClient, *names: str) -> RedisScript:
    """The files of these names, one after the other: what they share comes first."""
    texts = [(FOLDER / f"{name}.lua").read_text(encoding="utf-8") for name in names]
    return client.script("\n".join(texts))
