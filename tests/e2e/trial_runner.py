"""A model that does as its task says: takes its time, will not be stopped, dies. No torch.

Tests install a copy of this file as somebody else's package. Params: `name` goes to the journal
(the file TRIAL_JOURNAL) with this process's id when the task starts; `seconds` is how long it
takes; `manner` is `heeds` (checkpoints all along), `deaf` (none), `quotes` (fails with the `text`
it was given in its error), `aborts` (takes its process with it) or `faults` (what torch raises
when a kernel asserts: from then on the process gets no other answer from its device).
"""

import os
import time
from collections.abc import Sequence

from darkroom import ModelRunner, ModelSpec, RunnerInput, RunnerOutput

STEP_S = 0.02
FAULT = """CUDA error: device-side assert triggered
CUDA kernel errors might be asynchronously reported at some other API call."""


class TrialRunner(ModelRunner):
    spec = ModelSpec(name="trial", description="Gives the picture back, in the asked manner.")

    def load(self, device: str) -> None:
        self.lost = False
        self.journal = os.open(os.environ["TRIAL_JOURNAL"], os.O_APPEND | os.O_CREAT | os.O_WRONLY)

    def prepare(self, work: RunnerInput) -> RunnerInput:
        return work

    def infer(self, batch: Sequence[RunnerInput]) -> Sequence[RunnerInput]:
        for work in batch:
            if self.lost:
                raise RuntimeError(FAULT)
            os.write(self.journal, f"{work.params['name']} {os.getpid()}\n".encode())
            self.lost = work.params.get("manner") == "faults"
            conduct(work)
        return batch

    def postprocess(self, output: RunnerInput) -> RunnerOutput:
        return RunnerOutput(pictures=(output.pictures["image"],))

    def release(self) -> None:
        return


def conduct(work: RunnerInput) -> None:
    seconds = float(work.params.get("seconds", 0.0))
    match work.params.get("manner", "heeds"):
        case "aborts":
            os.abort()
        case "faults":
            raise RuntimeError(FAULT)
        case "quotes":
            raise ValueError(f"can't draw {work.params['text']}")
        case "deaf":
            time.sleep(seconds)
        case _:
            heed(work, seconds)


def heed(work: RunnerInput, seconds: float) -> None:
    ends_at = time.monotonic() + seconds
    while (left_s := ends_at - time.monotonic()) > 0:
        time.sleep(min(STEP_S, left_s))
        work.checkpoint(1 - left_s / seconds)
