"""Running a model on a device."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from domain.model.runner import RunnerInput, RunnerOutput


@dataclass(frozen=True, slots=True, eq=False)
class Inferred:
    """What the model made, on which device, and how long its two stages took."""

    output: RunnerOutput
    device: str
    prepare_ms: int
    infer_ms: int


class Inference(ABC):
    __slots__ = ()

    @abstractmethod
    def serves(self, model: str) -> bool:
        """Whether this process has `model`, loaded or loadable."""

    @abstractmethod
    async def run(self, model: str, work: RunnerInput) -> Inferred:
        """Prepare, infer and postprocess. Raises `ModelError`, or whatever the checkpoint of
        `work` raised; a runner's unforeseen exceptions pass through as they are."""
