"""What the worker drives: a model at work on a device.

A new model is one new `ModelRunner` class and one registration. Modules that define runners
must import without torch (import it inside `load` and below): the gateway reads their specs.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from types import new_class
from typing import Any, ClassVar, cast

from domain.model.json_value import Json
from domain.model.model_setup import ModelSetup, SetupError
from domain.model.model_spec import ModelSpec, Params
from domain.model.picture import Picture

Checkpoint = Callable[[float], None]
"""Call it with the share done (0 to 1) at each tile or step. It reports progress, and raises
when the task was canceled or ran out of time: let that exception pass. In a batch it raises only
once nobody in it is left, so that one who leaves costs the others nothing."""


OF_SOME_RUNNERS = ("weights", "precision", "device_memory_mb", "controlnet", "safety_checker")
"""What a setup may say only to a runner that has a use for it."""


@dataclass(frozen=True, slots=True, eq=False)
class RunnerInput:
    """One task's work: decoded pictures by role (`image`, `mask`, `control_image`), texts by
    role (`prompt`, `negative_prompt`), validated params, and the checkpoint of its task."""

    pictures: Mapping[str, Picture]
    params: Params
    texts: Mapping[str, str] = field(default_factory=dict)
    checkpoint: Checkpoint = lambda _done: None


@dataclass(frozen=True, slots=True, eq=False)
class RunnerOutput:
    """`data`: JSON for `result.data`. `pictures`: the first one is the task's main result, with
    the thumbnail; all of them are stored."""

    data: Mapping[str, Json] = field(default_factory=dict)
    pictures: Sequence[Picture] = ()
    warnings: Sequence[str] = ()


class ModelRunner(ABC):
    """One model on one device. One thread alone calls `load`, `infer`, `probe` and `release`;
    others beside it call the rest, several at once.

    Order: `load` once, then any number of `prepare` → `infer` → `postprocess`, then `release`.
    `infer` before `load` raises `InferenceFailed`. What `prepare` returns is the runner's own.
    `budget_px`: how much `cost_px` one batch may hold; `load` may set what the device allows.
    `setup`: how the operator set it up. `unavailable`: why it can't run on this machine, for
    people; None where it can.
    """

    spec: ClassVar[ModelSpec]
    setup: ClassVar[ModelSetup | None] = None
    unavailable: ClassVar[str | None] = None
    budget_px: float = inf

    @classmethod
    def set_up(cls, setup: ModelSetup) -> "type[ModelRunner]":
        """This runner as the operator's model `setup.name`. Raises `SetupError` for what it has
        no use for, which by default is everything but the name and the limits; that a file of
        weights is missing or wrong is told by `unavailable` instead. Imports no torch."""
        if setup == ModelSetup(name=cls.spec.name):
            return cls
        for given in OF_SOME_RUNNERS:
            if getattr(setup, given) is not None:
                raise SetupError(given, f"the runner {cls.spec.name} has no use for it")
        return cls.named(setup)

    @classmethod
    def named(cls, setup: ModelSetup, **attributes: object) -> "type[ModelRunner]":
        """The same runner with the name and the limits of `setup`, and with `attributes`."""
        spec = replace(cls.spec, name=setup.name, max_pixels=setup.max_pixels)
        body = {"__module__": cls.__module__, "spec": spec, "setup": setup, **attributes}
        made = new_class(cls.__name__, (cls,), exec_body=lambda space: space.update(body))
        return cast("type[ModelRunner]", made)

    @abstractmethod
    def load(self, device: str) -> None:
        """Bring the weights to `device` ("cpu", "cuda:0") and warm up by a real forward pass."""

    @abstractmethod
    def prepare(self, work: RunnerInput) -> Any:
        """Turn decoded input into what `infer` takes; runs beside the device, not on it."""

    @abstractmethod
    def infer(self, batch: Sequence[Any]) -> Sequence[Any]:
        """One output an item, in the same order. Raises for the whole batch; the caller then
        runs the items alone, so that only the guilty one fails."""

    @abstractmethod
    def postprocess(self, output: Any) -> RunnerOutput:
        """Turn one output into arrays and JSON; runs beside the device."""

    @abstractmethod
    def release(self) -> None:
        """Give the device's memory back; `load` may be called again. Safe to call twice."""

    def batch_key(self, prepared: Any) -> Hashable:
        """Items with equal keys may share a batch. Default: any two may."""
        return None

    def cost_px(self, prepared: Any) -> float:
        """What an item takes of `budget_px`, in pixels. Default: nothing; only numbers count."""
        return 0

    def probe(self) -> None:
        """A small real pass on the device, which raises if that no longer computes; readiness
        asks for it when nothing else ran for a while. Default: none."""
        return
