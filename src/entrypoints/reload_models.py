"""Setting the models up anew while the service runs."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping

from domain.model.events import ModelNotLoaded, ModelsNotReloaded, ModelsReloaded
from domain.model.model_registry import ModelRegistry
from entrypoints.configuration import ConfigurationError
from entrypoints.hangup import Hangup
from ports.telemetry import Telemetry

Refresh = Callable[[], Awaitable[Mapping[str, Exception]]]


async def nothing_to_refresh() -> Mapping[str, Exception]:
    """A process that only accepts tasks has no model on a device."""
    return {}


class ReloadModels:
    """`build` reads the models file; `refresh` has the device follow."""

    def __init__(
        self,
        build: Callable[[], ModelRegistry],
        models: ModelRegistry,
        telemetry: Telemetry,
        hangup: Hangup,
        refresh: Refresh = nothing_to_refresh,
    ) -> None:
        self._build, self._models, self._telemetry = build, models, telemetry
        self._hangup, self._refresh = hangup, refresh

    async def when_told(self) -> None:
        """Once, at the next SIGHUP."""
        await self._hangup.heard()
        await self()

    async def __call__(self) -> None:
        """A file that is wrong changes nothing."""
        try:
            found = await asyncio.to_thread(self._build)
        except ConfigurationError as error:
            self._telemetry.record(ModelsNotReloaded(str(error)))
            return
        renewal = self._models.renew(found)
        told = ModelsReloaded(renewal.added, renewal.changed, renewal.removed)
        self._telemetry.record(told)
        for name, failure in (await self._refresh()).items():
            text = "".join(traceback.format_exception(failure))
            self._telemetry.record(ModelNotLoaded(name, text))
