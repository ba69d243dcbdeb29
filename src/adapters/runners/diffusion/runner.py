"""`sd15` and `sdxl`: a folder of somebody's weights as a model. Imports without torch: the gateway
reads the spec, and of the folder its names and shapes."""

import secrets
from collections.abc import Hashable, Sequence
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from adapters.runners.diffusion.folder import has_safety_checker, judge_network, judge_pipeline
from adapters.runners.diffusion.manifest import described, warnings_of
from adapters.runners.diffusion.order import Order, Painted
from adapters.runners.diffusion.params import DiffusionParams, diffusion_validator
from adapters.runners.diffusion.sizes import Size, read_size, size_like
from adapters.runners.validation import params_schema
from domain.model.errors import ContentFiltered, InferenceFailed, ModelUnavailable
from domain.model.model_setup import ModelSetup, SetupError
from domain.model.model_spec import ModelSpec
from domain.model.picture import Picture
from domain.model.runner import ModelRunner, RunnerInput, RunnerOutput

if TYPE_CHECKING:
    from adapters.runners.diffusion.painter import Painter

DRAWN_BELOW = 2**32
TAKES = frozenset({"negative_prompt", "image", "mask"})
PROBE_PX = 64
BYTES_PER_PX = 5000
"""What a pixel of a batch takes on the device, by the bytes of one number: a guess, unmeasured."""


class DiffusionRunner(ModelRunner):
    """Paints by a prompt: from nothing, over an image, within a mask, along a control image."""

    pipeline: ClassVar[str]
    side_px: ClassVar[int]
    max_pixels: ClassVar[int]

    @classmethod
    def set_up(cls, setup: ModelSetup) -> type[ModelRunner]:
        if setup.weights is None:
            raise SetupError("weights", f"{cls.spec.name} needs the name of a diffusers folder")
        made = cls.named(setup, max_pixels=setup.max_pixels or cls.max_pixels)
        takes = TAKES | ({"control_image"} if setup.controlnet else set())
        validate = diffusion_validator(setup.max_pixels or cls.max_pixels, setup.lora_folder)
        # An image that comes in is scaled to the result, so its own size does not matter.
        made.spec = replace(made.spec, takes=takes, validate=validate, max_pixels=None)
        try:
            _judge(cls.pipeline, setup)
        except ModelUnavailable as error:
            made.unavailable = error.detail
        return made

    def __init__(self) -> None:
        self._painter: Painter | None = None

    def load(self, device: str) -> None:
        try:
            from adapters.runners.diffusion.loading import load_painter
        except ImportError as error:
            raise ModelUnavailable(
                f"{self.spec.name} needs diffusers: pip install 'darkroom[diffusion]'."
            ) from error
        painter = load_painter(self.pipeline, self.setup or ModelSetup(name=""), device)
        painter.paint([self._trial()])
        self._painter, self.budget_px = painter, self._budget_px(painter.item_bytes)

    def prepare(self, work: RunnerInput) -> Order:
        from adapters.runners.diffusion.pictures import control_of, fitted, mask_of

        size, params, pictures = self._size(work), work.params, work.pictures
        seed, control = params["seed"], pictures.get("control_image")
        return Order(
            prompt=work.texts["prompt"],
            negative_prompt=work.texts.get("negative_prompt", ""),
            size=size,
            seed=secrets.randbelow(DRAWN_BELOW) if seed is None else seed,
            params=params,
            checkpoint=work.checkpoint,
            image=fitted(pictures["image"], size) if "image" in pictures else None,
            mask=mask_of(pictures["mask"], size) if "mask" in pictures else None,
            control=control and control_of(control, size, params["control_preprocessor"]),
        )

    def batch_key(self, prepared: Order) -> Hashable:
        return prepared.batch_key

    def cost_px(self, prepared: Order) -> int:
        return prepared.size[0] * prepared.size[1] * len(prepared.seeds)

    def infer(self, batch: Sequence[Order]) -> Sequence[Painted]:
        if self._painter is None:
            raise InferenceFailed(f"{self.spec.name} is not loaded.")
        return self._painter.paint(batch)

    def postprocess(self, output: Painted) -> RunnerOutput:
        """Raises `ContentFiltered` where the safety checker withholds every picture."""
        from adapters.runners.diffusion.pictures import kept_outside

        order = output.order
        shown = [at for at, flag in enumerate(output.flagged) if not flag]
        if not shown:
            raise ContentFiltered
        pictures = [output.pictures[at] for at in shown]
        if order.mask is not None:
            pictures = [kept_outside(order.mask, order.image, each) for each in pictures]
        data = described(self.spec.name, output, [order.seeds[at] for at in shown])
        return RunnerOutput(data, [Picture(each) for each in pictures], warnings_of(output))

    def release(self) -> None:
        painter, self._painter = self._painter, None
        if painter is not None:
            painter.close()

    def probe(self) -> None:
        if self._painter is not None:
            self._painter.paint([self._trial()])

    def _budget_px(self, item_bytes: int) -> float:
        given = None if self.setup is None else self.setup.device_memory_mb
        return inf if given is None else given * 2**20 / (BYTES_PER_PX * item_bytes)

    def _size(self, work: RunnerInput) -> Size:
        asked, image = work.params["resolution"], work.pictures.get("image")
        if asked is not None:
            return read_size(asked, self.max_pixels)
        if image is not None:
            most = min(self.side_px**2, self.max_pixels)
            return size_like((image.width, image.height), most)
        return self.side_px, self.side_px

    def _trial(self) -> Order:
        """The smallest real work."""
        params = {**DiffusionParams().model_dump(), "steps": 1}
        return Order("", "", (PROBE_PX, PROBE_PX), 0, params, lambda _done: None)


def _judge(pipeline: str, setup: ModelSetup) -> None:
    folder = Path(setup.weights or "")
    judge_pipeline(folder, pipeline)
    if setup.safety_checker and not has_safety_checker(folder):
        raise ModelUnavailable(f"{folder.name} has no safety checker.")
    if setup.controlnet is not None:
        judge_network(Path(setup.controlnet), "ControlNetModel")


def _spec(name: str, side_px: int, max_pixels: int) -> ModelSpec:
    return ModelSpec(
        name=name,
        description=f"Paints by a prompt with weights that the operator gave it, {side_px} pixels "
        "a side unless asked otherwise: from nothing, over an image, within a mask.",
        needs=frozenset({"prompt"}),
        takes=TAKES,
        params_schema=params_schema(DiffusionParams),
        validate=diffusion_validator(max_pixels, None),
        deterministic=lambda params: params["seed"] is not None,
        examples=({}, {"resolution": f"{side_px}x{side_px}", "steps": 30, "seed": 7}),
    )


class StableDiffusion15(DiffusionRunner):
    """Stable Diffusion 1.x and 2.x, and whatever was trained from them."""

    pipeline, side_px, max_pixels = "StableDiffusionPipeline", 512, 1024 * 1024
    spec = _spec("sd15", side_px, max_pixels)


class StableDiffusionXL(DiffusionRunner):
    """Stable Diffusion XL and whatever was trained from it."""

    pipeline, side_px, max_pixels = "StableDiffusionXLPipeline", 1024, 1536 * 1536
    spec = _spec("sdxl", side_px, max_pixels)
