"""A model that does nothing and answers with an empty document."""

from collections.abc import Sequence
from typing import Any

from darkroom import ModelRunner, ModelSpec, RunnerOutput


class Noop(ModelRunner):
    spec = ModelSpec(name="noop", description="Nothing.", needs=frozenset(), makes_picture=False)

    def load(self, device: str) -> None:
        return

    def prepare(self, work: Any) -> Any:
        return None

    def infer(self, batch: Sequence[Any]) -> Sequence[Any]:
        return batch

    def postprocess(self, output: Any) -> RunnerOutput:
        return RunnerOutput()

    def release(self) -> None:
        return
