"""Which models enlarge a result, and in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.control import AttemptControl
from domain.model.errors import InvalidRequest
from domain.model.model_spec import ModelSpec, Params
from domain.model.upscaling import Upscaling, is_upscaler, plan_upscaling, share_of


def spec(scale: int | None, **changes: object) -> ModelSpec:
    facts = {"name": f"x{scale}", "deterministic": lambda _: True, **changes}
    return ModelSpec(description="", scale=scale, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("factor", "there", "runs", "reach"),
    [
        (1, [], (), 1),
        (1, [2, 4], (), 1),
        (2, [2, 4], ("x2",), 2),
        (4, [2, 4], ("x4",), 4),
        (2, [4], ("x4",), 4),
        (4, [2], ("x2", "x2"), 4),
        (2, [3, 4], ("x3",), 3),
        (4, [3], ("x3", "x3"), 9),
        (4, [3, 2], ("x2", "x2"), 4),
        (2, [1, 8], ("x8",), 8),
    ],
)
def test_the_least_pixels_and_then_the_fewest_runs(
    factor: int, there: list[int], runs: tuple[str, ...], reach: int
) -> None:
    assert plan_upscaling(factor, [spec(scale) for scale in there]) == Upscaling(
        factor, runs, reach
    )


@pytest.mark.parametrize("there", [[], [1]])
def test_without_an_upscaler_there_is_no_plan(there: list[int]) -> None:
    assert plan_upscaling(2, [spec(scale) for scale in there]) is None


def need_a_prompt(params: Params) -> Params:
    raise InvalidRequest


@pytest.mark.parametrize(
    "other",
    [
        spec(None), spec(1), spec(2, makes_picture=False),
        spec(2, needs=frozenset({"image", "prompt"})), spec(2, needs=frozenset()),
        spec(2, deterministic=lambda _: False), spec(2, validate=need_a_prompt),
    ],
    ids=["any scale", "same size", "no picture", "prompt", "no input", "chance", "params"],
)  # fmt: skip
def test_what_is_no_upscaler_is_not_taken_for_one(other: ModelSpec) -> None:
    assert not is_upscaler(other)
    assert is_upscaler(spec(2))


@given(st.integers(1, 4), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_progress_never_goes_back_over_several_runs(runs: int, steps: list[float]) -> None:
    control, seen = AttemptControl(), [0]
    for number in range(runs):
        checkpoint = share_of(control.checkpoint, number, runs)
        for done in sorted(steps):
            checkpoint(done)
            seen.append(control.progress)
            assert control.progress <= 100 * (number + 1) / runs
    assert seen == sorted(seen)


def test_one_run_reports_as_it_always_did() -> None:
    control = AttemptControl()
    share_of(control.checkpoint, 0, 1)(0.5)
    assert control.progress == 50
