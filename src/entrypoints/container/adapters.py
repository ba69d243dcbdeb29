"""One builder an adapter, its import inside: a process loads only what its settings choose."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from domain.model.batching import BatchLimits
from domain.model.device import DeviceFacts
from domain.model.links import LinkSigner
from domain.model.model_registry import ModelRegistry
from domain.model.model_setup import Accelerator
from domain.model.url_policy import UrlPolicy
from entrypoints.configuration import ConfigurationError
from entrypoints.container.torch_process import let_cores_rest, torch_threads
from entrypoints.settings import Settings
from ports.blob_store import BlobStore
from ports.clock import Now
from ports.device_meter import DeviceMeter
from ports.epoch import Epoch
from ports.event_bus import EventBus
from ports.image_fetcher import ImageFetcher
from ports.imaging import Imaging
from ports.inference import Inference
from ports.rate_limiter import RateLimiter
from ports.task_store import TaskStore
from ports.telemetry import Telemetry
from ports.worker_registry import WorkerRegistry

if TYPE_CHECKING:
    from adapters.imaging.pillow import PillowImaging
    from adapters.redis_client import RedisClient
    from adapters.tasks.memory_outbox import MemoryWebhookOutbox
    from adapters.tasks.redis_clock import RedisClock
    from adapters.tasks.telling import Tell

REDIS_PREFIX = "darkroom:"
KEPT_BYTES = 2**28
"""Of memory that the models freed."""


def memory_task_store(now: Now, tell: "Tell", outbox: "MemoryWebhookOutbox") -> TaskStore:
    from adapters.tasks.memory import MemoryTaskStore

    return MemoryTaskStore(now, tell, outbox)


def sqlite_task_store(settings: Settings, now: Now, tell: "Tell") -> TaskStore:
    from adapters.tasks.sqlite import SqliteTaskStore

    return SqliteTaskStore(settings.sqlite_path or settings.data_dir / "darkroom.db", now, tell)


def redis_client(settings: Settings) -> "RedisClient":
    from adapters.redis_client import RedisClient

    return RedisClient(settings.redis_url.get_secret_value())


def redis_clock(redis: "RedisClient") -> "RedisClock":
    from adapters.tasks.redis_clock import RedisClock

    return RedisClock(redis)


def redis_task_store(settings: Settings, redis: "RedisClient", now: Now) -> TaskStore:
    from adapters.tasks.redis import RedisTaskStore

    allowed = settings.redis_allow_eviction
    return RedisTaskStore(redis, REDIS_PREFIX, now, allow_eviction=allowed)


def redis_event_bus(redis: "RedisClient") -> EventBus:
    from adapters.events.redis import RedisEventBus

    return RedisEventBus(redis, REDIS_PREFIX)


def redis_epoch(redis: "RedisClient", now: Now) -> Epoch:
    from adapters.epoch.redis import RedisEpoch

    return RedisEpoch(redis, REDIS_PREFIX, now)


def redis_worker_registry(redis: "RedisClient", now: Now) -> WorkerRegistry:
    from adapters.workers.redis import RedisWorkerRegistry

    return RedisWorkerRegistry(redis, REDIS_PREFIX, now)


def redis_rate_limiter(redis: "RedisClient") -> RateLimiter:
    from adapters.ratelimit.redis import RedisRateLimiter

    return RedisRateLimiter(redis, REDIS_PREFIX)


def memory_blob_store(links: LinkSigner) -> BlobStore:
    from adapters.blobs.memory import MemoryBlobStore

    return MemoryBlobStore(links)


def local_blob_store(settings: Settings, links: LinkSigner) -> BlobStore:
    from adapters.blobs.local import LocalBlobStore

    return LocalBlobStore(settings.data_dir / "blobs", links)


def s3_blob_store(settings: Settings) -> BlobStore:
    """Links are timed by this machine's clock, which the S3 server compares with its own."""
    from adapters.blobs.s3 import S3BlobStore
    from adapters.clock import system_now

    return S3BlobStore(
        endpoint=settings.s3_endpoint,
        public_endpoint=settings.s3_public_endpoint,
        access_key=settings.s3_access_key.get_secret_value(),
        secret_key=settings.s3_secret_key.get_secret_value(),
        bucket=settings.s3_bucket,
        region=settings.s3_region,
        now=system_now,
    )


def memory_rate_limiter() -> RateLimiter:
    from adapters.ratelimit.memory import MemoryRateLimiter

    return MemoryRateLimiter()


def memory_fetcher(settings: Settings, urls: UrlPolicy) -> ImageFetcher:
    from adapters.fetch.memory import MemoryImageFetcher

    return MemoryImageFetcher(policy=urls, max_bytes=settings.max_upload_bytes)


def http_fetcher(settings: Settings, urls: UrlPolicy) -> ImageFetcher:
    from adapters.fetch.http import HttpImageFetcher

    return HttpImageFetcher(urls, max_bytes=settings.max_upload_bytes)


def pillow_imaging(settings: Settings) -> "PillowImaging":
    from adapters.imaging.pillow import PillowImaging

    return PillowImaging(fonts=settings.data_dir / "fonts")


def process_imaging(settings: Settings) -> Imaging:
    import os

    from adapters.imaging.processes import ProcessImaging

    processes = settings.imaging_processes or min(2, os.cpu_count() or 1)
    return ProcessImaging(pillow_imaging(settings), processes)


def memory_inference(models: ModelRegistry) -> Inference:
    from adapters.inference.memory import MemoryInference

    return MemoryInference(models)


def device_inference(
    settings: Settings, models: ModelRegistry, on_sick: Callable[[str], None], telemetry: Telemetry
) -> Inference:
    from adapters.inference.device_thread import DeviceThreadInference
    from adapters.kept_memory import keep_freed_memory

    judge_accelerator(settings)
    let_cores_rest()
    keep_freed_memory(KEPT_BYTES)
    threads, limits = torch_threads(settings), batch_limits(settings)
    return DeviceThreadInference(
        models, settings.device, threads, preload=True, limits=limits, on_sick=on_sick,
        most_mb=settings.models_memory_mb, tell=telemetry.record,
    )  # fmt: skip


def judge_accelerator(settings: Settings) -> None:
    """Raises `ConfigurationError` for one that is not installed, before any model wants it."""
    from importlib.util import find_spec

    if settings.accelerator is Accelerator.TENSORRT and find_spec("torch_tensorrt") is None:
        raise ConfigurationError(
            "ACCELERATOR: tensorrt needs torch-tensorrt: pip install 'darkroom[tensorrt]'"
        )


def device_meter(settings: Settings) -> DeviceMeter:
    """By the kind of the device. CUDA_VISIBLE_DEVICES is no setting of ours: the parent of the
    workers, or whoever starts one, shows it one GPU by that."""
    from adapters.devices.memory import MemoryDeviceMeter

    if settings.device == "cpu":
        return MemoryDeviceMeter()
    if not settings.device.startswith("cuda"):
        return MemoryDeviceMeter(DeviceFacts(reason="Only CUDA devices are measured."))

    import os

    from adapters.devices.nvml import NvmlDeviceMeter, visible_gpu

    return NvmlDeviceMeter(visible_gpu(settings.device, os.environ.get("CUDA_VISIBLE_DEVICES")))


def batch_limits(settings: Settings) -> BatchLimits:
    return BatchLimits(settings.batch_window_ms / 1000, settings.max_batch_size)
