"""Running models on a device."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from domain.model.device import DeviceUse
from domain.model.priority import Priority
from domain.model.runner import RunnerInput, RunnerOutput


@dataclass(frozen=True, slots=True, eq=False)
class Inferred:
    """What the model made, on which device, and how long its two stages took."""

    output: RunnerOutput
    device: str
    prepare_ms: int
    infer_ms: int


Run = Callable[[RunnerInput], Awaitable[Inferred]]
"""Prepare, infer and postprocess, once. Raises `ModelError`, or whatever the checkpoint of the
work raised; a runner's unforeseen exceptions pass through as they are."""


class Inference(ABC):
    __slots__ = ()

    @property
    @abstractmethod
    def loaded(self) -> Sequence[str]:
        """The models that lie on the device now."""

    @property
    @abstractmethod
    def use(self) -> DeviceUse:
        """How long the device worked so far, and works at what it does now."""

    @abstractmethod
    def serves(self, model: str) -> bool:
        """Whether this process has `model`, loaded or loadable."""

    @abstractmethod
    async def refresh(self) -> Mapping[str, Exception]:
        """The models of this process were set up anew: load those that are for the startup now,
        and let go of what is gone or was set up otherwise, once nobody uses it. Why a model could
        not be loaded, by its name."""

    @abstractmethod
    def admit(
        self, model: str, priority: Priority = Priority.NORMAL, *, alone: bool = False
    ) -> AbstractContextManager[Run]:
        """A place for work that is on its way, so that a batch may wait for it; leaving the
        context gives the place up. The higher priority goes first. `alone`: never in a batch."""
