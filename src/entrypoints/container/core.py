"""What every process kind shares: clocks, the ledger, storage, the queue, telemetry."""

import random
import time
from collections.abc import Callable, Sequence

from dependency_injector import containers, providers

from adapters.clock import system_now, uuid7
from adapters.epoch.memory import MemoryEpoch
from adapters.events.memory import MemoryEventBus
from adapters.workers.memory import MemoryWorkerRegistry
from domain.model.life_cycle import TaskPolicy
from domain.model.links import LinkSigner
from domain.model.retry import RetryPolicy
from domain.model.url_policy import UrlPolicy
from domain.use_cases.erase_task import EraseTask
from domain.use_cases.finish_batches import FinishBatches
from domain.use_cases.ledger import Ledger
from domain.use_cases.purge_tasks import PurgeTasks
from domain.use_cases.recover_tasks import RecoverTasks
from entrypoints.configuration import signing_secret
from entrypoints.container import adapters, beside_tasks, queues, webhook_adapters
from entrypoints.container.models import build_models
from entrypoints.container.telemetry import build_telemetry, new_registry
from entrypoints.container.tracing import build_tracing
from entrypoints.hangup import Hangup
from entrypoints.reload_models import ReloadModels
from entrypoints.settings import Settings


def task_policy(settings: Settings) -> TaskPolicy:
    return TaskPolicy(
        retry=RetryPolicy(settings.max_retries + 1, settings.retry_base_s, settings.retry_cap_s),
        lease_s=settings.lease_s,
        timeout_s=settings.task_timeout_s,
        result_ttl_s=settings.result_ttl_s,
    )


def in_order(*groups: Sequence[object]) -> list[object]:
    return [part for group in groups for part in group]


def redis_lifetimes(
    settings: Settings, redis: Callable[[], object], clock: Callable[[], object]
) -> list[object]:
    """The connection, and the ledger's clock, where anything here uses them."""
    parts = [redis()] if "redis" in (settings.task_store, settings.rate_limit_backend) else []
    return [*parts, clock()] if settings.task_store == "redis" else parts


class CoreContainer(containers.DeclarativeContainer):
    """Selectors choose an adapter by one variable each; only the chosen builder ever runs."""

    settings = providers.Dependency(instance_of=Settings)
    config = providers.Configuration(strict=True)

    redis = providers.Singleton(adapters.redis_client, settings)
    redis_clock = providers.Singleton(adapters.redis_clock, redis)
    now = providers.Selector(
        config.task_store,
        memory=providers.Object(system_now),
        sqlite=providers.Object(system_now),
        redis=redis_clock.provided.now,
    )
    elapsed = providers.Object(time.monotonic)
    new_id = providers.Object(uuid7)
    draw = providers.Object(random.random)

    policy = providers.Singleton(task_policy, settings)
    urls = providers.Singleton(UrlPolicy, settings.provided.fetch_allow_hosts)
    links = providers.Singleton(LinkSigner, providers.Callable(signing_secret, settings))
    models = providers.Singleton(build_models, settings)
    metrics_registry = providers.Singleton(new_registry)
    telemetry = providers.Singleton(build_telemetry, settings, models, metrics_registry)
    tracing = providers.Singleton(build_tracing)
    hangup = providers.Singleton(Hangup)
    reload_models = providers.Singleton(
        ReloadModels, providers.Factory(build_models, settings).provider, models, telemetry, hangup
    )

    heard = providers.Singleton(MemoryEventBus)
    kept_in_memory = providers.Singleton(webhook_adapters.memory_outbox, now)
    store = providers.Selector(
        config.task_store,
        memory=providers.Singleton(
            adapters.memory_task_store, now, heard.provided.tell, kept_in_memory
        ),
        sqlite=providers.Singleton(adapters.sqlite_task_store, settings, now, heard.provided.tell),
        redis=providers.Singleton(adapters.redis_task_store, settings, redis, now),
    )
    batches = providers.Selector(
        config.task_store,
        memory=providers.Singleton(beside_tasks.memory_batch_store, store, now),
        sqlite=providers.Singleton(beside_tasks.sqlite_batch_store, store),
        redis=providers.Singleton(beside_tasks.redis_batch_store, redis, now),
    )
    outbox = providers.Selector(
        config.task_store,
        memory=kept_in_memory,
        sqlite=providers.Singleton(webhook_adapters.sqlite_outbox, store),
        redis=providers.Singleton(webhook_adapters.redis_outbox, redis, now),
    )
    turns = providers.Selector(
        config.task_store,
        memory=providers.Singleton(beside_tasks.memory_fair_line, store),
        sqlite=providers.Singleton(beside_tasks.sqlite_fair_line, store),
        redis=providers.Singleton(beside_tasks.redis_fair_line, redis, now),
    )
    epoch = providers.Selector(
        config.task_store,
        memory=providers.Singleton(MemoryEpoch),
        sqlite=providers.Singleton(MemoryEpoch),
        redis=providers.Singleton(adapters.redis_epoch, redis, now),
    )
    workers = providers.Selector(
        config.task_store,
        memory=providers.Singleton(MemoryWorkerRegistry, now),
        sqlite=providers.Singleton(MemoryWorkerRegistry, now),
        redis=providers.Singleton(adapters.redis_worker_registry, redis, now),
    )
    blobs = providers.Selector(
        config.storage_backend,
        memory=providers.Singleton(adapters.memory_blob_store, links),
        local=providers.Singleton(adapters.local_blob_store, settings, links),
        s3=providers.Singleton(adapters.s3_blob_store, settings),
    )
    queue = providers.Selector(
        config.queue_backend,
        memory=providers.Singleton(queues.memory_queue, settings, elapsed),
        celery=providers.Singleton(queues.celery_queue, settings, elapsed),
        dramatiq=providers.Singleton(queues.dramatiq_queue, settings, elapsed),
    )
    ledger = providers.Singleton(Ledger, store, telemetry)

    erase = providers.Singleton(EraseTask, ledger, blobs, now)
    recover = providers.Singleton(RecoverTasks, ledger, queue, telemetry, now, policy)
    purge = providers.Singleton(PurgeTasks, store, erase)
    finish_batches = providers.Singleton(
        FinishBatches, batches, outbox, now, settings.provided.result_ttl_s,
        settings.provided.idempotency_ttl_s,
    )  # fmt: skip
    shared_lifetimes = providers.Callable(
        in_order,
        providers.Callable(redis_lifetimes, settings, redis.provider, redis_clock.provider),
        providers.List(tracing, store, epoch, workers, blobs, queue),
    )
