"""Running models right where they are called: no thread, no device. For torch-free runners."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from time import perf_counter

from domain.model.device import DeviceUse
from domain.model.model_registry import ModelRegistry
from domain.model.priority import Priority
from domain.model.runner import ModelRunner, RunnerInput
from ports.inference import Inference, Inferred, Run


class MemoryInference(Inference):
    """Loads a model at its first use. What it runs holds the event loop up, so it suits tests
    and models that take no time."""

    def __init__(self, models: ModelRegistry) -> None:
        self._models = models
        self._loaded: dict[str, ModelRunner] = {}
        self._busy_s = 0.0

    @property
    def loaded(self) -> Sequence[str]:
        return tuple(self._loaded)

    @property
    def use(self) -> DeviceUse:
        """Nobody can look while it works: that holds the loop up."""
        return DeviceUse(self._busy_s)

    def serves(self, model: str) -> bool:
        return model in self._models

    @contextmanager
    def admit(
        self, model: str, priority: Priority = Priority.NORMAL, *, alone: bool = False
    ) -> Iterator[Run]:
        yield partial(self._run, model)

    async def refresh(self) -> Mapping[str, Exception]:
        for name, runner in list(self._loaded.items()):
            self._keep_current(name, runner)
        return {}

    async def _run(self, model: str, work: RunnerInput) -> Inferred:
        runner = self._loaded.get(model)
        if type(runner) is not self._models.to_run(model).runner or runner is None:
            runner = self._models.build(model)
            runner.load("cpu")
            self._loaded[model] = runner
        try:
            return self._inferred(runner, work)
        finally:
            self._keep_current(model, runner)

    def _inferred(self, runner: ModelRunner, work: RunnerInput) -> Inferred:
        began_s = perf_counter()
        prepared = runner.prepare(work)
        prepared_s = perf_counter()
        [output] = runner.infer([prepared])
        inferred_s = perf_counter()
        self._busy_s += inferred_s - prepared_s
        return Inferred(
            runner.postprocess(output),
            "cpu",
            round(1000 * (prepared_s - began_s)),
            round(1000 * (inferred_s - prepared_s)),
        )

    def _keep_current(self, name: str, runner: ModelRunner) -> None:
        if not self._models.is_current(type(runner)):
            del self._loaded[name]
            runner.release()
