"""The gateway's part: the use cases HTTP drives. Never loads a model's library."""

import secrets

from dependency_injector import providers

from domain.model.picture import ImageLimits
from domain.model.principal import ADMIN, TASKS
from domain.model.settled_keys import SettledKeys
from domain.use_cases.admit_caller import AdmitCaller
from domain.use_cases.cancel_batch import CancelBatch
from domain.use_cases.cancel_task import CancelTask
from domain.use_cases.confirm_published import ConfirmPublished
from domain.use_cases.create_key import CreateKey
from domain.use_cases.daily_tasks import DailyTasks
from domain.use_cases.delete_task import DeleteTask
from domain.use_cases.fetch_result import FetchResult
from domain.use_cases.find_room import DepthLimits, FindRoom
from domain.use_cases.find_task import FindTask
from domain.use_cases.follow_task import FollowTask
from domain.use_cases.forecast_start import ForecastStart
from domain.use_cases.get_batch import GetBatch
from domain.use_cases.get_task import GetTask
from domain.use_cases.judge_prompt import JudgePrompt
from domain.use_cases.keep_inputs import KeepInputs
from domain.use_cases.list_batch import ListBatch
from domain.use_cases.list_keys import ListKeys
from domain.use_cases.list_tasks import ListTasks
from domain.use_cases.measure_backlog import MeasureBacklog
from domain.use_cases.measure_undelivered import MeasureUndelivered
from domain.use_cases.read_submission import ReadSubmission
from domain.use_cases.read_usage import ReadUsage
from domain.use_cases.retry_task import RetryTask
from domain.use_cases.revoke_key import RevokeKey
from domain.use_cases.submit_batch import SubmitBatch
from domain.use_cases.submit_task import SubmitLimits, SubmitTask
from domain.use_cases.wake_worker import WakeWorker
from domain.use_cases.wake_workers import WakeWorkers
from entrypoints.collector import Collector
from entrypoints.configuration import api_keys
from entrypoints.container import adapters, beside_tasks
from entrypoints.container.core import CoreContainer as Core
from entrypoints.container.core import in_order, redis_lifetimes
from entrypoints.container.moderation import build_moderation
from entrypoints.container.telemetry import render
from entrypoints.container.webhooks import WebhooksContainer
from entrypoints.http.gateway import Gateway, GatewayLimits, UseCases
from entrypoints.settings import Settings
from ports.lifecycle import Lifecycle


def submit_limits(settings: Settings) -> SubmitLimits:
    return SubmitLimits(
        idempotency_ttl_s=settings.idempotency_ttl_s,
        signature_window_s=settings.signature_window_s,
    )


def settled_keys(settings: Settings) -> SettledKeys:
    """The operator's own key, made in DEV and TEST, may do everything; those of API_KEYS belong to
    people, who may not give out keys."""
    own = settings.api_keys is None and settings.app_env != "PROD"
    return SettledKeys(api_keys(settings), TASKS | {ADMIN} if own else TASKS)


SHORT_QUEUE = 1_000


def depth_limits(settings: Settings) -> DepthLimits:
    return DepthLimits(settings.max_queue_depth, most_of_a_tenant(settings))


def most_of_a_tenant(settings: Settings) -> int:
    """Half of what all may have, unless it is set; of a short queue all."""
    half = max(settings.max_queue_depth // 2, SHORT_QUEUE)
    return settings.max_queue_depth_per_tenant or min(half, settings.max_queue_depth)


def image_limits(settings: Settings) -> ImageLimits:
    return ImageLimits(settings.max_pixels, settings.max_side_px)


def gateway_limits(settings: Settings) -> GatewayLimits:
    return GatewayLimits(
        images=image_limits(settings),
        max_upload_bytes=settings.max_upload_bytes,
        max_queue_depth=settings.max_queue_depth,
        max_queue_depth_per_tenant=most_of_a_tenant(settings),
        url_ttl_s=settings.url_ttl_s,
        result_ttl_s=settings.result_ttl_s,
        idempotency_ttl_s=settings.idempotency_ttl_s,
    )


def probes(**parts: object) -> dict[str, object]:
    """The readiness probe of each part that has one."""
    return {name: part.ping for name, part in parts.items() if isinstance(part, Lifecycle)}


class GatewayContainer(WebhooksContainer):
    keys = providers.Selector(
        Core.config.task_store,
        memory=providers.Singleton(beside_tasks.memory_key_store),
        sqlite=providers.Singleton(beside_tasks.sqlite_key_store, Core.store),
        redis=providers.Singleton(beside_tasks.redis_key_store, Core.redis),
    )
    usage = providers.Selector(
        Core.config.task_store,
        memory=Core.store.provided.usage,
        sqlite=providers.Singleton(beside_tasks.sqlite_usage_store, Core.store),
        redis=providers.Singleton(beside_tasks.redis_usage_store, Core.redis),
    )
    settled_keys = providers.Singleton(settled_keys, Core.settings)
    random = providers.Object(secrets.token_bytes)
    limiter = providers.Selector(
        Core.config.rate_limit_backend,
        memory=providers.Singleton(adapters.memory_rate_limiter),
        redis=providers.Singleton(adapters.redis_rate_limiter, Core.redis),
    )

    confirm = providers.Singleton(ConfirmPublished, Core.ledger, Core.now)
    wake = providers.Singleton(WakeWorker, Core.queue, confirm, Core.telemetry)
    bus = providers.Selector(
        Core.config.task_store,
        memory=Core.heard,
        sqlite=Core.heard,
        redis=providers.Singleton(adapters.redis_event_bus, Core.redis),
    )
    get = providers.Singleton(GetTask, Core.store, bus, Core.elapsed)
    moderation = providers.Singleton(build_moderation, Core.settings)
    judge = providers.Singleton(JudgePrompt, moderation)
    read = providers.Singleton(
        ReadSubmission,
        Core.models,
        Core.urls,
        Core.settings.provided.max_upload_bytes,
        Core.settings.provided.max_pixels,
        Core.settings.provided.task_ttl_s,
        judge,
    )
    forecast = providers.Singleton(ForecastStart, Core.queue, bus, Core.store, Core.elapsed)
    day = providers.Singleton(DailyTasks, limiter)
    room = providers.Singleton(
        FindRoom,
        Core.queue,
        forecast,
        day,
        Core.turns,
        providers.Callable(depth_limits, Core.settings),
    )
    keep = providers.Singleton(KeepInputs, Core.blobs)
    cancel = providers.Singleton(CancelTask, Core.ledger, get, Core.now, Core.policy)
    get_batch = providers.Singleton(GetBatch, Core.batches, Core.now)
    list_batch = providers.Singleton(ListBatch, Core.store)
    use_cases = providers.Singleton(
        UseCases,
        admit=providers.Singleton(
            AdmitCaller, settled_keys, keys, limiter, Core.now,
            Core.settings.provided.rate_limit_per_minute,
        ),
        submit=providers.Singleton(
            SubmitTask, read, room, keep, Core.store, wake, Core.now, Core.new_id,
            providers.Callable(submit_limits, Core.settings), Core.tracing,
        ),
        get=get,
        find=providers.Singleton(FindTask, get, Core.store),
        forecast=forecast,
        follow=providers.Singleton(FollowTask, get, bus, Core.telemetry, Core.elapsed),
        list=providers.Singleton(ListTasks, Core.store),
        cancel=cancel,
        retry=providers.Singleton(
            RetryTask, get, room, Core.models, judge, Core.store, Core.blobs, wake, Core.now,
            Core.new_id, Core.tracing,
        ),
        delete=providers.Singleton(DeleteTask, get, Core.erase),
        fetch_result=providers.Singleton(FetchResult, Core.blobs),
        submit_batch=providers.Singleton(
            SubmitBatch, read, room, keep, Core.batches,
            providers.Singleton(WakeWorkers, wake, Core.elapsed), Core.now, Core.new_id,
            Core.tracing,
        ),
        get_batch=get_batch,
        list_batch=list_batch,
        create_key=providers.Singleton(CreateKey, keys, Core.now, random),
        list_keys=providers.Singleton(ListKeys, keys),
        revoke_key=providers.Singleton(RevokeKey, keys, Core.now),
        read_usage=providers.Singleton(ReadUsage, usage, Core.now),
        daily_tasks=day,
        cancel_batch=providers.Singleton(CancelBatch, get_batch, list_batch, cancel),
        webhooks=WebhooksContainer.webhooks,
    )  # fmt: skip
    backlog = providers.Singleton(MeasureBacklog, Core.store, Core.queue, Core.now)
    probes = providers.Callable(
        probes, ledger=Core.store, storage=Core.blobs, queue=Core.queue,
        rate_limiter=limiter,
    )  # fmt: skip
    undelivered = providers.Singleton(MeasureUndelivered, Core.outbox, Core.now)
    collector = providers.Singleton(
        Collector,
        backlog,
        undelivered,
        Core.workers,
        probes,
        Core.settings.provided.data_dir,
        Core.telemetry,
    )
    gateway = providers.Singleton(
        Gateway,
        use_cases=use_cases,
        models=Core.models,
        backlog=backlog,
        workers=Core.workers,
        blobs=Core.blobs,
        links=Core.links,
        telemetry=Core.telemetry,
        tracing=Core.tracing,
        metrics=providers.Callable(render, Core.metrics_registry).provider,
        probes=probes,
        limits=providers.Callable(gateway_limits, Core.settings),
        public_url=Core.settings.provided.reachable_at,
        now=Core.now,
        new_id=Core.new_id,
        cors_origins=Core.settings.provided.cors_origins,
        cors_allow_credentials=Core.settings.provided.cors_allow_credentials,
    )  # fmt: skip
    key_lifetimes = providers.Callable(
        in_order,
        providers.Callable(
            redis_lifetimes, Core.settings, Core.redis.provider, Core.redis_clock.provider
        ),
        providers.List(Core.store),
    )
    lifetimes = providers.Callable(
        in_order, Core.shared_lifetimes, providers.List(limiter, bus, WebhooksContainer.sender)
    )


def build_gateway(settings: Settings) -> GatewayContainer:
    """A fresh container for a process that only serves HTTP."""
    container = GatewayContainer(settings=settings)
    container.config.from_dict(settings.model_dump(mode="python"))
    return container
