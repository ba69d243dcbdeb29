"""Small complete runners that behave as a test asks."""

from collections.abc import Sequence
from threading import Event
from typing import Any

from domain.model.errors import DeviceFault, ImageCorrupt
from domain.model.model_spec import ModelSpec
from domain.model.runner import ModelRunner, RunnerInput, RunnerOutput


class EchoRunner(ModelRunner):
    """Answers its params; `fail` names how it should fail instead."""

    spec = ModelSpec(name="echo", description="Answers its params.", makes_picture=False)

    def load(self, device: str) -> None:
        self.device = device

    def prepare(self, work: RunnerInput) -> Any:
        return work

    def infer(self, batch: Sequence[Any]) -> Sequence[Any]:
        return [self._answer(work) for work in batch]

    def postprocess(self, output: Any) -> RunnerOutput:
        return RunnerOutput(data=output, warnings=("echoed",))

    def release(self) -> None:
        self.device = ""

    def _answer(self, work: RunnerInput) -> dict[str, Any]:
        match work.params.get("fail"):
            case "unforeseen":
                raise ZeroDivisionError("/secret/path")
            case "permanent":
                raise ImageCorrupt
            case "device":
                raise DeviceFault
            case "nan":
                return {"score": float("nan")}
        return dict(work.params)


class GateRunner(EchoRunner):
    """Says when it runs, and goes on only when told; meanwhile it keeps to its checkpoint."""

    spec = ModelSpec(name="gate", description="Waits at a gate.", makes_picture=False)
    running = Event()
    opened = Event()
    deaf = False

    @classmethod
    def reset(cls) -> None:
        cls.running.clear()
        cls.opened.clear()
        cls.deaf = False

    def _answer(self, work: RunnerInput) -> dict[str, Any]:
        type(self).running.set()
        while not type(self).opened.wait(0.005):
            if not type(self).deaf:
                work.checkpoint(0.5)
        return {"gate": "passed"}
