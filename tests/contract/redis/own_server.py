"""What the tests on a server of their own share."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from adapters.ratelimit.redis import RedisRateLimiter
from adapters.redis_client import RedisClient
from adapters.tasks.redis import RedisTaskStore
from adapters.workers.redis import RedisWorkerRegistry
from domain.model.due import Due
from domain.model.idempotency import client_key
from domain.model.quota import Quota
from ports.task_store import TaskQuery
from tests.contract.clauses.worker_registry import worker
from tests.contract.task_factory import SteppedClock, pending
from tests.servers.redis_server import RedisServer

KEY = client_key("acme", "order-1", 600.0)

StartServer = Callable[..., RedisServer]
"""Options of redis-server → a running one."""

Call = Callable[[], Awaitable[object]]


class Connect(Protocol):
    async def __call__(self, url: str, timeout_s: float = ...) -> RedisClient: ...


def calls(client: RedisClient) -> Sequence[Call]:
    """One call of every kind that Redis adapters answer."""
    clock = SteppedClock()
    store = RedisTaskStore(client, "t:", clock)
    limiter = RedisRateLimiter(client, "t:limit:")
    registry = RedisWorkerRegistry(client, "t:", clock)
    return (
        lambda: store.insert_once(pending(), KEY),
        lambda: store.get("t"),
        lambda: store.replace(pending(), 1),
        lambda: store.list(TaskQuery(tenant="acme")),
        lambda: store.due(Due.STRANDED_LOW, 1),
        lambda: limiter.acquire("k", Quota(5, 60)),
        lambda: limiter.peek("k", Quota(5, 60)),
        lambda: registry.beat(worker("a")),
        lambda: registry.alive(),
        lambda: registry.leave("a"),
        lambda: store.ping(),
        lambda: limiter.ping(),
        lambda: registry.ping(),
    )
