"""Models by name."""

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from domain.model.errors import InvalidRequest, ModelUnavailable, UnknownModel
from domain.model.model_registry import ModelRegistry, RegisteredModel, Renewal
from domain.model.model_setup import Loading, ModelSetup, Precision, SetupError
from domain.model.model_spec import ModelSpec, take_all
from domain.model.runner import ModelRunner, RunnerInput, RunnerOutput


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


class Broken(Echo):
    spec: ClassVar[ModelSpec] = ModelSpec(name="broken", description="Lacks its weights.")
    unavailable = "There is no weights file."


def test_an_alias_means_the_model() -> None:
    models = ModelRegistry()
    models.register(Echo, aliases=("parrot", "ditto"))
    assert models.spec("parrot") is models.asked("ditto") is Echo.spec
    assert "parrot" in models
    assert [spec.name for spec in models] == ["echo"]
    with pytest.raises(ValueError, match="two models are named 'ditto'"):
        models.register(Louder, aliases=("ditto",))
    with pytest.raises(ValueError, match="two models are named 'echo'"):
        models.register(Louder, aliases=("echo",))
    assert "louder" not in models


def test_a_submit_that_names_no_model_gets_the_default() -> None:
    models = ModelRegistry("echo")
    models.register(Echo)
    assert models.asked(None) is Echo.spec


def test_without_a_default_the_model_has_to_be_named() -> None:
    models = ModelRegistry()
    models.register(Echo)
    with pytest.raises(InvalidRequest) as raised:
        models.asked(None)
    assert [error.pointer for error in raised.value.errors] == ["/model"]


def test_what_can_not_run_is_known_with_its_reason_and_not_given_out() -> None:
    models = ModelRegistry("broken")
    models.register(Broken)
    models.register(Echo, loading=Loading.LAZY)
    models.register(Louder)
    assert [spec.name for spec in models] == ["echo", "louder"]
    assert [each.spec.name for each in models.models] == ["broken", "echo", "louder"]
    assert [each.is_for_startup for each in models.models] == [False, False, True]
    assert "broken" not in models
    assert models.model("broken").unavailable == "There is no weights file."
    for name in ("broken", None):
        with pytest.raises(ModelUnavailable, match="broken can't run here: There is no weights"):
            models.asked(name)


def test_a_runner_is_set_up_under_another_name_and_with_limits() -> None:
    made = Echo.set_up(ModelSetup(name="other", max_pixels=9))
    assert (made.spec.name, made.spec.max_pixels, made.spec.description) == (
        "other", 9, Echo.spec.description,
    )  # fmt: skip
    assert issubclass(made, Echo)
    assert Echo.spec.name == "echo"
    assert Echo.set_up(ModelSetup(name="echo")) is Echo


@pytest.mark.parametrize(
    ("setup", "field"),
    [
        (ModelSetup(name="echo", weights="a.pth"), "weights"),
        (ModelSetup(name="echo", precision=Precision.FP16), "precision"),
        (ModelSetup(name="echo", device_memory_mb=1), "device_memory_mb"),
    ],
    ids=["weights", "precision", "memory"],
)
def test_what_a_runner_has_no_use_for_is_refused(setup: ModelSetup, field: str) -> None:
    with pytest.raises(SetupError, match="the runner echo has no use for it") as raised:
        Echo.set_up(setup)
    assert raised.value.field == field


class Whisper(Echo):
    """Somebody set `echo` up otherwise."""


def renewed(models: ModelRegistry, *kinds: type[ModelRunner], **names: Any) -> Renewal:
    other = ModelRegistry(names.pop("default", None))
    for kind in kinds:
        other.register(kind, **names)
    return models.renew(other)


def test_a_renewal_is_seen_by_everybody_who_holds_the_registry() -> None:
    models = ModelRegistry()
    models.register(Echo)
    assert renewed(models, Louder, aliases=["loud"], default="loud") == Renewal(
        added=("louder",), removed=("echo",)
    )
    assert [spec.name for spec in models] == ["louder"]
    assert models.asked(None) is Louder.spec
    assert models.model("loud").runner is Louder


def test_a_model_that_is_gone_is_unknown_to_who_asks_but_runs_what_was_accepted() -> None:
    models = ModelRegistry()
    models.register(Echo)
    renewed(models, Louder)
    for ask in (models.asked, models.model):
        with pytest.raises(UnknownModel):
            ask("echo")
    assert "echo" in models
    assert models.spec("echo") is Echo.spec
    assert type(models.build("echo")) is Echo
    assert not models.is_current(Echo)
    assert [spec.name for spec in models.retired] == ["echo"]
    renewed(models, Echo)
    assert models.is_current(Echo)
    assert [spec.name for spec in models.retired] == ["louder"]


def test_a_name_that_became_an_alias_still_runs_what_was_accepted_for_it() -> None:
    models = ModelRegistry()
    models.register(Echo)
    renewed(models, Louder, aliases=["echo"])
    assert models.asked("echo") is Louder.spec
    assert models.spec("echo") is Echo.spec


def test_a_model_that_lost_its_weights_runs_what_was_accepted_for_it() -> None:
    models = ModelRegistry()
    models.register(Echo)
    renewed(models, type("Gone", (Echo,), {"unavailable": "no weights"}))
    with pytest.raises(ModelUnavailable):
        models.asked("echo")
    assert type(models.build("echo")) is Echo


def test_what_is_set_up_alike_serves_on() -> None:
    models = ModelRegistry()
    models.add(RegisteredModel(Echo, made_of="a"))
    other = ModelRegistry()
    other.add(RegisteredModel(Whisper, aliases=("e",), loading=Loading.LAZY, made_of="a"))
    assert models.renew(other) == Renewal()
    assert models.model("e").runner is Echo
    assert models.model("e").loading is Loading.LAZY
    other = ModelRegistry()
    other.add(RegisteredModel(Whisper, made_of="b"))
    assert models.renew(other) == Renewal(changed=("echo",))
    assert type(models.build("echo")) is Whisper
    assert not models.is_current(Echo)
