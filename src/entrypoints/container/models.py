"""The models of this process: the built-in ones and those other packages register."""

from importlib.metadata import entry_points

from adapters.runners.invert import InvertRunner
from adapters.runners.scoring.runner import ImageScoringRunner
from adapters.runners.superres.runner import SuperResolutionX2, SuperResolutionX4
from domain.model.runner import ModelRegistry, ModelRunner
from entrypoints.configuration import ConfigurationError
from entrypoints.settings import Settings

BUILT_IN: tuple[type[ModelRunner], ...] = (
    SuperResolutionX2,
    SuperResolutionX4,
    ImageScoringRunner,
    InvertRunner,
)
GROUP = "darkroom.runners"


def build_models(settings: Settings) -> ModelRegistry:
    """Every runner that `MODELS` names, or all of them. Raises `ConfigurationError` for a name
    that nobody registered, and for an entry point that can't be loaded."""
    registry = ModelRegistry()
    found = {runner.spec.name: runner for runner in (*BUILT_IN, *_from_packages())}
    for name in settings.models or found:
        if name not in found:
            known = ", ".join(sorted(found))
            raise ConfigurationError(f"MODELS: no model is named {name!r}; known: {known}")
        registry.register(found[name])
    return registry


def _from_packages() -> list[type[ModelRunner]]:
    """Runner classes under the entry-point group `darkroom.runners` of installed packages."""
    runners: list[type[ModelRunner]] = []
    for point in entry_points(group=GROUP):
        try:
            runners.append(point.load())
        except Exception as error:
            raise ConfigurationError(f"The model {point.value} can't be loaded: {error}") from error
    return runners
