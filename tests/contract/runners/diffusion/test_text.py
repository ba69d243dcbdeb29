"""From text to image: seeds, batches, samplers, steps, and how a task ends early."""

from typing import Any

import numpy as np
import pytest

from adapters.runners.diffusion.samplers import SAMPLERS
from tests.contract.runners.diffusion.works import Studio, apart, pictures_of


class CanceledError(Exception):
    """What the checkpoint of a task that was canceled raises."""


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_picture_of_a_batch_is_the_one_it_would_be_alone(studio: Studio, sampler: str) -> None:
    asked = [{"prompt": "a cat", "seed": 1}, {"prompt": "a dog in the rain", "seed": 2}]
    works = [studio.work(**each, sampler=sampler, steps=3) for each in asked]
    alone = [studio.painted(work)[0].pictures[0].pixels for work in works]
    assert apart(*alone) > 20
    for order in ([0, 1], [1, 0]):
        together = pictures_of(studio.painted(*(works[at] for at in order)))
        assert all(apart(one, alone[at]) <= 1 for one, at in zip(together, order, strict=True))


def test_several_pictures_of_one_task_have_seeds_in_a_row(studio: Studio) -> None:
    [four] = studio.painted(studio.work(seed=5, num_images=4))
    assert (four.data["seed"], four.data["seeds"]) == (5, [5, 6, 7, 8])
    for picture, seed in zip(four.pictures, four.data["seeds"], strict=True):
        assert apart(picture.pixels, studio.pixels(seed=seed)) <= 1


def test_a_seed_that_is_absent_is_drawn_and_told(studio: Studio) -> None:
    one, other = (studio.painted(studio.work(seed=None))[0] for _ in range(2))
    assert one.data["seed"] != other.data["seed"]
    again = studio.pixels(seed=one.data["seed"])
    assert apart(again, one.pictures[0].pixels) <= 1


def test_what_is_told_paints_the_picture_again(studio: Studio) -> None:
    work = studio.work("a cat", "a dog", seed=None, sampler="Euler a", cfg_scale=4, clip_skip=1)
    [made] = studio.painted(work)
    told = dict(made.data)
    assert (told["model"], len(told["model_sha256"]), told["precision"]) == ("sd15", 64, "fp32")
    assert (told["lora"], told["steps"], told["resolution"]) == (None, 2, "64x64")
    names = set(studio.kind.spec.params_schema["properties"])
    params = {name: value for name, value in told.items() if name in names}
    again = studio.pixels(told["prompt"], negative_prompt=told["negative_prompt"], **params)
    assert apart(again, made.pictures[0].pixels) <= 1


@pytest.mark.parametrize(
    "change",
    [{"steps": 3}, {"cfg_scale": 2.0}, {"sampler": "DDIM"}, {"clip_skip": 1}, {"seed": 9},
     {"prompt": "a dog"}, {"negative_prompt": "a dog"}],
)  # fmt: skip
def test_every_wish_changes_the_picture(studio: Studio, change: dict[str, Any]) -> None:
    assert apart(studio.pixels(**{"steps": 2, **change}), studio.pixels()) > 1


def test_the_size_is_the_one_asked_for(studio: Studio) -> None:
    assert studio.pixels(resolution="72x64").shape == (64, 72, 3)


@pytest.mark.parametrize(("sampler", "steps"), [("Euler", 4), ("Heun", 7), ("PNDM", 5)])
def test_progress_goes_by_the_steps_that_are_really_made(
    studio: Studio, sampler: str, steps: int
) -> None:
    heard: list[float] = []
    studio.painted(studio.work(sampler=sampler, steps=4, checkpoint=heard.append))
    shares = [step / (steps + 1) for step in range(steps + 1)]
    assert heard == pytest.approx([*shares, 1.0])


def test_a_cancel_ends_at_the_step_and_leaves_no_trace(studio: Studio) -> None:
    before, heard = studio.pixels(), list[float]()

    def cancel_in_the_midst(done: float) -> None:
        heard.append(done)
        if done > 0.3:
            raise CanceledError

    with pytest.raises(CanceledError):
        studio.painted(studio.work(steps=9, checkpoint=cancel_in_the_midst))
    assert heard == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert apart(studio.pixels(), before) <= 1


def test_a_prompt_that_is_too_long_is_painted_and_warned_of(studio: Studio) -> None:
    """A byte is a token here; two more stand for the start and the end."""
    work = studio.work("x" * 80, "y" * 76)
    [made] = studio.painted(work)
    assert made.warnings == [
        "The model read only the start of the prompt: it is 5 tokens too long.",
        "The model read only the start of the negative_prompt: it is 1 tokens too long.",
    ]
    assert apart(made.pictures[0].pixels, studio.pixels("x" * 75, negative_prompt="y" * 75)) <= 1
    assert studio.painted(studio.work("x" * 75))[0].warnings == []


def test_the_cost_of_an_order_is_what_it_paints(studio: Studio) -> None:
    prepared = studio.runner.prepare(studio.work(resolution="64x72", num_images=3))
    assert studio.runner.cost_px(prepared) == 3 * 64 * 72


def test_pictures_are_bytes(studio: Studio) -> None:
    assert studio.pixels().dtype == np.uint8
