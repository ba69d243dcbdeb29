"""A simulated device, of known cost: a batch of n takes 20 ms + 2 ms·n and no CPU at all.

The sleep lets other threads run, as a GPU's work does. Nothing here computes anything: it shows
what the service around a device costs, and says nothing of how fast any model is.
"""

import time
from collections.abc import Sequence
from typing import Any, ClassVar

from darkroom import ModelRunner, ModelSpec, RunnerInput, RunnerOutput

FIXED_S, ITEM_S = 0.020, 0.002


def cost_s(items: int) -> float:
    return FIXED_S + ITEM_S * items


class SimulatedDevice(ModelRunner):
    """`runs`: when each batch began and ended (monotonic seconds), and its size."""

    spec = ModelSpec(
        name="simulated", description="Sleeps 20 ms + 2 ms an item.", makes_picture=False
    )
    runs: ClassVar[list[tuple[float, float, int]]] = []

    def load(self, device: str) -> None:
        return

    def prepare(self, work: RunnerInput) -> Any:
        return work

    def infer(self, batch: Sequence[Any]) -> Sequence[Any]:
        began_s = time.monotonic()
        time.sleep(cost_s(len(batch)))
        self.runs.append((began_s, time.monotonic(), len(batch)))
        return batch

    def postprocess(self, output: Any) -> RunnerOutput:
        return RunnerOutput(data={"simulated": True})

    def release(self) -> None:
        return
