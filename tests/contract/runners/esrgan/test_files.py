"""Files of every layout and kind, and what is no such file."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from adapters.runners.esrgan.runner import EsrganRunner
from adapters.runners.esrgan.weights import load_network
from domain.model.errors import ModelUnavailable
from domain.model.model_setup import ModelSetup, SetupError
from domain.model.runner import ModelRunner
from tests.contract.runners.esrgan.nets import (
    LAYOUTS,
    Tensors,
    parallel,
    random_tensors,
    reference,
    saved,
    sequential,
    trunk,
)

KINDS = [".safetensors", ".pth"]
FACTORS = [(1, 2, 4), (2, 2, 2), (4, 2, 1), (1, 1, 2), (1, 0, 1), (1, 3, 8)]
"""Unshuffle, doublings, and the factor they make."""


def set_up(path: Path) -> type[ModelRunner]:
    return EsrganRunner.set_up(ModelSetup(name="mine", weights=str(path)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_the_same_network_to_the_last_bit(
    tmp_path: Path, layout: str, kind: str
) -> None:
    tensors = random_tensors(blocks=3)
    plain, _, _ = load_network(saved(tensors, tmp_path / "plain.safetensors"))
    network, shape, _ = load_network(saved(LAYOUTS[layout](tensors), tmp_path / f"net{kind}"))
    assert (shape.blocks, shape.features, shape.growth, shape.scale) == (3, 16, 8, 4)
    assert all(torch.equal(network.state_dict()[name], tensor) for name, tensor in tensors.items())
    picture = torch.rand(1, 3, 9, 12)
    assert torch.equal(network(picture), plain(picture))


@pytest.mark.parametrize("layout", [dict, trunk, sequential, parallel])
@pytest.mark.parametrize(("unshuffle", "doublings", "scale"), FACTORS)
def test_depth_width_and_factor_are_read_off_the_shapes(
    tmp_path: Path,
    layout: Callable[[Tensors], Tensors],
    unshuffle: int,
    doublings: int,
    scale: int,
) -> None:
    tensors = random_tensors(2, unshuffle, doublings)
    path = saved(layout(tensors), tmp_path / "net.pth")
    assert set_up(path).unavailable is None
    assert set_up(path).spec.scale == scale
    network, shape, _ = load_network(path)
    assert (shape.blocks, shape.unshuffle, shape.doublings) == (2, unshuffle, doublings)
    picture = torch.rand(1, 3, 8, 12)
    expected = reference(tensors, picture, unshuffle, doublings)
    assert expected.shape == (1, 3, 8 * scale, 12 * scale)
    assert torch.allclose(network(picture), expected, atol=1e-5)


@pytest.mark.parametrize("wrapper", ["params_ema", "params", "state_dict"])
def test_what_training_code_wraps_is_unwrapped(tmp_path: Path, wrapper: str) -> None:
    path = saved(random_tensors(), tmp_path / "net.pth", wrapper)
    assert set_up(path).unavailable is None
    assert load_network(path)[1].scale == 4


def test_the_averaged_weights_are_taken_where_there_are_both(tmp_path: Path) -> None:
    better, path = random_tensors(), tmp_path / "net.pth"
    torch.save({"params": random_tensors(blocks=3), "params_ema": better, "iter": 5}, path)
    assert load_network(path)[1].blocks == 2


def test_half_precision_files_are_read(tmp_path: Path) -> None:
    halves = {name: tensor.half() for name, tensor in random_tensors().items()}
    network, _, _ = load_network(saved(halves, tmp_path / "net.safetensors"))
    assert torch.equal(network.state_dict()["conv_hr.bias"], halves["conv_hr.bias"].float())


def test_weights_are_a_must() -> None:
    with pytest.raises(SetupError) as raised:
        EsrganRunner.set_up(ModelSetup(name="mine"))
    assert raised.value.field == "weights"


def wrong(change: Callable[[Tensors], object]) -> Tensors:
    tensors = random_tensors()
    change(tensors)
    return tensors


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        ({"weight": torch.ones(3)}, "its first layers are not there"),
        ({"body.0.weight": torch.ones(64, 3, 3, 3)}, "its first layers are not there"),
        (wrong(lambda net: net.pop("conv_hr.bias")), "conv_hr.bias is missing"),
        (
            wrong(lambda net: net.update({"body.0.rdb1.conv1x1.weight": torch.ones(8, 16, 1, 1)})),
            "body.0.rdb1.conv1x1.weight does not belong",
        ),
        (
            wrong(lambda net: net.update({"conv_hr.weight": torch.ones(16, 16, 1, 1)})),
            "conv_hr.weight does not belong or has another shape",
        ),
        (random_tensors(2, unshuffle=4, doublings=1), "it would enlarge 2/4 times"),
        ({"conv_first.weight": torch.ones(16, 5, 3, 3)}, "its first layers are not there"),
        (
            {"conv_first.weight": torch.ones(9, 3), "body.0.rdb1.conv1.weight": torch.tensor(1.0)},
            "its first layers are not there",
        ),
    ],
    ids=["other", "compact", "missing", "extra", "shape", "factor", "channels", "scalar"],
)
def test_another_architecture_is_told_before_and_at_loading(
    tmp_path: Path, tensors: Tensors, reason: str
) -> None:
    path = saved(tensors, tmp_path / "other.pth")
    unavailable = set_up(path).unavailable
    assert unavailable is not None
    assert unavailable.startswith("other.pth is no ESRGAN (RRDBNet): ")
    assert reason in unavailable
    with pytest.raises(ModelUnavailable, match="no ESRGAN"):
        load_network(path)
