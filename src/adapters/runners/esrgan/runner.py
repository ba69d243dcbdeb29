"""`esrgan`: a person's own ESRGAN or Real-ESRGAN weights, as a model. Imports without torch: the
gateway reads the spec, and of the file its names and shapes."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from adapters.runners.enlarging.runner import EnlargingRunner, Loaded
from adapters.runners.esrgan.layouts import Architecture, architecture_of, canonical_names
from adapters.runners.validation import NoParams, params_schema, params_validator
from adapters.runners.weight_files.shapes import Shape, read_shapes
from domain.model.errors import ModelUnavailable
from domain.model.model_setup import ModelSetup, SetupError
from domain.model.model_spec import ModelSpec
from domain.model.runner import ModelRunner

USUAL_BUDGET_BYTES = 2**29
FIXED_BYTES = 250 * 10**6
"""What a pass takes however small it is, measured."""


class EsrganRunner(EnlargingRunner):
    """Enlarges by what the weights were trained for."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        name="esrgan",
        description="Enlarges a picture with the ESRGAN weights that the operator gave it.",
        params_schema=params_schema(NoParams),
        validate=params_validator(NoParams),
        deterministic=lambda _params: True,
        examples=({},),
    )

    @classmethod
    def set_up(cls, setup: ModelSetup) -> type[ModelRunner]:
        if setup.weights is None:
            raise SetupError("weights", "esrgan needs the name of a .safetensors or .pth file")
        try:
            found = _architecture(Path(setup.weights))
        except ModelUnavailable as error:
            return cls.named(setup, unavailable=error.detail)
        made = cls.named(setup)
        made.spec = replace(
            made.spec,
            scale=found.scale,
            description=f"Enlarges a picture {found.scale} times on each side by ESRGAN weights.",
        )
        return made

    def upscaler(self, device: str) -> Loaded:
        """Raises `ModelUnavailable` where the file does not fit (any more)."""
        from adapters.runners.enlarging.upscaler import Upscaler
        from adapters.runners.esrgan.network import traits
        from adapters.runners.esrgan.weights import load_network

        setup = self.setup or ModelSetup(name=self.spec.name)
        network, shape, sha256 = load_network(Path(setup.weights or ""))
        upscaler = Upscaler(
            network, traits(shape), device, precision=setup.precision,
            memory_budget_bytes=budget_bytes(setup.device_memory_mb),
        )  # fmt: skip
        return Loaded(upscaler, shape.scale, sha256)


def budget_bytes(device_memory_mb: int | None) -> int:
    """What is left of it for what grows with the tile."""
    if device_memory_mb is None:
        return USUAL_BUDGET_BYTES
    return max(0, device_memory_mb * 2**20 - FIXED_BYTES)


def _architecture(path: Path) -> Architecture:
    shapes = read_shapes(path)
    return architecture_of(_renamed(shapes), path.name)


def _renamed(shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    return {ours: shapes[name] for name, ours in canonical_names(shapes).items()}
