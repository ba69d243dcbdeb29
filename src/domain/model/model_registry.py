"""The models of a process, by name and alias."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.model.errors import FieldError, InvalidRequest, ModelUnavailable, UnknownModel
from domain.model.model_setup import Loading
from domain.model.model_spec import ModelSpec
from domain.model.runner import ModelRunner


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
