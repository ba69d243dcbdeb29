"""A model that tells its pictures apart: it adds their pixels up. No torch.

Tests install a copy of this file as somebody else's package. The size of each batch, and the
process it ran in, go to the journal (the file SUM_JOURNAL).
"""

import os
from collections.abc import Sequence

from darkroom import ModelRunner, ModelSpec, RunnerInput, RunnerOutput


class SumRunner(ModelRunner):
    spec = ModelSpec(name="sum", description="Adds the pixels up.", makes_picture=False)

    def load(self, device: str) -> None:
        self.journal = os.open(os.environ["SUM_JOURNAL"], os.O_APPEND | os.O_CREAT | os.O_WRONLY)

    def prepare(self, work: RunnerInput) -> int:
        return int(work.pictures["image"].pixels.sum())

    def infer(self, batch: Sequence[int]) -> Sequence[int]:
        os.write(self.journal, f"{len(batch)} {os.getpid()}\n".encode())
        return batch

    def postprocess(self, output: int) -> RunnerOutput:
        return RunnerOutput(data={"sum": output})

    def release(self) -> None:
        return
