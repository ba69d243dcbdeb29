"""Gateway and worker in one process, over one queue and one ledger."""

from collections.abc import Sequence
from dataclasses import replace

from dependency_injector import providers

from entrypoints.container.gateway import GatewayContainer
from entrypoints.container.worker import WorkerContainer
from entrypoints.http.gateway import Gateway
from entrypoints.settings import Settings
from ports.lifecycle import Lifecycle


def each_once(*groups: Sequence[object]) -> list[object]:
    """What both parts use is opened by the first and closed after the last."""
    seen = {id(part): part for group in groups for part in group}
    return list(seen.values())


def with_device(gateway: Gateway, inference: object) -> Gateway:
    """Who has the device in the same process is ready only while that works."""
    if not isinstance(inference, Lifecycle):
        return gateway
    return replace(gateway, probes={**gateway.probes, "inference": inference.ping})


class EmbeddedContainer(GatewayContainer, WorkerContainer):
    reload_models = WorkerContainer.reload_models
    gateway = providers.Singleton(with_device, GatewayContainer.gateway, WorkerContainer.inference)
    lifetimes = providers.Callable(each_once, GatewayContainer.lifetimes, WorkerContainer.lifetimes)


def build_embedded(settings: Settings) -> EmbeddedContainer:
    """A fresh container, wired for `settings`."""
    container = EmbeddedContainer(settings=settings)
    container.config.from_dict(settings.model_dump(mode="python"))
    return container
