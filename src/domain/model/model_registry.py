"""The models of a process, by name and alias."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

from domain.model.errors import FieldError, InvalidRequest, ModelUnavailable, UnknownModel
from domain.model.model_setup import Loading
from domain.model.model_spec import ModelSpec
from domain.model.runner import ModelRunner


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A runner and how this process treats it. `aliases`: names that mean this model too.
    `made_of`: all that the runner was set up by; of equal ones the first serves on. `memory_mb`:
    what it takes of the device's memory, in MiB, as far as anybody said."""

    runner: type[ModelRunner]
    aliases: tuple[str, ...] = ()
    loading: Loading = Loading.STARTUP
    made_of: Hashable = None
    memory_mb: float | None = None

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

    def after(self, before: "RegisteredModel | None") -> "RegisteredModel":
        """This one, with the runner of the one `before` it where nothing about that changed."""
        same = before is not None and self.made_of is not None and self.made_of == before.made_of
        return replace(self, runner=before.runner) if before is not None and same else self


@dataclass(frozen=True, slots=True)
class Renewal:
    """What became of the models, by name."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class ModelRegistry:
    """The models of this process, by name. Iterating gives the specs of those that can run, in
    the order of their registration. `default`: what a submit gets that names none.

    A model that `renew` took away is unknown to whoever asks for it, but `spec`, `runner`,
    `build` and `in` go on knowing it: what was accepted for it is still run.
    """

    def __init__(self, default: str | None = None) -> None:
        self._default = default
        self._models: dict[str, RegisteredModel] = {}
        self._aliases: dict[str, str] = {}
        self._retired: dict[str, RegisteredModel] = {}

    @property
    def models(self) -> Sequence[RegisteredModel]:
        """All of them, also those that can't run."""
        return tuple(self._models.values())

    @property
    def retired(self) -> Sequence[ModelSpec]:
        """Those that nobody can ask for any more."""
        return tuple(each.spec for each in self._retired.values())

    @property
    def for_startup(self) -> Sequence[str]:
        return tuple(each.spec.name for each in self._models.values() if each.is_for_startup)

    def add(self, model: RegisteredModel) -> None:
        """A twin is refused by `ValueError`."""
        for name in (model.spec.name, *model.aliases):
            if self._found(name) is not None:
                raise ValueError(f"two models are named {name!r}")
        self._models[model.spec.name] = model
        self._aliases |= dict.fromkeys(model.aliases, model.spec.name)

    def register(
        self,
        runner: type[ModelRunner],
        *,
        aliases: Sequence[str] = (),
        loading: Loading = Loading.STARTUP,
    ) -> type[ModelRunner]:
        """Add a runner class under its spec's name (usable as a decorator)."""
        self.add(RegisteredModel(runner, tuple(aliases), loading))
        return runner

    def renew(self, other: "ModelRegistry") -> Renewal:
        """Have the models of `other` from now on, for everybody who holds this registry."""
        before = {**self._retired, **self._models}
        models = {name: each.after(before.get(name)) for name, each in other._models.items()}
        renewal = _renewal(self._models, models)
        self._retired = {
            name: each
            for name, each in before.items()
            if each.unavailable is None and (name not in models or models[name].unavailable)
        }
        self._models, self._aliases = models, other._aliases
        self._default = other._default
        return renewal

    def model(self, name: str) -> RegisteredModel:
        """The model of that name or alias, or `UnknownModel`."""
        found = self._found(name)
        if found is None:
            raise self._unknown(name)
        return found

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

    def to_run(self, name: str) -> RegisteredModel:
        """What runs a task that was accepted for `name`, or `UnknownModel`."""
        found = self._to_run(name)
        if found is None:
            raise self._unknown(name)
        return found

    def spec(self, name: str) -> ModelSpec:
        """The spec of `name`, or `UnknownModel`."""
        return self.to_run(name).spec

    def build(self, name: str) -> ModelRunner:
        """A fresh, unloaded runner of `name`, or `UnknownModel`."""
        return self.to_run(name).runner()

    def is_current(self, runner: type[ModelRunner]) -> bool:
        """Whether whoever asks for its model gets this very one."""
        found = self._models.get(runner.spec.name)
        return found is not None and found.runner is runner

    def __contains__(self, name: object) -> bool:
        found = self._to_run(str(name))
        return found is not None and found.unavailable is None

    def __iter__(self) -> Iterator[ModelSpec]:
        return iter([each.spec for each in self._models.values() if each.unavailable is None])

    def _found(self, name: str) -> RegisteredModel | None:
        return self._models.get(self._aliases.get(name, name))

    def _to_run(self, name: str) -> RegisteredModel | None:
        """An alias may have been the name of another model before."""
        return self._retired.get(name) or self._found(name)

    def _unknown(self, name: str) -> UnknownModel:
        known = ", ".join(sorted(self._models)) or "none"
        return UnknownModel(f"No model is named {name!r}. Known: {known}.")


def _renewal(before: dict[str, RegisteredModel], after: dict[str, RegisteredModel]) -> Renewal:
    both = [name for name in after if name in before]
    return Renewal(
        added=tuple(name for name in after if name not in before),
        changed=tuple(name for name in both if before[name].runner is not after[name].runner),
        removed=tuple(name for name in before if name not in after),
    )
