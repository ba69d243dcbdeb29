"""The worker's part: what a wake-up sets in motion."""

import os
import socket

from dependency_injector import providers

from domain.model.task import Task
from domain.use_cases.fetch_source import FetchSource
from domain.use_cases.hold_lease import LISTEN_S, HoldLease
from domain.use_cases.mark_picture import MarkPicture
from domain.use_cases.process_task import ProcessTask
from domain.use_cases.rebuild_task import RebuildTask
from domain.use_cases.run_attempt import RunAttempt
from domain.use_cases.store_result import StoreResult
from domain.use_cases.upscale_picture import UpscalePicture
from entrypoints.background import end_process
from entrypoints.container import adapters, queues
from entrypoints.container.core import CoreContainer as Core
from entrypoints.container.core import in_order
from entrypoints.container.gateway import image_limits
from entrypoints.container.models import build_models
from entrypoints.container.telemetry import VERSION
from entrypoints.own_words import last_words
from entrypoints.reload_models import ReloadModels
from entrypoints.settings import Settings
from entrypoints.worker.heartbeat import Heartbeat, this_worker
from entrypoints.worker.sickness import Sickness
from entrypoints.worker.watch import IdleWatch, InHand

EXIT_HUNG = 70


def end_hung_process(task: Task) -> None:
    """A device call can't be interrupted: end the process, and the lease gives the task back."""
    last_words(f"task {task.task_id} hangs past its time limit; this process ends")
    os._exit(EXIT_HUNG)


def worker_name(settings: Settings) -> str:
    """Unique among all that share a ledger, also after a restart."""
    return f"{socket.gethostname()}:{settings.device}:{os.getpid()}"


class WorkerContainer(Core):
    fetcher = providers.Selector(
        Core.config.fetch_backend,
        http=providers.Singleton(adapters.http_fetcher, Core.settings, Core.urls),
        memory=providers.Singleton(adapters.memory_fetcher, Core.settings, Core.urls),
    )
    source = providers.Selector(
        Core.config.queue_backend,
        memory=Core.queue,
        celery=providers.Singleton(
            queues.celery_source, Core.settings, Core.store, Core.elapsed, Core.telemetry
        ),
        dramatiq=providers.Singleton(
            queues.dramatiq_source, Core.settings, Core.elapsed, Core.telemetry
        ),
    )
    imaging = providers.Selector(
        Core.config.imaging_backend,
        process=providers.Singleton(adapters.process_imaging, Core.settings),
        memory=providers.Singleton(adapters.pillow_imaging, Core.settings),
    )
    sickness = providers.Singleton(Sickness)
    inference = providers.Selector(
        Core.config.inference_backend,
        device=providers.Singleton(
            adapters.device_inference, Core.settings, Core.models, sickness, Core.telemetry
        ),
        memory=providers.Singleton(adapters.memory_inference, Core.models),
    )
    reload_models = providers.Singleton(
        ReloadModels, providers.Factory(build_models, Core.settings).provider, Core.models,
        Core.telemetry, Core.hangup, inference.provided.refresh,
    )  # fmt: skip
    image_limits = providers.Callable(image_limits, Core.settings)
    fetch_source = providers.Singleton(FetchSource, fetcher, Core.blobs)
    upscale = providers.Singleton(
        UpscalePicture, inference, imaging, Core.models, Core.elapsed, image_limits
    )
    mark = providers.Singleton(MarkPicture, fetch_source, imaging, image_limits)
    store_result = providers.Singleton(
        StoreResult, mark, imaging, Core.blobs, Core.elapsed, Core.tracing
    )
    run = providers.Singleton(
        RunAttempt, fetch_source, imaging, inference, upscale, store_result, Core.models,
        Core.elapsed, image_limits, Core.tracing,
    )  # fmt: skip
    on_hung = providers.Object(end_hung_process)
    listen_s = providers.Object(LISTEN_S)
    hold = providers.Singleton(
        HoldLease, Core.ledger, Core.telemetry, Core.now, Core.policy, on_hung, listen_s
    )
    rebuild = providers.Singleton(
        RebuildTask, Core.store, Core.epoch, Core.settings.provided.idempotency_ttl_s
    )
    worker_name = providers.Callable(worker_name, settings=Core.settings)
    process = providers.Singleton(
        ProcessTask, Core.ledger, Core.turns, inference, run, hold, rebuild, Core.telemetry,
        Core.now, Core.draw, worker_name, Core.policy, Core.tracing,
    )  # fmt: skip
    in_hand = providers.Singleton(
        InHand, process, Core.elapsed, Core.settings.provided.worker_concurrency
    )
    idle_watch = providers.Singleton(IdleWatch, Core.queue, in_hand, providers.Object(end_process))
    meter = providers.Singleton(adapters.device_meter, Core.settings)
    heartbeat = providers.Singleton(
        Heartbeat, Core.workers,
        providers.Callable(this_worker, worker_name, Core.settings, Core.now, VERSION),
        Core.models, in_hand, inference, meter, Core.telemetry,
    )  # fmt: skip
    lifetimes = providers.Callable(
        in_order, Core.shared_lifetimes, providers.List(source, fetcher, imaging, inference)
    )


def build_worker(settings: Settings) -> WorkerContainer:
    """A fresh container for a process that only works."""
    container = WorkerContainer(settings=settings)
    container.config.from_dict(settings.model_dump(mode="python"))
    return container
