from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from adapters.runners.superres.runner import (
    SuperResolutionRunner,
    SuperResolutionX2,
    SuperResolutionX4,
)
from domain.model.errors import InferenceFailed, UnknownField
from domain.model.picture import Picture
from domain.model.runner import RunnerInput, RunnerOutput

SOURCE = Path(__file__).parents[4] / "src"
KINDS = [SuperResolutionX2, SuperResolutionX4]


def picture(height: int, width: int, seed: int = 1) -> Picture:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return Picture(pixels)


def work(source: Picture, checkpoint: Callable[[float], None] = lambda _: None) -> RunnerInput:
    return RunnerInput({"image": source}, {}, checkpoint=checkpoint)


def run(runner: SuperResolutionRunner, *sources: Picture) -> list[RunnerOutput]:
    prepared = [runner.prepare(work(source)) for source in sources]
    return [runner.postprocess(output) for output in runner.infer(prepared)]


@pytest.fixture
def loaded() -> Iterator[SuperResolutionRunner]:
    runner = SuperResolutionX2()
    runner.load("cpu")
    yield runner
    runner.release()


@pytest.mark.parametrize("kind", KINDS)
def test_the_spec_says_what_the_runner_does(kind: type[SuperResolutionRunner]) -> None:
    runner = kind()
    runner.load("cpu")
    (output,) = run(runner, picture(5, 9))
    spec = kind.spec
    assert spec.name == f"superres-x{spec.scale}"
    assert spec.scale == kind.scale
    assert spec.deterministic({})
    assert output.pictures[0].pixels.shape == (5 * kind.scale, 9 * kind.scale, 3)
    assert output.data["scale"] == kind.scale
    assert len(output.data["model_sha256"]) == 64


def test_a_parameter_is_refused_by_name() -> None:
    assert SuperResolutionX4.spec.validate({}) == {}
    with pytest.raises(UnknownField) as raised:
        SuperResolutionX4.spec.validate({"sc/ale": 2})
    assert [error.pointer for error in raised.value.errors] == ["/params/sc~1ale"]


@pytest.mark.parametrize("sizes", [[(20, 30)] * 3, [(20, 30), (30, 20), (5, 5)], [(90, 70)] * 2])
def test_a_batch_gives_each_item_its_own_result_in_order(
    loaded: SuperResolutionRunner, sizes: list[tuple[int, int]]
) -> None:
    sources = [picture(*size, seed=seed) for seed, size in enumerate(sizes)]
    alone = [run(loaded, source)[0].pictures[0].pixels for source in sources]
    together = [output.pictures[0].pixels for output in run(loaded, *sources)]
    for one, other in zip(alone, together, strict=True):
        assert np.abs(one.astype(int) - other).max() <= 1


def test_pictures_of_one_size_share_a_batch_while_they_fit_into_it(
    loaded: SuperResolutionRunner,
) -> None:
    small, twin, other, large = (
        loaded.prepare(work(picture(*size))) for size in [(20, 30), (20, 30), (30, 20), (300, 300)]
    )
    assert loaded.batch_key(small) == loaded.batch_key(twin) != loaded.batch_key(other)
    assert 2 * loaded.cost_px(small) <= loaded.budget_px < loaded.cost_px(large)


def test_a_probe_runs_the_network(loaded: SuperResolutionRunner) -> None:
    loaded.probe()
    assert loaded._loaded is not None
    loaded._loaded.upscaler._network.register_forward_pre_hook(refuse)
    with pytest.raises(InferenceFailed):
        loaded.probe()


def refuse(*_: object) -> None:
    raise RuntimeError("no longer")


@pytest.mark.parametrize("count", [1, 3])
def test_the_checkpoint_is_called_and_its_exception_passes(
    loaded: SuperResolutionRunner, count: int
) -> None:
    heard: list[float] = []
    loaded.infer([loaded.prepare(work(picture(9, 9), heard.append)) for _ in range(count)])
    assert heard.count(1.0) == count

    def cancel(_done: float) -> None:
        raise KeyError("canceled")

    with pytest.raises(KeyError):
        loaded.infer([loaded.prepare(work(picture(9, 9), cancel)) for _ in range(count)])


def test_grayness_and_colour_profile_pass_through(loaded: SuperResolutionRunner) -> None:
    level = picture(12, 12).pixels[..., :1].repeat(3, axis=2)
    source = Picture(level, gray=True, icc_profile=b"profile")
    for output in run(loaded, source, source):
        result = output.pictures[0]
        assert result.gray
        assert result.icc_profile == b"profile"
        assert result.alpha is None
        assert (result.pixels == result.pixels[..., :1]).all()


def test_colours_under_full_transparency_do_not_reach_the_edge(
    loaded: SuperResolutionRunner,
) -> None:
    pixels = np.zeros((40, 40, 3), np.uint8)
    alpha = np.zeros((40, 40), np.uint8)
    pixels[10:30, 10:30], alpha[10:30, 10:30] = (230, 220, 210), 255
    (output,) = run(loaded, Picture(pixels, alpha))
    result = output.pictures[0]
    assert result.alpha.shape == (80, 80)
    assert result.alpha[0, 0] == 0
    assert result.alpha[40, 40] == 255
    assert (np.abs(result.pixels[result.alpha > 0].astype(int) - (230, 220, 210)) <= 4).all()
