"""What makes the steps faster at the price of a longer start."""

from importlib.util import find_spec
from typing import Any

from domain.model.errors import ModelUnavailable
from domain.model.model_setup import Accelerator


def accelerate(pipeline: Any, accelerator: Accelerator) -> None:
    """Have the network that runs each step compiled at its first pass. Raises `ModelUnavailable`
    where the accelerator is not installed."""
    if accelerator is Accelerator.COMPILE:
        pipeline.unet.compile()
    elif accelerator is Accelerator.TENSORRT:
        _tensorrt(pipeline.unet)


def _tensorrt(network: Any) -> None:
    """With CUDA graphs, so that a step costs one launch."""
    if find_spec("torch_tensorrt") is None:
        raise ModelUnavailable(
            "ACCELERATOR=tensorrt needs torch-tensorrt: pip install 'darkroom[tensorrt]'.",
            remedy="Operator: install the extra, or set ACCELERATOR to none or compile.",
        )
    import torch_tensorrt

    torch_tensorrt.runtime.set_cudagraphs_mode(True)
    network.compile(backend="torch_tensorrt", options={"use_python_runtime": True})
