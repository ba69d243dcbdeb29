"""A small random Stable Diffusion, built from configurations, in the folders that diffusers saves.

Random weights paint noise: tests compare pictures and never judge them.
"""

import json
from pathlib import Path
from typing import Any

import diffusers
import torch
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

SCHEDULE = {
    "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1,
}  # fmt: skip
WIDTH = 32


def saved_sd15(folder: Path) -> Path:
    """As `StableDiffusionPipeline`; the factor of its autoencoder is 8, as in the real one."""
    torch.manual_seed(5)
    pipeline = diffusers.StableDiffusionPipeline(
        vae=autoencoder(), text_encoder=text_encoder(), tokenizer=tokenizer(folder), unet=unet(),
        scheduler=diffusers.DDIMScheduler(**SCHEDULE), safety_checker=None,
        feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    pipeline.save_pretrained(folder)
    return folder


def tokenizer(folder: Path) -> CLIPTokenizer:
    """Each byte is a token of its own, so that lengths are easily told."""
    folder.mkdir(parents=True, exist_ok=True)
    symbols = [*_byte_symbols(), *(f"{each}</w>" for each in _byte_symbols())]
    names = [*symbols, "<|startoftext|>", "<|endoftext|>"]
    vocabulary, merges = folder / "vocab.json", folder / "merges.txt"
    vocabulary.write_text(json.dumps({name: at for at, name in enumerate(names)}))
    merges.write_text("#version: 0.2\n")
    made = CLIPTokenizer(str(vocabulary), str(merges), model_max_length=77)
    vocabulary.unlink()
    merges.unlink()
    return made


def text_encoder(kind: Any = CLIPTextModel, **more: Any) -> Any:
    return kind(CLIPTextConfig(
        vocab_size=514, hidden_size=WIDTH, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=77, bos_token_id=512, eos_token_id=513,
        pad_token_id=513, **more,
    ))  # fmt: skip


def unet(**more: Any) -> Any:
    shape = {
        "sample_size": 64, "block_out_channels": (32, 64), "layers_per_block": 1,
        "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
        "cross_attention_dim": WIDTH, "attention_head_dim": 8, "norm_num_groups": 8,
    }  # fmt: skip
    return diffusers.UNet2DConditionModel(**{**shape, **more})


def autoencoder() -> Any:
    return diffusers.AutoencoderKL(
        block_out_channels=(16,) * 4, down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4, latent_channels=4, norm_num_groups=8,
        layers_per_block=1,
    )  # fmt: skip


def _byte_symbols() -> list[str]:
    """The printable stand-ins that byte-level vocabularies have for the 256 bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + at) for at in range(len(others))]
