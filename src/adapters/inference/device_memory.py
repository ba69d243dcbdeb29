"""How much more a device can hold."""

import sys


def free_mb(device: str) -> float | None:
    """In MiB, what torch keeps for its next tensors included. None where nobody knows: on a CPU,
    and before the first model brought torch along."""
    torch = sys.modules.get("torch")
    if torch is None or not device.startswith("cuda"):
        return None
    free, _total = torch.cuda.mem_get_info(device)
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return float(free + kept) / 2**20
