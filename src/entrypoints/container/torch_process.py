"""What a process that runs torch sets for itself, once, before it does."""

import os
import sys
from collections.abc import Callable

from entrypoints.settings import Settings


def let_cores_rest() -> None:
    """OpenMP's threads, torch's on a CPU, would spin while they wait for each other, on cores that
    decoding and HTTP need: a pass takes up to five times as long then. Read when torch is loaded.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def torch_threads(settings: Settings) -> Callable[[], None]:
    """Sets the CPU threads of torch, on the device thread, once torch is wanted at all."""

    def apply() -> None:
        if torch := sys.modules.get("torch"):
            torch.set_num_threads(settings.torch_threads or os.cpu_count() or 1)

    return apply
