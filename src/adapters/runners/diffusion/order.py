"""One task's wishes, ready for the device, and what came of them. Imports without torch."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.runners.diffusion.sizes import Size
from domain.model.json_value import Json
from domain.model.runner import Checkpoint

TEXT, IMAGE, MASK = "", "Img2Img", "Inpaint"
"""What is painted on, in the names of diffusers' pipelines."""
USUAL_STRENGTH = {TEXT: 1.0, IMAGE: 0.8, MASK: 1.0}
SAME_IN_A_BATCH = (
    "steps", "cfg_scale", "sampler", "lora_name", "lora_weight", "clip_skip", "control_weight",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """`image` and `control`: uint8 (height, width, 3); `mask`: (height, width) of 0 and 1."""

    prompt: str
    negative_prompt: str
    size: Size
    seed: int
    params: Mapping[str, Json]
    checkpoint: Checkpoint
    image: Any = None
    mask: Any = None
    control: Any = None

    @property
    def ground(self) -> str:
        if self.image is None:
            return TEXT
        return IMAGE if self.mask is None else MASK

    @property
    def strength(self) -> float:
        given: float | None = self.params["strength"]
        return USUAL_STRENGTH[self.ground] if given is None else given

    @property
    def seeds(self) -> Sequence[int]:
        """One a picture."""
        return range(self.seed, self.seed + self.params["num_images"])

    @property
    def batch_key(self) -> Hashable:
        """Whatever one run of a pipeline has in common."""
        shared = tuple(self.params[name] for name in SAME_IN_A_BATCH)
        steered = self.control is not None
        # An SDXL may treat no negative prompt otherwise than an empty one.
        return (self.ground, steered, self.size, self.strength, bool(self.negative_prompt), *shared)


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """`pictures`: uint8 (height, width, 3) each; `flagged`: which of them the safety checker
    withholds; `manifest`: what made them; `cut_tokens`: of the prompts that were too long."""

    order: Order
    pictures: Sequence[Any]
    flagged: Sequence[bool]
    manifest: Mapping[str, Json]
    cut_tokens: Mapping[str, int]
