"""Gateway and worker in one process, over one queue and one ledger."""

from collections.abc import Sequence

from dependency_injector import providers

from entrypoints.container.gateway import GatewayContainer
from entrypoints.container.worker import WorkerContainer
from entrypoints.settings import Settings


def each_once(*groups: Sequence[object]) -> list[object]:
    """What both parts use is opened by the first and closed after the last."""
    seen = {id(part): part for group in groups for part in group}
    return list(seen.values())


class EmbeddedContainer(GatewayContainer, WorkerContainer):
    lifetimes = providers.Callable(each_once, GatewayContainer.lifetimes, WorkerContainer.lifetimes)


def build_embedded(settings: Settings) -> EmbeddedContainer:
    """A fresh container, wired for `settings`."""
    container = EmbeddedContainer(settings=settings)
    container.config.from_dict(settings.model_dump(mode="python"))
    return container
