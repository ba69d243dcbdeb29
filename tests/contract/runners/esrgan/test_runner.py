"""The runner over small random networks."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from adapters.runners.enlarging.tiling import whole
from adapters.runners.enlarging.upscaler import Traits, Upscaler
from adapters.runners.esrgan.layouts import Architecture
from adapters.runners.esrgan.network import OVERLAP_PX, traits
from adapters.runners.esrgan.runner import EsrganRunner, budget_bytes
from adapters.runners.esrgan.weights import load_network
from domain.model.errors import GpuOutOfMemory, ModelUnavailable
from domain.model.model_setup import ModelSetup, Precision
from domain.model.picture import Picture
from domain.model.runner import RunnerInput
from tests.contract.runners.esrgan.nets import noise, random_tensors, reference, saved

PUBLISHED = Architecture(unshuffle=1, blocks=23, features=64, growth=32, doublings=2)
FACTORS = [(1, 4), (2, 2), (4, 1)]
"""Unshuffle and the factor it leaves of four."""


def network(folder: Path, unshuffle: int = 1, blocks: int = 2) -> tuple[nn.Module, Traits]:
    tensors = random_tensors(blocks, unshuffle)
    net, shape, _ = load_network(saved(tensors, folder / "net.safetensors"))
    return net, traits(shape)


def ignore(_done: float) -> None:
    """A checkpoint that neither reports nor raises."""


@pytest.mark.parametrize(("unshuffle", "scale"), FACTORS)
def test_tiles_equal_the_whole_picture(tmp_path: Path, unshuffle: int, scale: int) -> None:
    """Within a thousandth of a level, before anything is rounded."""
    upscaler = Upscaler(*network(tmp_path, unshuffle, blocks=3), "cpu", tile_px=24)
    pixels = noise(61, 75)
    at_once = upscaler.enlarge(whole(61, 75), pixels)
    assert at_once.shape == (3, 61 * scale, 75 * scale)
    for tile in whole(61, 75).cut(24):
        rows, columns = tile.rows, tile.columns
        expected = at_once[
            :, rows.start * scale : rows.stop * scale, columns.start * scale : columns.stop * scale
        ]
        assert (upscaler.enlarge(tile, pixels) - expected).abs().max() * 255 <= 1e-3


@pytest.mark.parametrize(("unshuffle", "scale"), FACTORS)
def test_sides_that_do_not_divide_are_mirrored_on_and_cropped(
    tmp_path: Path, unshuffle: int, scale: int
) -> None:
    net, _ = network(tmp_path, unshuffle)
    padded = torch.rand(1, 3, 8, 12)
    padded[:, :, 7], padded[:, :, :, 11] = padded[:, :, 5], padded[:, :, :, 9]
    padded[:, :, 7, 11] = padded[:, :, 5, 9]
    expected = reference(random_tensors(2, unshuffle), padded, unshuffle)
    enlarged = net(padded[:, :, :7, :11])
    assert enlarged.shape == (1, 3, 7 * scale, 11 * scale)
    if unshuffle == 2:
        assert torch.allclose(enlarged, expected[..., : 7 * scale, : 11 * scale], atol=1e-5)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 40), (3, 2)])
@pytest.mark.parametrize(("unshuffle", "scale"), FACTORS)
def test_the_smallest_pictures_are_enlarged(
    tmp_path: Path, unshuffle: int, scale: int, height: int, width: int
) -> None:
    upscaler = Upscaler(*network(tmp_path, unshuffle), "cpu")
    enlarged = upscaler.upscale(noise(height, width), ignore)
    assert enlarged.shape == (scale * height, scale * width, 3)


def test_no_layer_ever_holds_more_than_a_tile_and_its_overlap(tmp_path: Path) -> None:
    (net, needs), seen_px = network(tmp_path), []
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(lambda _layer, _in, out: seen_px.append(out.shape[2:]))
    Upscaler(net, needs, "cpu", tile_px=24).upscale(noise(130, 100), ignore)
    assert max(max(shape) for shape in seen_px) == 4 * (24 + 2 * OVERLAP_PX)


@pytest.mark.parametrize("unshuffle", [2, 4])
def test_halved_tiles_stay_on_the_grid_of_the_network(tmp_path: Path, unshuffle: int) -> None:
    """After a shortage the result is still that of the whole picture."""
    net, needs = network(tmp_path, unshuffle)
    pixels, limit_px, sides_px = noise(60, 250), 200, []
    expected = Upscaler(net, needs, "cpu", tile_px=256)
    whole_picture = expected.upscale(pixels, ignore)

    def short(_net: nn.Module, given: tuple[torch.Tensor]) -> None:
        sides_px.append(max(given[0].shape[2:]))
        if sides_px[-1] > limit_px:
            raise torch.OutOfMemoryError("CUDA out of memory")

    net.register_forward_pre_hook(short)
    tiled = Upscaler(net, needs, "cpu", tile_px=180)
    assert np.abs(tiled.upscale(pixels, ignore).astype(int) - whole_picture).max() <= 1
    assert max(sides_px) > limit_px
    limit_px = 4
    with pytest.raises(GpuOutOfMemory):
        tiled.upscale(pixels, ignore)


@pytest.mark.parametrize("precision", list(Precision))
def test_each_precision_computes_the_same_picture(tmp_path: Path, precision: Precision) -> None:
    path = saved(random_tensors(), tmp_path / "net.pth")
    setup = ModelSetup(name="mine", weights=str(path), precision=precision)
    runner = EsrganRunner.set_up(setup)()
    runner.load("cpu")
    [output] = runner.infer([runner.prepare(RunnerInput({"image": Picture(noise(9, 8))}, {}))])
    [picture] = runner.postprocess(output).pictures
    runner.release()
    exact = reference(random_tensors(), torch.from_numpy(noise(9, 8)).permute(2, 0, 1)[None] / 255)
    wanted = exact[0].clamp(0, 1).mul(255).round().permute(1, 2, 0).numpy()
    most = {Precision.FP32: 1, Precision.FP16: 2, Precision.BF16: 12}[precision]
    assert np.abs(picture.pixels - wanted).max() <= most


def test_the_result_names_the_weights_that_made_it(tmp_path: Path) -> None:
    path = saved(random_tensors(), tmp_path / "net.pth")
    kind = EsrganRunner.set_up(ModelSetup(name="mine", weights=str(path), max_pixels=99))
    runner = kind()
    runner.load("cpu")
    [output] = runner.infer([runner.prepare(RunnerInput({"image": Picture(noise(3, 3))}, {}))])
    data = runner.postprocess(output).data
    assert data["scale"] == kind.spec.scale == 4
    assert len(data["model_sha256"]) == 64
    assert (kind.spec.name, kind.spec.max_pixels) == ("mine", 99)
    assert "4 times" in kind.spec.description


def test_weights_that_vanished_since_the_start_are_told(tmp_path: Path) -> None:
    path = saved(random_tensors(), tmp_path / "net.pth")
    runner = EsrganRunner.set_up(ModelSetup(name="mine", weights=str(path)))()
    path.unlink()
    with pytest.raises(ModelUnavailable, match=r"no weights file net\.pth"):
        runner.load("cpu")


@pytest.mark.parametrize(
    ("memory_mb", "item_bytes", "side_px"),
    [(None, 4, 171), (None, 2, 255), (589, 4, 136), (1000, 2, 318), (1000, 4, 215), (100, 4, 24)],
)
def test_tiles_are_as_large_as_the_memory_allows(
    memory_mb: int | None, item_bytes: int, side_px: int
) -> None:
    needs = traits(PUBLISHED)
    budget_px = int(budget_bytes(memory_mb) / needs.bytes_per_px(item_bytes))
    assert needs.tile_px(budget_px, 10**6) == side_px
