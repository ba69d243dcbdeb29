"""The samplers by the names under which people know them."""

import re
from collections.abc import Mapping
from inspect import signature
from typing import Any, Literal, get_args

Sampler = Literal[
    "Euler", "Euler a", "DPM++ 2M", "DPM++ 2M Karras", "DPM++ 2M SDE", "DPM++ 2M SDE Karras",
    "DPM++ 2S", "DPM2", "DPM2 a", "DDIM", "DDPM", "UniPC", "LMS", "LMS Karras", "Heun", "PNDM",
    "LCM",
]  # fmt: skip

SAMPLERS: tuple[str, ...] = get_args(Sampler)

_KARRAS = {"use_karras_sigmas": True}
_SDE = {"algorithm_type": "sde-dpmsolver++"}
_MADE_OF: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "Euler": ("EulerDiscreteScheduler", {}),
    "Euler a": ("EulerAncestralDiscreteScheduler", {}),
    "DPM++ 2M": ("DPMSolverMultistepScheduler", {}),
    "DPM++ 2M Karras": ("DPMSolverMultistepScheduler", _KARRAS),
    "DPM++ 2M SDE": ("DPMSolverMultistepScheduler", _SDE),
    "DPM++ 2M SDE Karras": ("DPMSolverMultistepScheduler", {**_SDE, **_KARRAS}),
    "DPM++ 2S": ("DPMSolverSinglestepScheduler", {}),
    "DPM2": ("KDPM2DiscreteScheduler", {}),
    "DPM2 a": ("KDPM2AncestralDiscreteScheduler", {}),
    "DDIM": ("DDIMScheduler", {}),
    "DDPM": ("DDPMScheduler", {}),
    "UniPC": ("UniPCMultistepScheduler", {}),
    "LMS": ("LMSDiscreteScheduler", {}),
    "LMS Karras": ("LMSDiscreteScheduler", _KARRAS),
    "Heun": ("HeunDiscreteScheduler", {}),
    "PNDM": ("PNDMScheduler", {"skip_prk_steps": True}),
    "LCM": ("LCMScheduler", {}),
}
_DEFAULTS = {"use_karras_sigmas": False, "algorithm_type": "dpmsolver++"}
"""Said in any case: a folder's own scheduler may be set otherwise, and would hand that on."""


def spelt(name: Any) -> Any:
    """`name` as it is listed, where only case, spaces or underscores differ."""
    return _FOLDED.get(_folded(name), name) if isinstance(name, str) else name


def scheduler_of(name: str, trained: Mapping[str, Any]) -> Any:
    """A fresh scheduler for one run; it remembers its step. `trained`: the configuration in the
    model's folder, which says how the noise of its training was."""
    import diffusers

    kind, extra = _MADE_OF[name]
    scheduler = getattr(diffusers, kind)
    known = signature(scheduler.__init__).parameters
    own = {key: value for key, value in {**_DEFAULTS, **extra}.items() if key in known}
    return scheduler.from_config({**trained, **own})


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name.lower())


_FOLDED = {_folded(name): name for name in SAMPLERS}
