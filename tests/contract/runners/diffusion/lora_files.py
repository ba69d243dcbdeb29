"""Random LoRA files for the tiny sd15, in both formats in which they go about."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

RANK = 2
LAYERS = {
    "unet": {
        "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q": (32, 32),
        "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k": (32, 32),
        "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_v": (32, 32),
        "up_blocks.1.attentions.0.transformer_blocks.0.attn2.to_out.0": (32, 32),
    },
    "text_encoder": {
        "text_model.encoder.layers.0.self_attn.q_proj": (32, 32),
        "text_model.encoder.layers.1.self_attn.out_proj": (32, 32),
        "text_model.encoder.layers.1.mlp.fc1": (32, 64),
    },
}
"""Names as in the files of the world, inputs and outputs."""
LAYERS["text_encoder_2"] = LAYERS["text_encoder"]
KOHYA = {"unet": "lora_unet", "text_encoder": "lora_te"}
KOHYA_XL = {**KOHYA, "text_encoder": "lora_te1", "text_encoder_2": "lora_te2"}

Layers = dict[str, dict[str, tuple[Tensor, Tensor]]]


def random_lora(seed: int, *parts: str) -> Layers:
    """The narrow and the wide half of each layer."""
    random = torch.Generator().manual_seed(seed)
    return {
        part: {
            name: (
                torch.randn((RANK, inputs), generator=random) * 0.5,
                torch.randn((outputs, RANK), generator=random) * 0.5,
            )
            for name, (inputs, outputs) in LAYERS[part].items()
        }
        for part in parts
    }


def saved_diffusers(lora: Layers, path: Path) -> Path:
    tensors = {}
    for part, layers in lora.items():
        for name, (down, up) in layers.items():
            tensors[f"{part}.{name}.lora_A.weight"] = down
            tensors[f"{part}.{name}.lora_B.weight"] = up
    save_file(tensors, path)
    return path


def saved_kohya(lora: Layers, path: Path, alpha: float, parts: Mapping[str, str] = KOHYA) -> Path:
    tensors = {}
    for part, layers in lora.items():
        for name, (down, up) in layers.items():
            layer = f"{parts[part]}_{name.replace('.', '_')}"
            tensors[f"{layer}.lora_down.weight"] = down
            tensors[f"{layer}.lora_up.weight"] = up
            tensors[f"{layer}.alpha"] = torch.tensor(alpha)
    save_file(tensors, path)
    return path
