"""What `darkroom up` runs on: port, adapter, place."""

from rich.table import Table

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
    """Where each adapter keeps or finds its things, if not in this process."""
    found = {
        "RateLimiter": f"{settings.rate_limit_per_minute} submits a minute and key",
        "Inference": f"{settings.device}: {', '.join(models)}",
        "Telemetry": f"log ({settings.log_format}, {settings.log_level}) and /metrics",
    }
    if settings.task_store == "sqlite":
        found["TaskStore"] = str(settings.sqlite_path or settings.data_dir / "darkroom.db")
    if settings.storage_backend == "local":
        found["BlobStore"] = str(settings.data_dir / "blobs")
    if settings.fetch_backend == "http":
        allowed = settings.fetch_allow_hosts
        found["ImageFetcher"] = "public addresses" + (f", {allowed}" if allowed else "")
    return found
