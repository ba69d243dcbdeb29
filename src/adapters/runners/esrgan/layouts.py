"""The three ways in which files name the tensors of one network, and what their shapes tell of it.

Known torch-free, so that the gateway can say whether a file fits and how much it enlarges.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from adapters.runners.weight_files.shapes import Shape
from domain.model.errors import ModelUnavailable

UNSHUFFLED = {3: 1, 12: 2, 48: 4}
"""By the channels of the first layer: into how large blocks the picture is folded before it."""
MOST_DOUBLINGS = 3

RENAMED = (
    (r"RRDB_trunk\.(\d+)\.RDB(\d)\.conv(\d)", r"body.\1.rdb\2.conv\3"),
    (r"model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0", r"body.\1.rdb\2.conv\3"),
    (r"trunk_conv", "conv_body"),
    (r"upconv(\d)", r"conv_up\1"),
    (r"HRconv", "conv_hr"),
    (r"model\.0", "conv_first"),
    (r"model\.1\.sub\.\d+", "conv_body"),
)
"""Layers of the "trunk" and the "sequential" layout, as BasicSR and Real-ESRGAN call them."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """`blocks` residual blocks of `features` channels that grow by `growth`; the picture is folded
    by `unshuffle` before them and doubled `doublings` times after them."""

    unshuffle: int
    blocks: int
    features: int
    growth: int
    doublings: int

    @property
    def scale(self) -> int:
        return (1 << self.doublings) // self.unshuffle

    def shapes(self) -> Iterator[tuple[str, Shape]]:
        """Every tensor of such a network."""
        for layer, inputs, outputs in self._layers():
            yield f"{layer}.weight", (outputs, inputs, 3, 3)
            yield f"{layer}.bias", (outputs,)

    def _layers(self) -> Iterator[tuple[str, int, int]]:
        wide, grown = self.features, self.growth
        yield "conv_first", 3 * self.unshuffle**2, wide
        for block in range(self.blocks):
            for part in (1, 2, 3):
                for conv in (1, 2, 3, 4, 5):
                    inputs = wide + (conv - 1) * grown
                    yield f"body.{block}.rdb{part}.conv{conv}", inputs, wide if conv == 5 else grown
        yield "conv_body", wide, wide
        for step in range(1, self.doublings + 1):
            yield f"conv_up{step}", wide, wide
        yield "conv_hr", wide, wide
        yield "conv_last", wide, 3


def canonical_names(names: Iterable[str]) -> dict[str, str]:
    """Each name of a file, and what the same tensor is called here."""
    given = list(names)
    prefix = "module." if all(name.startswith("module.") for name in given) else ""
    plain = {name: name.removeprefix(prefix) for name in given}
    tail = _sequential_tail(plain.values())
    return {name: _renamed(each, tail) for name, each in plain.items()}


def architecture_of(shapes: Mapping[str, Shape], file: str) -> Architecture:
    """What the shapes, under their names here, tell. Raises `ModelUnavailable` where they are not
    those of one such network; the text names `file`."""
    try:
        found = _guessed(shapes)
    except (KeyError, ValueError, IndexError) as error:
        raise _other(file, "its first layers are not there") from error
    expected = dict(found.shapes())
    for name in sorted(expected.keys() | shapes.keys()):
        if name not in shapes:
            raise _other(file, f"{name} is missing")
        if shapes[name] != expected.get(name):
            raise _other(file, f"{name} does not belong or has another shape")
    if found.scale < 1 or found.doublings > MOST_DOUBLINGS:
        raise _other(file, f"it would enlarge {2**found.doublings}/{found.unshuffle} times")
    return found


def _guessed(shapes: Mapping[str, Shape]) -> Architecture:
    features, channels, *_ = shapes["conv_first.weight"]
    return Architecture(
        unshuffle=UNSHUFFLED[channels],
        blocks=len({name.split(".")[1] for name in shapes if name.startswith("body.")}),
        features=features,
        growth=shapes["body.0.rdb1.conv1.weight"][0],
        doublings=sum(bool(re.fullmatch(r"conv_up\d\.weight", name)) for name in shapes),
    )


def _sequential_tail(names: Iterable[str]) -> dict[str, str]:
    """The layers behind the trunk of the sequential layout go by their order alone."""
    hits = [re.fullmatch(r"model\.([1-9]\d*)\.weight", name) for name in names]
    layers = [f"model.{at}" for at in sorted(int(hit[1]) for hit in hits if hit is not None)]
    ups = [f"conv_up{step}" for step in range(1, len(layers) - 1)]
    return dict(zip(layers, [*ups, "conv_hr", "conv_last"], strict=False))


def _renamed(name: str, tail: Mapping[str, str]) -> str:
    layer, dot, tensor = name.rpartition(".")
    if layer in tail:
        return tail[layer] + dot + tensor
    for pattern, ours in RENAMED:
        if (hit := re.fullmatch(pattern, layer)) is not None:
            return hit.expand(ours) + dot + tensor
    return name


def _other(file: str, why: str) -> ModelUnavailable:
    return ModelUnavailable(f"{file} is no ESRGAN (RRDBNet): {why}.")
