"""Somebody's ESRGAN file as a network."""

from pathlib import Path

from torch import nn

from adapters.runners.esrgan.layouts import Architecture, architecture_of, canonical_names
from adapters.runners.esrgan.network import RRDBNet
from adapters.runners.weight_files.tensors import read_tensors


def load_network(path: Path) -> tuple[nn.Module, Architecture, str]:
    """The network in float32 on the CPU, what it is like, and the SHA-256 of its file in hex.
    Raises `ModelUnavailable`."""
    tensors, sha256 = read_tensors(path)
    ours = {name: tensors[given] for given, name in canonical_names(tensors).items()}
    shape = architecture_of({name: tuple(each.shape) for name, each in ours.items()}, path.name)
    network = RRDBNet(shape)
    network.load_state_dict(ours)
    return network.eval().requires_grad_(False), shape, sha256
