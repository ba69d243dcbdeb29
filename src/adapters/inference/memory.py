"""Running models right where they are called: no thread, no device. For torch-free runners."""

from time import perf_counter

from domain.model.runner import ModelRegistry, ModelRunner, RunnerInput
from ports.inference import Inference, Inferred


class MemoryInference(Inference):
    """Loads a model at its first use. What it runs holds the event loop up, so it suits tests
    and models that take no time."""

    def __init__(self, models: ModelRegistry) -> None:
        self._models = models
        self._loaded: dict[str, ModelRunner] = {}

    def serves(self, model: str) -> bool:
        return model in self._models

    async def run(self, model: str, work: RunnerInput) -> Inferred:
        runner = self._loaded.get(model)
        if runner is None:
            runner = self._models.build(model)
            runner.load("cpu")
            self._loaded[model] = runner
        began_s = perf_counter()
        prepared = runner.prepare(work)
        prepared_s = perf_counter()
        [output] = runner.infer([prepared])
        inferred_s = perf_counter()
        return Inferred(
            runner.postprocess(output),
            "cpu",
            round(1000 * (prepared_s - began_s)),
            round(1000 * (inferred_s - prepared_s)),
        )
