"""LoRA files as Kohya's trainer writes them."""

from collections.abc import Mapping

from torch import Tensor

ALPHA = ".alpha"
DOWN, UP = ".lora_down.weight", ".lora_up.weight"


def alphas_folded(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same LoRA with each layer's factor, alpha over rank, within its weights: on their way
    through diffusers the alphas of a text encoder lose their layer."""
    found = dict(tensors)
    for name in [name for name in tensors if name.endswith(ALPHA)]:
        layer = name.removesuffix(ALPHA)
        if layer + DOWN in tensors and layer + UP in tensors:
            rank = tensors[layer + DOWN].shape[0]
            found[layer + UP] = tensors[layer + UP] * (tensors[name].float() / rank).to(
                tensors[layer + UP].dtype
            )
            found[name] = tensors[name].new_tensor(rank)
    return found
