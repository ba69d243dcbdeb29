"""A small random Stable Diffusion, built from configurations, in the folders that diffusers saves.

Random weights paint noise: tests compare pictures and never judge them.
"""

import json
from pathlib import Path
from typing import Any

import diffusers
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
)

SCHEDULE = {
    "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "clip_sample": False, "set_alpha_to_one": False, "steps_offset": 1,
}  # fmt: skip
WIDTH, STIR = 32, 0.1


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


def saved_sdxl(folder: Path) -> Path:
    """As `StableDiffusionXLPipeline`: two text encoders, and sizes as numbers beside them."""
    torch.manual_seed(6)
    projecting = text_encoder(CLIPTextModelWithProjection, projection_dim=WIDTH)
    pipeline = diffusers.StableDiffusionXLPipeline(
        vae=autoencoder(), text_encoder=text_encoder(), text_encoder_2=projecting,
        tokenizer=tokenizer(folder), tokenizer_2=tokenizer(folder),
        unet=unet(
            cross_attention_dim=2 * WIDTH, addition_embed_type="text_time",
            addition_time_embed_dim=8, projection_class_embeddings_input_dim=6 * 8 + WIDTH,
            transformer_layers_per_block=(1, 1), use_linear_projection=True,
        ),
        scheduler=diffusers.EulerDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1
        ),
    )  # fmt: skip
    pipeline.save_pretrained(folder)
    return folder


def saved_controlnet(folder: Path) -> Path:
    """Of the tiny sd15. A fresh one steers nothing, so the layers between are stirred."""
    torch.manual_seed(7)
    network = diffusers.ControlNetModel.from_unet(unet(), conditioning_channels=3)
    for name, tensor in network.named_parameters():
        if name.startswith(("controlnet_down", "controlnet_mid", "controlnet_cond_embedding")):
            torch.nn.init.normal_(tensor, std=STIR)
    network.save_pretrained(folder)
    return folder


def saved_safety_checker(pipeline: Path, threshold: float) -> None:
    """Put into the folder of a pipeline; at -2 it withholds everything, at 2 nothing."""
    size = {"image_size": 32, "patch_size": 8, "hidden_size": 32, "intermediate_size": 32,
            "num_hidden_layers": 1, "num_attention_heads": 2}  # fmt: skip
    config = CLIPConfig(vision_config=size, text_config={}, projection_dim=16)
    checker = StableDiffusionSafetyChecker(config)
    for name, tensor in checker.named_parameters():
        if name.endswith("_weights"):
            tensor.data.fill_(threshold)
    checker.save_pretrained(pipeline / "safety_checker")
    CLIPImageProcessor(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
    ).save_pretrained(pipeline / "feature_extractor")
    index = json.loads((pipeline / "model_index.json").read_text())
    index["safety_checker"] = ["stable_diffusion", "StableDiffusionSafetyChecker"]
    index["feature_extractor"] = ["transformers", "CLIPImageProcessor"]
    (pipeline / "model_index.json").write_text(json.dumps(index))


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
