"""What `darkroom up` runs on: port, adapter, place."""

from urllib.parse import urlsplit

from pydantic import SecretStr
from rich.table import Table

from entrypoints.addresses import addresses
from entrypoints.container.embedded import EmbeddedContainer
from entrypoints.container.parts import parts
from entrypoints.settings import Settings

IN_PROCESS = "this process"


def adapter_table(container: EmbeddedContainer, settings: Settings) -> Table:
    """One row a port. Nothing is opened: the adapters are built, not started."""
    where = places(settings, [spec.name for spec in container.models()])
    table = Table("port", "adapter", "where", title=f"Darkroom, APP_ENV={settings.app_env}")
    for port, adapter in parts(container).items():
        table.add_row(port, type(adapter).__name__, where.get(port, IN_PROCESS))
    return table


def places(settings: Settings, models: list[str]) -> dict[str, str]:
    """Where each adapter keeps or finds its things, if not in this process; no secrets."""
    redis, broker = masked(settings.redis_url), masked(settings.broker_url)
    allowed = f", {settings.fetch_allow_hosts}" if settings.fetch_allow_hosts else ""
    counted = f"{settings.rate_limit_per_minute} submits a minute and key"
    found = {
        "Redis": redis,
        "TaskStore": {
            "sqlite": str(settings.sqlite_path or settings.data_dir / "darkroom.db"),
            "redis": redis,
        }.get(settings.task_store),
        "BlobStore": {
            "local": str(settings.data_dir / "blobs"),
            "s3": f"{settings.s3_endpoint or 'AWS'}, bucket {settings.s3_bucket}",
        }.get(settings.storage_backend),
        "WakeupQueue": None if settings.queue_backend == "memory" else broker,
        "WakeupSource": None if settings.queue_backend == "memory" else broker,
        "RateLimiter": counted + (f", {redis}" if settings.rate_limit_backend == "redis" else ""),
        "ImageFetcher": f"public addresses{allowed}" if settings.fetch_backend == "http" else None,
        "Imaging": "child processes" if settings.imaging_backend == "process" else None,
        "Inference": f"{settings.device}: {', '.join(models)}",
        "Telemetry": f"log ({settings.log_format}, {settings.log_level}) and /metrics",
    }
    return {port: place for port, place in found.items() if place}


def masked(url: SecretStr) -> str:
    """Scheme, host and path of each address: what a person needs to recognise it by."""
    return ";".join(map(_masked, addresses(url.get_secret_value())))


def _masked(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
