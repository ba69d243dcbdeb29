"""What lives with the task store, one builder an adapter, its import inside."""

from typing import TYPE_CHECKING

from entrypoints.container.adapters import REDIS_PREFIX
from ports.batch_store import BatchStore
from ports.clock import Now
from ports.fair_line import FairLine
from ports.key_store import KeyStore
from ports.usage_store import UsageStore

if TYPE_CHECKING:
    from adapters.redis_client import RedisClient
    from adapters.tasks.memory import MemoryTaskStore
    from adapters.tasks.sqlite import SqliteTaskStore


def memory_batch_store(store: "MemoryTaskStore", now: Now) -> BatchStore:
    from adapters.tasks.memory_batches import MemoryBatchStore

    return MemoryBatchStore(store, now)


def sqlite_batch_store(store: "SqliteTaskStore") -> BatchStore:
    from adapters.tasks.sqlite_batches import SqliteBatchStore

    return SqliteBatchStore(store)


def redis_batch_store(redis: "RedisClient", now: Now) -> BatchStore:
    from adapters.tasks.redis_batches import RedisBatchStore

    return RedisBatchStore(redis, REDIS_PREFIX, now)


def memory_key_store() -> KeyStore:
    from adapters.keys.memory import MemoryKeyStore

    return MemoryKeyStore()


def sqlite_key_store(store: "SqliteTaskStore") -> KeyStore:
    from adapters.keys.sqlite import SqliteKeyStore

    return SqliteKeyStore(store)


def redis_key_store(redis: "RedisClient") -> KeyStore:
    from adapters.keys.redis import RedisKeyStore

    return RedisKeyStore(redis, REDIS_PREFIX)


def sqlite_usage_store(store: "SqliteTaskStore") -> UsageStore:
    from adapters.tasks.sqlite_usage import SqliteUsageStore

    return SqliteUsageStore(store)


def redis_usage_store(redis: "RedisClient") -> UsageStore:
    from adapters.tasks.redis_usage import RedisUsageStore

    return RedisUsageStore(redis, REDIS_PREFIX)


def memory_fair_line(store: "MemoryTaskStore") -> FairLine:
    from adapters.tasks.memory_fair_line import MemoryFairLine

    return MemoryFairLine(store)


def sqlite_fair_line(store: "SqliteTaskStore") -> FairLine:
    from adapters.tasks.sqlite_fair_line import SqliteFairLine

    return SqliteFairLine(store)


def redis_fair_line(redis: "RedisClient", now: Now) -> FairLine:
    from adapters.tasks.redis_fair_line import RedisFairLine

    return RedisFairLine(redis, REDIS_PREFIX, now)
