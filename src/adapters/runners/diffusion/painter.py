"""A diffusion pipeline on a device. Used by one thread alone: schedulers count their steps, and
LoRAs are switched in the shared networks."""

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import Any

import diffusers
import numpy as np
import torch
from torch import Tensor

from adapters.runners.device_faults import device_faults
from adapters.runners.diffusion.lora_rack import LoraRack
from adapters.runners.diffusion.order import MASK, TEXT, Order, Painted
from adapters.runners.diffusion.samplers import scheduler_of
from adapters.runners.diffusion.tokens import cut_tokens, layers_left_out
from domain.model.json_value import Json

Run = Callable[..., tuple[Any, ...]]


class Painter:
    """`pipeline`: from text to image; those for images, masks and control images are made of its
    parts. `manifest`: which weights these are."""

    def __init__(
        self,
        pipeline: Any,
        controlnet: Any,
        loras: LoraRack,
        manifest: Mapping[str, Json],
    ) -> None:
        self._text, self._controlnet, self._loras = pipeline, controlnet, loras
        self._family = type(pipeline).__name__.removesuffix("Pipeline")
        self._trained = dict(pipeline.scheduler.config)
        self._manifest = manifest
        self._pipelines: dict[str, Any] = {}

    @property
    def item_bytes(self) -> int:
        """Of one number, in the precision of these networks."""
        size: int = self._text.unet.dtype.itemsize
        return size

    def paint(self, batch: Sequence[Order]) -> Sequence[Painted]:
        """All in one run; they have one batch key. A checkpoint's exception ends the run at once
        and leaves nothing behind that a next one would notice."""
        first = batch[0]
        for order in batch:
            order.checkpoint(0.0)
        lora = self._loras.wear(first.params["lora_name"], first.params["lora_weight"])
        with device_faults("painting"):
            pixels, flagged = self._run(batch)
        for order in batch:
            order.checkpoint(1.0)
        manifest = {**self._manifest, "lora": lora}
        return _divided(batch, pixels, flagged, manifest, self._text)

    def close(self) -> None:
        """Give the device's memory back."""
        self._pipelines.clear()
        self._text = self._controlnet = None
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _run(self, batch: Sequence[Order]) -> tuple[Any, Sequence[bool]]:
        first, todo = batch[0], [(order, seed) for order in batch for seed in order.seeds]
        pipeline = self._pipeline(first.ground, first.control is not None)
        pipeline.scheduler = scheduler_of(first.params["sampler"], self._trained)
        negatives = [order.negative_prompt for order, _ in todo]
        asked = {
            "prompt": [order.prompt for order, _ in todo],
            "negative_prompt": negatives if first.negative_prompt else None,
            "num_inference_steps": first.params["steps"],
            "guidance_scale": float(first.params["cfg_scale"]),
            "generator": [torch.Generator().manual_seed(seed) for _, seed in todo],
            "clip_skip": first.params["clip_skip"] or None,
            "callback_on_step_end": reporter(batch),
            "output_type": "pt",
            "return_dict": False,
            **_grounds([order for order, _ in todo]),
        }
        known = signature(pipeline.__call__).parameters
        width, height = first.size
        asked |= {
            name: side for name, side in (("width", width), ("height", height)) if name in known
        }
        with layers_left_out(pipeline.text_encoder):
            made = pipeline(**asked)
        flagged = made[1] if len(made) > 1 and made[1] is not None else [False] * len(todo)
        return _levels(made[0]), flagged

    def _pipeline(self, ground: str, steered: bool) -> Any:
        kind = f"{self._family}{'ControlNet' if steered else ''}{ground}Pipeline"
        if kind == type(self._text).__name__:
            return self._text
        if kind not in self._pipelines:
            self._pipelines[kind] = self._made(getattr(diffusers, kind))
        return self._pipelines[kind]

    def _made(self, kind: Any) -> Any:
        """Another pipeline around the same networks."""
        parts = {**self._text.components, "controlnet": self._controlnet}
        own = {"requires_safety_checker": False, "add_watermarker": False}
        known = signature(kind.__init__).parameters
        made = kind(**{name: part for name, part in {**parts, **own}.items() if name in known})
        made.set_progress_bar_config(disable=True)
        return made


def reporter(batch: Sequence[Order]) -> Callable[..., dict[str, Any]]:
    """What a pipeline calls after each step: some samplers make more of them than were asked. The
    decoding of the result counts as one more."""

    def report(pipeline: Any, step: int, _time: Any, _tensors: Any) -> dict[str, Any]:
        for order in batch:
            order.checkpoint((step + 1) / (pipeline.num_timesteps + 1))
        return {}

    return report


def _grounds(orders: Sequence[Order]) -> dict[str, Any]:
    """The pictures, under the names that the pipeline of this kind has for them."""
    first, found = orders[0], dict[str, Any]()
    if first.ground != TEXT:
        # A strength of less than one step would be none at all.
        least = (1 + 1e-6) / first.params["steps"]
        found = {
            "image": _stacked([o.image for o in orders]),
            "strength": max(first.strength, least),
        }
        found["strength"] = min(1.0, found["strength"])
    if first.ground == MASK:
        found["mask_image"] = _stacked([255 * o.mask[..., None] for o in orders])
    if first.control is not None:
        name = "image" if first.ground == TEXT else "control_image"
        found[name] = _stacked([o.control for o in orders])
        found["controlnet_conditioning_scale"] = float(first.params["control_weight"])
    return found


def _stacked(pictures: Sequence[Any]) -> Tensor:
    """(n, channels, height, width) in 0..1."""
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255


def _levels(pictures: Tensor) -> Any:
    """(n, height, width, 3), uint8."""
    return (pictures.float() * 255).round().clamp(0, 255).byte().permute(0, 2, 3, 1).cpu().numpy()


def _divided(
    batch: Sequence[Order],
    pixels: Any,
    flagged: Sequence[bool],
    manifest: Mapping[str, Json],
    pipeline: Any,
) -> Sequence[Painted]:
    """To each order its own."""
    made, at = [], 0
    for order in batch:
        own = slice(at, at + len(order.seeds))
        at = own.stop
        cut = cut_tokens(pipeline, order)
        marks = [bool(flag) for flag in flagged[own]]
        made.append(Painted(order, list(pixels[own]), marks, manifest, cut))
    return made
