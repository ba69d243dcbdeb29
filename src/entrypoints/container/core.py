"""What every process kind shares: clocks, the ledger, storage, the queue, telemetry."""

import random
import time

from dependency_injector import containers, providers

from adapters.clock import system_now, uuid7
from domain.model.life_cycle import TaskPolicy
from domain.model.links import LinkSigner
from domain.model.retry import RetryPolicy
from domain.model.url_policy import UrlPolicy
from domain.use_cases.erase_task import EraseTask
from domain.use_cases.ledger import Ledger
from domain.use_cases.purge_tasks import PurgeTasks
from domain.use_cases.recover_tasks import RecoverTasks
from entrypoints.configuration import signing_secret
from entrypoints.container import adapters
from entrypoints.container.models import build_models
from entrypoints.container.telemetry import build_telemetry, new_registry
from entrypoints.settings import Settings


def task_policy(settings: Settings) -> TaskPolicy:
    return TaskPolicy(
        retry=RetryPolicy(settings.max_retries + 1, settings.retry_base_s, settings.retry_cap_s),
        lease_s=settings.lease_s,
        timeout_s=settings.task_timeout_s,
        result_ttl_s=settings.result_ttl_s,
    )


class CoreContainer(containers.DeclarativeContainer):
    """Selectors choose an adapter by one variable each; only the chosen builder ever runs."""

    settings = providers.Dependency(instance_of=Settings)
    config = providers.Configuration(strict=True)

    now = providers.Object(system_now)
    elapsed = providers.Object(time.monotonic)
    new_id = providers.Object(uuid7)
    draw = providers.Object(random.random)

    policy = providers.Singleton(task_policy, settings)
    urls = providers.Singleton(UrlPolicy, settings.provided.fetch_allow_hosts)
    links = providers.Singleton(LinkSigner, providers.Callable(signing_secret, settings))
    models = providers.Singleton(build_models, settings)
    metrics_registry = providers.Singleton(new_registry)
    telemetry = providers.Singleton(build_telemetry, settings, models, metrics_registry)

    store = providers.Selector(
        config.task_store,
        memory=providers.Singleton(adapters.memory_task_store, now),
        sqlite=providers.Singleton(adapters.sqlite_task_store, settings, now),
    )
    blobs = providers.Selector(
        config.storage_backend,
        memory=providers.Singleton(adapters.memory_blob_store, links),
        local=providers.Singleton(adapters.local_blob_store, settings, links),
    )
    queue = providers.Selector(
        config.queue_backend,
        memory=providers.Singleton(adapters.memory_queue, settings, elapsed),
    )
    ledger = providers.Singleton(Ledger, store, telemetry)

    erase = providers.Singleton(EraseTask, ledger, blobs, now)
    recover = providers.Singleton(RecoverTasks, ledger, queue, telemetry, now, policy)
    purge = providers.Singleton(PurgeTasks, store, erase)
