"""One batch on the device: together, and where that fails, apart."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from adapters.inference.call import Call
from adapters.inference.in_our_words import in_our_words, let_go
from adapters.inference.turns import Turns
from domain.model.control import Stop, Stopped
from domain.model.errors import DeviceFault, GpuOutOfMemory, InferenceFailed
from domain.model.events import BatchRan, Event

Finish = Callable[[Call, Any, float], None]
"""What becomes of a call's output; the seconds are those of its batch on the device."""


class BatchRun:
    """Every call of a batch ends with its output at `finish`, or fails."""

    def __init__(
        self,
        turns: Turns,
        finish: Finish,
        fall_sick: Callable[[DeviceFault], None],
        tell: Callable[[Event], None],
    ) -> None:
        self._turns, self._finish, self._fall_sick, self._tell = turns, finish, fall_sick, tell

    def __call__(self, batch: Sequence[Call]) -> None:
        """Halves a batch that does not fit into memory, and runs the members of one that failed
        otherwise one by one, so that only the guilty fails. A device that fell sick is asked
        nothing more."""
        parts = deque([batch])
        while parts:
            part = [call for call in parts.popleft() if call.still_wanted()]
            error = self._infer(part) if part else None
            if isinstance(error, DeviceFault):
                self._give_up(batch, part, error)
                return
            if error is not None:
                parts.extendleft(reversed(self._smaller(part, error)))

    def _give_up(self, batch: Sequence[Call], struck: Sequence[Call], fault: DeviceFault) -> None:
        """Those it struck may be to blame; the others go back as they came."""
        self._fall_sick(fault)
        for call in struck:
            call.fail(fault)
        for call in batch:
            call.fail(Stopped(Stop.DRAIN))

    def _infer(self, part: Sequence[Call]) -> BaseException | None:
        """The error instead of raising it: while it is handled it holds on to what the failed
        pass had on the device."""
        for call in part:
            call.mates = part
        waited_s = self._turns.waited_s(part)
        began_s, cpu_began_s = time.perf_counter(), time.thread_time()
        try:
            with in_our_words():
                outputs = part[0].runner.infer([call.prepared for call in part])
            if len(outputs) != len(part):
                raise InferenceFailed(f"The model made {len(outputs)} outputs of {len(part)}.")
        except BaseException as error:
            let_go(error)
            return error
        finally:
            for call in part:
                call.mates = ()
        infer_s = time.perf_counter() - began_s
        # Computing is what a larger batch slows down on a CPU; mere waiting is not.
        self._turns.measured(part, time.thread_time() - cpu_began_s)
        self._tell(BatchRan(part[0].model, len(part), waited_s, infer_s))
        for call, output in zip(part, outputs, strict=True):
            self._finish(call, output, infer_s)
        return None

    def _smaller(self, part: Sequence[Call], error: BaseException) -> Sequence[Sequence[Call]]:
        if len(part) == 1:
            part[0].fail(error)
            return ()
        if isinstance(error, GpuOutOfMemory):
            self._turns.overflowed(part)
            half = (len(part) + 1) // 2
            return part[:half], part[half:]
        return [[call] for call in part]
