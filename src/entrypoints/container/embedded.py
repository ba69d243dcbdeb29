"""Gateway and worker in one process, over one queue and one ledger."""

from dependency_injector import providers

from entrypoints.container.gateway import GatewayContainer
from entrypoints.container.worker import WorkerContainer
from entrypoints.settings import Settings


class EmbeddedContainer(GatewayContainer, WorkerContainer):
    lifetimes = providers.List(
        GatewayContainer.store, GatewayContainer.blobs, GatewayContainer.queue,
        GatewayContainer.limiter, GatewayContainer.keys,
        WorkerContainer.fetcher, WorkerContainer.imaging, WorkerContainer.inference,
    )  # fmt: skip


def build_embedded(settings: Settings) -> EmbeddedContainer:
    """A fresh container, wired for `settings`."""
    container = EmbeddedContainer(settings=settings)
    container.config.from_dict(settings.model_dump(mode="python"))
    return container
