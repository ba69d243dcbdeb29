"""What a model is to Darkroom: a spec the gateway reads, and a runner the worker drives.

A new model is one new `ModelRunner` class and one registration. Modules that define runners
must import without torch (import it inside `load` and below): the gateway reads their specs.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from types import new_class
from typing import Any, ClassVar, cast

from domain.model.errors import FieldError, InvalidRequest, ModelUnavailable, UnknownModel
from domain.model.model_setup import Loading, ModelSetup, SetupError
from domain.model.picture import Picture

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of these."""

Params = Mapping[str, Json]

Checkpoint = Callable[[float], None]
"""Call it with the share done (0 to 1) at each tile or step. It reports progress, and raises
when the task was canceled or ran out of time: let that exception pass. In a batch it raises only
once nobody in it is left, so that one who leaves costs the others nothing."""


def take_all(params: Params) -> Params:
    """The validator of a model that has no parameters of its own to check."""
    return params


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """What clients and the gateway may know of a model.

    `params_schema` is JSON Schema 2020-12; `validate` returns the params with every default
    filled in, or raises `InvalidRequest` with one `FieldError` a wrong field (pointers start
    at `/params`). `deterministic`: whether equal requests give equal results, so that a
    repeated one may be answered by the first. `scale`: output side over input side, where fixed;
    2 or more makes a deterministic model that needs an image alone an upscaler of any result.
    `max_pixels`: most pixels of an input picture, where it is less than everybody's limit.
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
    max_pixels: int | None = None
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
        for given in ("weights", "precision", "device_memory_mb"):
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


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A runner and how this process treats it. `aliases`: names that mean this model too."""

    runner: type[ModelRunner]
    aliases: tuple[str, ...] = ()
    loading: Loading = Loading.STARTUP

    @property
    def spec(self) -> ModelSpec:
        return self.runner.spec

    @property
    def unavailable(self) -> str | None:
        return self.runner.unavailable

    @property
    def is_for_startup(self) -> bool:
        """Whether a worker loads it before it is ready."""
        return self.loading is Loading.STARTUP and self.unavailable is None


class ModelRegistry:
    """The models of this process, by name. Iterating gives the specs of those that can run, in
    the order of their registration; `in` tells whether a name or alias is one of them.
    `default`: what a submit gets that names none."""

    def __init__(self, default: str | None = None) -> None:
        self._default = default
        self._models: dict[str, RegisteredModel] = {}
        self._aliases: dict[str, str] = {}

    @property
    def models(self) -> Sequence[RegisteredModel]:
        """All of them, also those that can't run."""
        return tuple(self._models.values())

    def register(
        self,
        runner: type[ModelRunner],
        *,
        aliases: Sequence[str] = (),
        loading: Loading = Loading.STARTUP,
    ) -> type[ModelRunner]:
        """Add a runner class under its spec's name (usable as a decorator); a twin is refused."""
        for name in (runner.spec.name, *aliases):
            if self._found(name) is not None:
                raise ValueError(f"two models are named {name!r}")
        self._models[runner.spec.name] = RegisteredModel(runner, tuple(aliases), loading)
        self._aliases |= dict.fromkeys(aliases, runner.spec.name)
        return runner

    def model(self, name: str) -> RegisteredModel:
        """The model of that name or alias, or `UnknownModel`."""
        found = self._found(name)
        if found is None:
            known = ", ".join(sorted(self._models)) or "none"
            raise UnknownModel(f"No model is named {name!r}. Known: {known}.")
        return found

    def spec(self, name: str) -> ModelSpec:
        """The spec of `name`, or `UnknownModel`."""
        return self.model(name).spec

    def asked(self, name: str | None) -> ModelSpec:
        """What a submit gets that asks for `name`, or for none. Raises `UnknownModel`,
        `ModelUnavailable`, and `InvalidRequest` where there is no default."""
        name = name or self._default
        if name is None:
            missing = FieldError("/model", "missing", "Name a model: this server has no default.")
            raise InvalidRequest(missing.detail, errors=[missing])
        found = self.model(name)
        if found.unavailable is not None:
            raise ModelUnavailable(f"{found.spec.name} can't run here: {found.unavailable}")
        return found.spec

    def build(self, name: str) -> ModelRunner:
        """A fresh, unloaded runner of `name`, or `UnknownModel`."""
        return self.model(name).runner()

    def __contains__(self, name: object) -> bool:
        found = self._found(str(name))
        return found is not None and found.unavailable is None

    def __iter__(self) -> Iterator[ModelSpec]:
        return iter([each.spec for each in self._models.values() if each.unavailable is None])

    def _found(self, name: str) -> RegisteredModel | None:
        return self._models.get(self._aliases.get(name, name))
