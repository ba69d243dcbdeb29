"""Models by name."""

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from domain.model.errors import UnknownModel
from domain.model.runner import (
    ModelRegistry,
    ModelRunner,
    ModelSpec,
    RunnerInput,
    RunnerOutput,
    take_all,
)


class Echo(ModelRunner):
    spec: ClassVar[ModelSpec] = ModelSpec(name="echo", description="Gives back what it is given.")

    def load(self, device: str) -> None:
        self.device = device

    def prepare(self, work: RunnerInput) -> Any:
        return work.params

    def infer(self, batch: Sequence[Any]) -> Sequence[Any]:
        return batch

    def postprocess(self, output: Any) -> RunnerOutput:
        return RunnerOutput(data=output)

    def release(self) -> None:
        del self.device


class Louder(Echo):
    spec: ClassVar[ModelSpec] = ModelSpec(name="louder", description="The same, but louder.")


def test_a_registered_model_is_found_by_its_name() -> None:
    models = ModelRegistry()
    assert models.register(Echo) is Echo, "so that it works as a decorator"
    models.register(Louder)
    assert models.spec("echo") is Echo.spec
    assert type(models.build("louder")) is Louder
    assert [spec.name for spec in models] == ["echo", "louder"]


def test_each_build_is_fresh() -> None:
    models = ModelRegistry()
    models.register(Echo)
    assert models.build("echo") is not models.build("echo")


def test_two_models_do_not_share_a_name() -> None:
    models = ModelRegistry()
    models.register(Echo)
    with pytest.raises(ValueError, match="two models are named 'echo'"):
        models.register(Echo)


def test_an_unknown_model_is_told_with_those_there_are() -> None:
    models = ModelRegistry()
    with pytest.raises(UnknownModel, match=r"No model is named 'x'\. Known: none"):
        models.spec("x")
    models.register(Louder)
    models.register(Echo)
    with pytest.raises(UnknownModel, match="Known: echo, louder"):
        models.build("x")


def test_a_spec_says_no_more_than_it_was_told() -> None:
    spec = Echo.spec
    assert spec.validate is take_all
    assert spec.validate({"a": 1}) == {"a": 1}
    assert (spec.needs, spec.deterministic({}), spec.scale) == (frozenset({"image"}), False, None)


def test_any_two_items_share_a_batch_unless_the_runner_says_otherwise() -> None:
    assert Echo().batch_key({"a": 1}) == Echo().batch_key({"b": 2})


def test_a_runner_has_to_have_all_five_steps() -> None:
    steps = ModelRunner.__abstractmethods__
    assert steps == {"load", "prepare", "infer", "postprocess", "release"}
