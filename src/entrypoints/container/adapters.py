"""One builder an adapter, its import inside: a process loads only what its settings choose."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ports.rate_limiter import RateLimiter

from domain.model.links import LinkSigner
from domain.model.priority import Ageing
from domain.model.runner import ModelRegistry
from domain.model.url_policy import UrlPolicy
from entrypoints.configuration import api_keys
from entrypoints.settings import Settings
from ports.blob_store import BlobStore
from ports.clock import Elapsed, Now
from ports.image_fetcher import ImageFetcher
from ports.imaging import Imaging
from ports.inference import Inference
from ports.key_store import KeyStore
from ports.task_store import TaskStore

if TYPE_CHECKING:
    from adapters.queue.memory import MemoryQueue


def memory_task_store(now: Now) -> TaskStore:
    from adapters.tasks.memory import MemoryTaskStore

    return MemoryTaskStore(now)


def sqlite_task_store(settings: Settings, now: Now) -> TaskStore:
    from adapters.tasks.sqlite import SqliteTaskStore

    return SqliteTaskStore(settings.sqlite_path or settings.data_dir / "darkroom.db", now)


def memory_blob_store(links: LinkSigner) -> BlobStore:
    from adapters.blobs.memory import MemoryBlobStore

    return MemoryBlobStore(links)


def local_blob_store(settings: Settings, links: LinkSigner) -> BlobStore:
    from adapters.blobs.local import LocalBlobStore

    return LocalBlobStore(settings.data_dir / "blobs", links)


def memory_queue(settings: Settings, elapsed: Elapsed) -> "MemoryQueue":
    """Both ends of one queue."""
    from adapters.queue.memory import MemoryQueue

    ageing = Ageing(settings.priority_aging_normal_s, settings.priority_aging_low_s)
    return MemoryQueue(ageing, elapsed, settings.drain_grace_s)


def memory_rate_limiter() -> RateLimiter:
    from adapters.ratelimit.memory import MemoryRateLimiter

    return MemoryRateLimiter()


def settings_key_store(settings: Settings) -> KeyStore:
    from adapters.keys.memory import MemoryKeyStore

    return MemoryKeyStore(api_keys(settings))


def memory_fetcher(settings: Settings, urls: UrlPolicy) -> ImageFetcher:
    from adapters.fetch.memory import MemoryImageFetcher

    return MemoryImageFetcher(policy=urls, max_bytes=settings.max_upload_bytes)


def http_fetcher(settings: Settings, urls: UrlPolicy) -> ImageFetcher:
    from adapters.fetch.http import HttpImageFetcher

    return HttpImageFetcher(urls, max_bytes=settings.max_upload_bytes)


def pillow_imaging() -> Imaging:
    from adapters.imaging.pillow import PillowImaging

    return PillowImaging()


def memory_inference(models: ModelRegistry) -> Inference:
    from adapters.inference.memory import MemoryInference

    return MemoryInference(models)


def device_inference(settings: Settings, models: ModelRegistry) -> Inference:
    from adapters.inference.device_thread import DeviceThreadInference

    names = [spec.name for spec in models]
    return DeviceThreadInference(models, settings.device, names, torch_threads(settings))


def torch_threads(settings: Settings) -> Callable[[], None]:
    """Sets the CPU threads of torch, on the device thread, once torch is wanted at all."""

    def apply() -> None:
        import os

        import torch

        torch.set_num_threads(settings.torch_threads or os.cpu_count() or 1)

    return apply
