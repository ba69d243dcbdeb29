"""The weights that ship with the package: fp16 safetensors, one file a scale."""

import hashlib
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load

from adapters.runners.enlarging.upscaler import Traits
from adapters.runners.superres.network import REACH_PX, CompactUpscaler, bytes_per_px
from domain.model.errors import InferenceFailed

FOLDER = Path(__file__).parent / "weights"


def path_of(scale: int) -> Path:
    """Where the weights of `scale` lie."""
    return FOLDER / f"superres-x{scale}.safetensors"


def traits(scale: int) -> Traits:
    """What the network of `scale` needs of a picture."""
    return Traits(scale, REACH_PX, lambda item_bytes: bytes_per_px(scale, item_bytes))


def load_network(scale: int) -> tuple[CompactUpscaler, str]:
    """The trained network in float32 on the CPU, and the SHA-256 of its file in hex.

    Raises `InferenceFailed` when the file is missing or is not this network's.
    """
    try:
        data = path_of(scale).read_bytes()
        network = CompactUpscaler(scale)
        network.load_state_dict(load(data))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise InferenceFailed(
            f"The weights of superres-x{scale} can't be read.",
            remedy="Install Darkroom again.",
            retryable=False,
        ) from error
    return network.eval().requires_grad_(False), hashlib.sha256(data).hexdigest()
