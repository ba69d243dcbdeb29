"""The models of this process: the built-in ones, those other packages register, and what the
models file makes of them."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

from adapters.runners.diffusion.runner import StableDiffusion15, StableDiffusionXL
from adapters.runners.esrgan.runner import EsrganRunner
from adapters.runners.invert import InvertRunner
from adapters.runners.scoring.runner import ImageScoringRunner
from adapters.runners.superres.runner import SuperResolutionX2, SuperResolutionX4
from domain.model.model_registry import ModelRegistry, RegisteredModel
from domain.model.model_setup import Loading, ModelSetup, SetupError
from domain.model.runner import ModelRunner
from entrypoints.configuration import ConfigurationError
from entrypoints.container.weights_on_disk import OnDisk, on_disk
from entrypoints.models_file import Entry, did_you_mean, entry_error, read_models_file
from entrypoints.settings import Settings

Runners = Mapping[str, type[ModelRunner]]

READY: tuple[type[ModelRunner], ...] = (
    SuperResolutionX2,
    SuperResolutionX4,
    ImageScoringRunner,
    InvertRunner,
)
"""Each is a model by itself."""
IN_NEED: tuple[type[ModelRunner], ...] = (EsrganRunner, StableDiffusion15, StableDiffusionXL)
"""These need weights to be one."""
WITH_WEIGHTS_OF_OTHERS = {
    f"esrgan-x{scale}": Entry(
        runner="esrgan", weights=f"RealESRGAN_x{scale}plus.pth", load=Loading.LAZY
    )
    for scale in (2, 4)
} | {
    "sd15": Entry(
        runner="sd15", weights="stable-diffusion-v1-5", load=Loading.LAZY,
        aliases=("sd1.5", "controlnet_canny"),
    ),
    "sdxl": Entry(runner="sdxl", weights="stable-diffusion-xl-base-1.0", load=Loading.LAZY),
}  # fmt: skip
"""Models as soon as somebody puts their file or folder into MODELS_DIR."""
CONTROLNETS = {"sd15": "control_v11p_sd15_canny"}
"""Taken where they lie in MODELS_DIR and nothing else is said."""
LORA_FOLDER = "lora"
GROUP = "darkroom.runners"


def build_models(settings: Settings) -> ModelRegistry:
    """Every model that `MODELS` names, or all of them. Raises `ConfigurationError` for a name
    that nobody knows, an entry that is wrong, and an entry point that can't be loaded; weights
    that are missing only make their model unavailable."""
    ready = {runner.spec.name: runner for runner in (*READY, *_from_packages())}
    runners = {**ready, **{runner.spec.name: runner for runner in IN_NEED}}
    entries = _entries(settings, {**{name: Entry() for name in ready}, **WITH_WEIGHTS_OF_OTHERS})
    registry = ModelRegistry(settings.default_model)
    for name in settings.models or entries:
        if name not in entries:
            near = did_you_mean(name, entries)
            raise ConfigurationError(f"MODELS: no model is named {name!r}{near}")
        _register(registry, settings, name, entries[name], runners)
    _check_default(registry, settings)
    return registry


def _entries(settings: Settings, own: Mapping[str, Entry]) -> Mapping[str, Entry]:
    """What the file says goes before what is built in."""
    given = read_models_file(settings)
    merged = {name: entry.over(own.get(name, Entry())) for name, entry in given.items()}
    entries = {**own, **merged}
    for name, folder in CONTROLNETS.items():
        if entries[name].controlnet is None and (settings.models_dir / folder).is_dir():
            entries[name] = entries[name].model_copy(update={"controlnet": folder})
    return entries


def _register(
    registry: ModelRegistry, settings: Settings, name: str, entry: Entry, runners: Runners
) -> None:
    kind = entry.runner or name
    if kind not in runners:
        reason = f"no runner is named {kind!r}{did_you_mean(kind, runners)}"
        raise entry_error(settings, name, "runner", reason)
    setup = _setup(settings, name, entry)
    try:
        runner = runners[kind].set_up(setup)
    except SetupError as error:
        raise entry_error(settings, name, error.field, str(error)) from error
    found = on_disk(setup.weights, setup.controlnet)
    model = RegisteredModel(
        runner, entry.aliases, entry.load,
        made_of=(runners[kind], setup, found), memory_mb=_memory_mb(setup, found),
    )  # fmt: skip
    try:
        registry.add(model)
    except ValueError as error:
        raise entry_error(settings, name, "aliases", str(error)) from error


def _memory_mb(setup: ModelSetup, weights: OnDisk) -> float | None:
    """The weights as they lie on the disk, and what the operator gives one pass."""
    if not weights.bytes and setup.device_memory_mb is None:
        return None
    return weights.bytes / 2**20 + (setup.device_memory_mb or 0)


def _setup(settings: Settings, name: str, entry: Entry) -> ModelSetup:
    folder = settings.models_dir
    return ModelSetup(
        name=name,
        weights=_path(folder, entry.weights),
        precision=entry.precision,
        device_memory_mb=entry.device_memory_mb,
        max_pixels=entry.limits.max_pixels,
        controlnet=_path(folder, entry.controlnet),
        safety_checker=entry.safety_checker,
        lora_folder=str(folder / LORA_FOLDER),
        accelerator=settings.accelerator,
    )


def _path(folder: Path, name: str | None) -> str | None:
    return None if name is None else str(folder / name)


def _check_default(registry: ModelRegistry, settings: Settings) -> None:
    """One that can't run yet is allowed: whoever gets it is told why."""
    name = settings.default_model
    known = {name: each for each in registry.models for name in (each.spec.name, *each.aliases)}
    if name is not None and name not in known:
        near = did_you_mean(name, known)
        raise ConfigurationError(f"DEFAULT_MODEL: no model is named {name!r}{near}")


def _from_packages() -> list[type[ModelRunner]]:
    """Runner classes under the entry-point group `darkroom.runners` of installed packages."""
    runners: list[type[ModelRunner]] = []
    for point in entry_points(group=GROUP):
        try:
            runners.append(point.load())
        except Exception as error:
            raise ConfigurationError(f"The model {point.value} can't be loaded: {error}") from error
    return runners
