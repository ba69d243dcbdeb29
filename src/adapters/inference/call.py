"""One work on its way through prepare, infer and postprocess."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from domain.model.batching import Waiting
from domain.model.control import Stop, Stopped
from domain.model.errors import InferenceFailed
from domain.model.runner import ModelRunner, RunnerInput
from ports.inference import Inferred


@dataclass(slots=True, eq=False, kw_only=True)
class Call(Waiting):
    """`answer` stays pending until the end, so that its caller may cancel it at any time.
    `mates`: the calls it shares the device with just now, itself included. `on_progress`: called
    whenever the model reports some from there."""

    runner: ModelRunner
    work: RunnerInput
    on_progress: Callable[[], None]
    answer: Future[Inferred] = field(default_factory=Future)
    prepared: Any = None
    prepare_s: float = 0
    mates: Sequence["Call"] = ()

    @property
    def over(self) -> bool:
        """Whether it has its answer, or nobody waits for that any more."""
        return self.answer.done()

    def succeed(self, inferred: Inferred) -> None:
        with suppress(InvalidStateError):
            self.answer.set_result(inferred)

    def fail(self, error: BaseException) -> None:
        with suppress(InvalidStateError):
            self.answer.set_exception(presentable(error))

    def checkpoint(self, done: float) -> None:
        """The task's own checkpoint. Where that raises, the call is over at once; its batch is
        left alone while somebody else in it still wants a result."""
        if self.mates and done > 0:
            self.on_progress()
        reason: BaseException = Stopped(Stop.CANCELED)
        if not self.over:
            try:
                self.work.checkpoint(done)
            except BaseException as error:
                self.fail(error)
                reason = error
        if self.over and all(mate.over for mate in self.mates):
            raise reason

    def still_wanted(self) -> bool:
        """Asked before the device is: a task may be canceled while it waits."""
        with suppress(BaseException):
            self.checkpoint(0.0)
        return not self.over


def presentable(error: BaseException) -> Exception:
    """What may be raised in the event loop: an exit or StopIteration would upset that."""
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    failed = InferenceFailed(f"The model raised {type(error).__name__}.")
    failed.__cause__ = error
    return failed
