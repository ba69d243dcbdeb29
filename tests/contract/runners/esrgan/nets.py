"""Small random networks of the family, in every layout in which files of them go about."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

FEATURES, GROWTH = 16, 8

Tensors = dict[str, Tensor]


def random_tensors(blocks: int = 2, unshuffle: int = 1, doublings: int = 2) -> Tensors:
    """He-initialised weights under the names of BasicSR."""
    random = torch.Generator().manual_seed(blocks + 10 * unshuffle + 100 * doublings)
    layers = {"conv_first": (3 * unshuffle**2, FEATURES)}
    for block in range(blocks):
        for part in (1, 2, 3):
            for conv in range(1, 6):
                inputs = FEATURES + (conv - 1) * GROWTH
                outputs = FEATURES if conv == 5 else GROWTH
                layers[f"body.{block}.rdb{part}.conv{conv}"] = (inputs, outputs)
    for name in ("conv_body", *(f"conv_up{i + 1}" for i in range(doublings)), "conv_hr"):
        layers[name] = (FEATURES, FEATURES)
    layers["conv_last"] = (FEATURES, 3)
    tensors: Tensors = {}
    for name, (inputs, outputs) in layers.items():
        weight = torch.randn((outputs, inputs, 3, 3), generator=random)
        tensors[f"{name}.weight"] = weight * (2 / (9 * inputs)) ** 0.5
        tensors[f"{name}.bias"] = torch.randn(outputs, generator=random) * 0.01
    tensors["conv_last.weight"] *= 0.1
    tensors["conv_last.bias"] += 0.5  # so that the result is mostly within 0..1
    return tensors


def trunk(tensors: Tensors) -> Tensors:
    """As the repository of ESRGAN named them."""
    names = [
        (r"body\.(\d+)\.rdb(\d)\.conv(\d)", r"RRDB_trunk.\1.RDB\2.conv\3"),
        ("conv_body", "trunk_conv"),
        (r"conv_up(\d)", r"upconv\1"),
        ("conv_hr", "HRconv"),
    ]
    return _renamed(tensors, names)


def sequential(tensors: Tensors) -> Tensors:
    """As the first files were: by position, upsampling and activations counted too."""
    blocks = 1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("body."))
    ups = sum(bool(re.fullmatch(r"conv_up\d\.bias", name)) for name in tensors)
    names = [
        ("conv_first", "model.0"),
        (r"body\.(\d+)\.rdb(\d)\.conv(\d)", r"model.1.sub.\1.RDB\2.conv\3.0"),
        ("conv_body", f"model.1.sub.{blocks}"),
        *((f"conv_up{step}", f"model.{3 * step}") for step in range(1, ups + 1)),
        ("conv_hr", f"model.{3 * ups + 2}"),
        ("conv_last", f"model.{3 * ups + 4}"),
    ]
    return _renamed(tensors, names)


def parallel(tensors: Tensors) -> Tensors:
    """As `DataParallel` saves them."""
    return {f"module.{name}": tensor for name, tensor in tensors.items()}


LAYOUTS = {"basicsr": dict, "trunk": trunk, "sequential": sequential, "parallel": parallel}


def saved(tensors: Mapping[str, Tensor], path: Path, wrapper: str | None = None) -> Path:
    """As a file of the kind that the name says."""
    if path.suffix == ".safetensors":
        save_file(dict(tensors), path)
    else:
        torch.save({wrapper: dict(tensors)} if wrapper else dict(tensors), path)
    return path


def reference(tensors: Tensors, picture: Tensor, unshuffle: int = 1, doublings: int = 2) -> Tensor:
    """The paper's formulas, straight from the tensors."""

    def conv(name: str, values: Tensor) -> Tensor:
        weight, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
        return functional.conv2d(values, weight, bias, padding=1)

    def bent(values: Tensor) -> Tensor:
        return torch.where(values > 0, values, values * 0.2)

    first = conv("conv_first", functional.pixel_unshuffle(picture, unshuffle))
    body = first
    blocks = 1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("body."))
    for block in range(blocks):
        whole = body
        for part in (1, 2, 3):
            name, before = f"body.{block}.rdb{part}.conv", body
            for step in range(1, 5):
                body = torch.cat([body, bent(conv(f"{name}{step}", body))], 1)
            body = before + 0.2 * conv(f"{name}5", body)
        body = whole + 0.2 * body
    values = first + conv("conv_body", body)
    for step in range(1, doublings + 1):
        doubled = values.repeat_interleave(2, 2).repeat_interleave(2, 3)
        values = bent(conv(f"conv_up{step}", doubled))
    return conv("conv_last", bent(conv("conv_hr", values)))


def noise(height: int, width: int, seed: int = 7) -> Any:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def _renamed(tensors: Tensors, names: list[tuple[str, str]]) -> Tensors:
    found: Tensors = {}
    for name, tensor in tensors.items():
        layer, _, kind = name.rpartition(".")
        for pattern, theirs in names:
            if (hit := re.fullmatch(pattern, layer)) is not None:
                layer = hit.expand(theirs)
                break
        found[f"{layer}.{kind}"] = tensor
    return found
