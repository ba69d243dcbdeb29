"""A model whose device does what a test says, and notes what it was given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import current_thread
from typing import Any

from domain.model.model_registry import ModelRegistry
from domain.model.model_spec import ModelSpec
from domain.model.runner import ModelRunner, RunnerInput, RunnerOutput


def nothing(_: Any) -> None:
    """Neither fails nor waits."""


@dataclass
class Trial:
    """Each hook is called at its stage and may raise or wait; values are the items' params."""

    on_load: Callable[[str], None] = nothing
    on_prepare: Callable[[Any], None] = nothing
    on_infer: Callable[[list[Any]], None] = nothing
    on_item: Callable[[RunnerInput], None] = nothing
    on_postprocess: Callable[[Any], None] = nothing
    on_probe: Callable[[str], None] = nothing
    batches: list[list[Any]] = field(default_factory=list)
    loads: int = 0

    def registered(
        self, name: str = "trial", models: ModelRegistry | None = None, *, batchable: bool = True
    ) -> ModelRegistry:
        """`models` with this trial in it, under `name`."""
        models = models or ModelRegistry()
        spec = ModelSpec(name=name, description="Does as a test says.", batchable=batchable)
        kind = type("ThisTrialRunner", (TrialRunner,), {"trial": self, "spec": spec})
        models.register(kind)
        return models


class TrialRunner(ModelRunner):
    """Answers each value with itself. `key` is the batch key."""

    trial: Trial

    def load(self, device: str) -> None:
        self.trial.loads += 1
        self.trial.on_load(device)

    def prepare(self, work: RunnerInput) -> RunnerInput:
        self.trial.on_prepare(work.params["value"])
        return work

    def batch_key(self, prepared: RunnerInput) -> Any:
        return prepared.params.get("key")

    def infer(self, batch: Sequence[RunnerInput]) -> Sequence[Any]:
        values = [work.params["value"] for work in batch]
        self.trial.batches.append(values)
        self.trial.on_infer(values)
        for work in batch:
            self.trial.on_item(work)
        return values

    def postprocess(self, output: Any) -> RunnerOutput:
        self.trial.on_postprocess(output)
        return RunnerOutput(data={"value": output})

    def probe(self) -> None:
        self.trial.on_probe(current_thread().name)

    def release(self) -> None:
        return
