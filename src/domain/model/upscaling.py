"""Enlarging a result by the upscalers that happen to be there."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.model.errors import InvalidRequest
from domain.model.model_spec import ModelSpec
from domain.model.runner import Checkpoint


@dataclass(frozen=True, slots=True)
class Upscaling:
    """`runs`: names of models, each run on what the one before made; together they enlarge each
    side `reach` times. What that is more than `factor`, the picture is scaled down again."""

    factor: int
    runs: tuple[str, ...] = ()
    reach: int = 1


def plan_upscaling(factor: int, specs: Iterable[ModelSpec]) -> Upscaling | None:
    """The fewest pixels and then the fewest runs that reach `factor`; None without an upscaler.
    ×2 from an ×4 model alone runs that once, ×4 from an ×2 model alone runs that twice."""
    if factor == 1:
        return Upscaling(1)
    plans = [_repeated(factor, spec) for spec in specs if is_upscaler(spec)]
    return min(plans, key=lambda plan: (plan.reach, len(plan.runs)), default=None)


def is_upscaler(spec: ModelSpec) -> bool:
    """Takes nothing but a picture and makes it larger by a fixed factor, always the same way."""
    if spec.needs != {"image"} or not spec.makes_picture or (spec.scale or 1) < 2:
        return False
    try:
        return spec.deterministic(spec.validate({}))
    except InvalidRequest:  # it has parameters without a default
        return False


def _repeated(factor: int, spec: ModelSpec) -> Upscaling:
    scale, reach, runs = spec.scale or 1, 1, 0
    while reach < factor:
        reach, runs = reach * scale, runs + 1
    return Upscaling(factor, (spec.name,) * runs, reach)


def share_of(checkpoint: Checkpoint, number: int, of: int) -> Checkpoint:
    """`checkpoint` for the run `number` (from 0) of `of`, so that progress never goes back."""
    return lambda done: checkpoint((number + done) / of)
