"""Over an image, within a mask, along a control image."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.runners.diffusion.runner import StableDiffusion15
from domain.model.errors import InvalidRequest
from domain.model.inputs import read_inputs
from domain.model.picture import Picture
from tests.contract.runners.diffusion.works import Studio, apart, noise, pictures_of

IMAGE, OTHER = {"image": noise(64, 64)}, {"image": noise(64, 64, seed=8)}


def mask(height: int = 64, width: int = 64) -> Picture:
    """White, which is painted over, on the right half."""
    levels = np.zeros((height, width, 3), np.uint8)
    levels[:, width // 2 :] = 255
    return Picture(levels)


def painted(studio: Studio, pictures: dict[str, Picture], **params: Any) -> Any:
    return pictures_of(studio.painted(studio.work(pictures=pictures, **params)))[0]


def test_strength_is_how_much_of_the_image_is_painted_over(studio: Studio) -> None:
    """Random networks restore nothing, so what is kept shows by what two images differ in."""
    gaps = [
        np.abs(painted(studio, IMAGE, steps=10, strength=strength).astype(int)
               - painted(studio, OTHER, steps=10, strength=strength)).mean()
        for strength in (0.1, 1.0)
    ]  # fmt: skip
    assert gaps[0] > gaps[1]


def test_a_strength_below_one_step_is_one_step(studio: Studio) -> None:
    heard: list[float] = []
    work = studio.work(pictures=IMAGE, steps=4, strength=0.01, checkpoint=heard.append)
    studio.painted(work)
    assert heard == [0.0, 0.5, 1.0]


def test_progress_over_an_image_goes_by_its_share_of_the_steps(studio: Studio) -> None:
    heard: list[float] = []
    studio.painted(studio.work(pictures=IMAGE, steps=10, strength=0.5, checkpoint=heard.append))
    assert heard == pytest.approx([step / 6 for step in range(6)] + [1.0])


@pytest.mark.parametrize("size", [(64, 64), (100, 300), (300, 40), (8, 8)])
def test_an_image_of_any_size_is_cut_to_the_resolution(
    studio: Studio, size: tuple[int, int]
) -> None:
    made = painted(studio, {"image": noise(*size)}, resolution="72x64")
    assert made.shape == (64, 72, 3)


def test_without_a_resolution_the_image_gives_the_shape(studio: Studio) -> None:
    work = studio.work(pictures={"image": noise(40, 60)}, resolution=None)
    width, height = studio.runner.prepare(work).size
    assert width % 8 == height % 8 == 0
    assert width / height == pytest.approx(1.5, rel=0.05)
    assert 512 * 512 * 0.9 < width * height <= 512 * 512
    plain = studio.runner.prepare(studio.work(resolution=None))
    assert plain.size == (512, 512)


def test_outside_the_mask_every_pixel_stays(studio: Studio) -> None:
    made = painted(studio, {**IMAGE, "mask": mask()})
    before = IMAGE["image"].pixels
    assert np.array_equal(made[:, :32], before[:, :32])
    assert apart(made[:, 32:], before[:, 32:]) > 20


def test_a_mask_lies_over_the_image_as_it_is_cut(studio: Studio) -> None:
    pictures = {"image": noise(128, 128), "mask": mask(32, 32)}
    order = studio.runner.prepare(studio.work(pictures=pictures))
    assert order.mask.shape == (64, 64)
    assert (order.mask[:, :32].max(), order.mask[:, 32:].min()) == (0, 1)


def test_transparency_counts_as_white(studio: Studio) -> None:
    clear = Picture(noise(64, 64).pixels, np.zeros((64, 64), np.uint8))
    white = Picture(np.full((64, 64, 3), 255, np.uint8))
    assert apart(painted(studio, {"image": clear}), painted(studio, {"image": white})) <= 1


@pytest.mark.parametrize("ground", [{}, IMAGE, {**IMAGE, "mask": mask()}])
def test_a_control_image_steers_on_every_ground(
    steered: Studio, ground: dict[str, Picture]
) -> None:
    def with_control(seed: int, **params: Any) -> Any:
        return painted(steered, {**ground, "control_image": noise(80, 90, seed)}, **params)

    assert apart(with_control(1), painted(steered, ground)) > 5
    assert apart(with_control(1), with_control(2)) > 5
    assert apart(with_control(1, control_weight=0.2), with_control(1)) > 1
    assert apart(with_control(1), with_control(1, control_preprocessor="canny")) > 1
    assert apart(with_control(1), with_control(1)) <= 1


@pytest.mark.parametrize(
    "roles", [("image",), ("image", "mask"), ("control_image",), ("image", "mask", "control_image")]
)
def test_a_batch_of_pictures_is_what_each_would_be_alone(
    steered: Studio, roles: tuple[str, ...]
) -> None:
    works = [
        steered.work(
            prompt, seed=seed,
            pictures={role: noise(64, 64, 10 * seed + at) for at, role in enumerate(roles)},
        )
        for seed, prompt in enumerate(["a cat", "a dog", "a house by the sea"])
    ]  # fmt: skip
    alone = [pictures_of(steered.painted(work))[0] for work in works]
    together = pictures_of(steered.painted(*works))
    assert all(apart(one, other) <= 1 for one, other in zip(together, alone, strict=True))
    assert apart(alone[0], alone[1]) > 5


def test_a_model_without_a_controlnet_takes_no_control_image() -> None:
    body = {"prompt": "a cat", "control_image_url": "https://example.com/a.png"}
    with pytest.raises(InvalidRequest, match="takes no control_image"):
        read_inputs(body, StableDiffusion15.spec, 1000)


def test_the_controlnet_is_in_the_manifest(steered: Studio, controlnet_folder: Path) -> None:
    [made] = steered.painted(steered.work(pictures={"control_image": noise(64, 64)}))
    assert len(made.data["controlnet_sha256"]) == 64
    assert str(controlnet_folder) not in str(made.data)
