"""From a folder of weights to a painter. The only module that brings diffusers in for good."""

import warnings
from pathlib import Path
from typing import Any

import diffusers
import torch
from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging

from adapters.runners.device_faults import device_faults
from adapters.runners.diffusion.acceleration import accelerate
from adapters.runners.diffusion.folder import digest_of, half_precision_only
from adapters.runners.diffusion.lora_rack import LoraRack
from adapters.runners.diffusion.painter import Painter
from domain.model.errors import ModelUnavailable
from domain.model.json_value import Json
from domain.model.model_setup import ModelSetup, Precision

DTYPES = {
    Precision.FP32: torch.float32,
    Precision.FP16: torch.float16,
    Precision.BF16: torch.bfloat16,
}


def load_painter(kind: str, setup: ModelSetup, device: str) -> Painter:
    """`kind`: the class of the folder's pipeline. fp32 on a CPU, fp16 elsewhere, unless set up
    otherwise. Raises `ModelUnavailable` where the folder can't be loaded."""
    _be_quiet()
    precision = setup.precision or (Precision.FP32 if device == "cpu" else Precision.FP16)
    folder = Path(setup.weights or "")
    manifest: dict[str, Json] = {"model_sha256": digest_of(folder), "precision": precision.value}
    pipeline = _pipeline(getattr(diffusers, kind), folder, setup, DTYPES[precision])
    controlnet = None
    if setup.controlnet is not None:
        steering = Path(setup.controlnet)
        manifest["controlnet_sha256"] = digest_of(steering)
        controlnet = _loaded(diffusers.ControlNetModel, steering, DTYPES[precision])
    with device_faults("loading the weights"):
        pipeline.to(device)
        if controlnet is not None:
            controlnet.to(device)
    pipeline.vae.enable_slicing()
    pipeline.set_progress_bar_config(disable=True)
    accelerate(pipeline, setup.accelerator)
    return Painter(pipeline, controlnet, LoraRack(pipeline, setup.lora_folder), manifest)


def _pipeline(kind: Any, folder: Path, setup: ModelSetup, dtype: torch.dtype) -> Any:
    without: dict[str, Any] = {} if setup.safety_checker is not False else {"safety_checker": None}
    if kind is diffusers.StableDiffusionPipeline:
        without["requires_safety_checker"] = False
    return _loaded(kind, folder, dtype, **without)


def _loaded(kind: Any, folder: Path, dtype: torch.dtype, **parts: Any) -> Any:
    """Nothing is fetched, nothing unpickled."""
    if half_precision_only(folder):
        parts["variant"] = "fp16"
    try:
        return kind.from_pretrained(
            folder, dtype=dtype, local_files_only=True, use_safetensors=True, **parts
        )
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, ImportError) as error:
        raise ModelUnavailable(f"{folder.name} can't be loaded as a {kind.__name__}.") from error


def _be_quiet() -> None:
    """Bars and hints are for people at a terminal; what matters is raised or warned of by us."""
    for library in (diffusers_logging, transformers_logging):
        library.disable_progress_bar()
        library.set_verbosity_error()
    # peft says so of each further LoRA and each that goes; which one is on is the rack's care.
    for told in ("Already found a `peft_config`", r"Adapter \w+ was active which is now deleted"):
        warnings.filterwarnings("ignore", told, UserWarning)
