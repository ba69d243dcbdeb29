"""What a model is to Darkroom: a spec the gateway reads, and a runner the worker drives.

A new model is one new `ModelRunner` class and one registration. Modules that define runners
must import without torch (import it inside `load` and below): the gateway reads their specs.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from domain.model.errors import UnknownModel
from domain.model.picture import Picture

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of these."""

Params = Mapping[str, Json]

Checkpoint = Callable[[float], None]
"""Call it with the share done (0 to 1) at each tile or step. It reports progress, and raises
when the task was canceled or ran out of time: let that exception pass."""


def take_all(params: Params) -> Params:
    """The validator of a model that has no parameters of its own to check."""
    return params


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """What clients and the gateway may know of a model.

    `params_schema` is JSON Schema 2020-12; `validate` returns the params with every default
    filled in, or raises `InvalidRequest` with one `FieldError` a wrong field (pointers start
    at `/params`). `deterministic`: whether equal requests give equal results, so that a
    repeated one may be answered by the first. `scale`: output side over input side, where fixed.
    """

    name: str
    description: str
    needs: frozenset[str] = frozenset({"image"})
    params_schema: Mapping[str, Json] = field(default_factory=lambda: {"type": "object"})
    validate: Callable[[Params], Params] = take_all
    deterministic: Callable[[Params], bool] = lambda _params: False
    makes_picture: bool = True
    scale: int | None = None
    batchable: bool = True
    examples: Sequence[Json] = ()


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
    """`data`: JSON for `result.data`. `pictures`: the first one is the task's main result."""

    data: Mapping[str, Json] = field(default_factory=dict)
    pictures: Sequence[Picture] = ()
    warnings: Sequence[str] = ()


class ModelRunner(ABC):
    """One model on one device. Called by one thread at a time.

    Order: `load` once, then any number of `prepare` → `infer` → `postprocess`, then `release`.
    `infer` before `load` raises `InferenceFailed`. What `prepare` returns is the runner's own.
    """

    spec: ClassVar[ModelSpec]

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


class ModelRegistry:
    """The models of this process, by name."""

    def __init__(self) -> None:
        self._factories: dict[str, tuple[ModelSpec, Callable[[], ModelRunner]]] = {}

    def register(self, runner: type[ModelRunner]) -> type[ModelRunner]:
        """Add a runner class under its spec's name (usable as a decorator); a twin is refused."""
        if runner.spec.name in self._factories:
            raise ValueError(f"two models are named {runner.spec.name!r}")
        self._factories[runner.spec.name] = (runner.spec, runner)
        return runner

    def spec(self, name: str) -> ModelSpec:
        """The spec of `name`, or `UnknownModel`."""
        return self._entry(name)[0]

    def build(self, name: str) -> ModelRunner:
        """A fresh, unloaded runner of `name`, or `UnknownModel`."""
        return self._entry(name)[1]()

    def __contains__(self, name: object) -> bool:
        return name in self._factories

    def __iter__(self) -> Iterator[ModelSpec]:
        return iter([spec for spec, _ in self._factories.values()])

    def _entry(self, name: str) -> tuple[ModelSpec, Callable[[], ModelRunner]]:
        if name not in self._factories:
            known = ", ".join(sorted(self._factories)) or "none"
            raise UnknownModel(f"No model is named {name!r}. Known: {known}.")
        return self._factories[name]
