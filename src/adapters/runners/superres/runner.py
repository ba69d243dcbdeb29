"""The self-trained upscalers, as models. Imports without torch: the gateway reads the specs."""

from typing import ClassVar

from adapters.runners.enlarging.runner import EnlargingRunner, Loaded
from adapters.runners.validation import NoParams, params_schema, params_validator
from domain.model.model_spec import ModelSpec


class SuperResolutionRunner(EnlargingRunner):
    """Enlarges `scale` times: output side over input side."""

    scale: ClassVar[int]

    def upscaler(self, device: str) -> Loaded:
        from adapters.runners.enlarging.upscaler import Upscaler
        from adapters.runners.superres.weights import load_network, traits

        network, sha256 = load_network(self.scale)
        return Loaded(Upscaler(network, traits(self.scale), device), self.scale, sha256)


def _spec(scale: int) -> ModelSpec:
    return ModelSpec(
        name=f"superres-x{scale}",
        description=(
            f"Enlarges a picture {scale} times on each side with a small network of ours that "
            "restores edges and fine lines; clean pictures and JPEGs alike. Keeps transparency."
        ),
        params_schema=params_schema(NoParams),
        validate=params_validator(NoParams),
        deterministic=lambda _params: True,
        scale=scale,
        examples=({},),
    )


class SuperResolutionX2(SuperResolutionRunner):
    """Twice the width and height."""

    scale = 2
    spec = _spec(scale)


class SuperResolutionX4(SuperResolutionRunner):
    """Four times the width and height."""

    scale = 4
    spec = _spec(scale)
