"""Tasks to store and send: plain ones by domain calls, arbitrary ones by Hypothesis."""

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass, replace
from itertools import count
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from domain.model.errors import ImageCorrupt
from domain.model.life_cycle import TaskPolicy, claim, erase, fail, new_task, succeed
from domain.model.priority import Priority
from domain.model.request import TaskRequest
from domain.model.task import Result, Task, Timing
from domain.model.wakeup import VERSION, Wakeup, wakeup_for

START = 1_700_000_000.0
POLICY = TaskPolicy()
RESULT = Result(key="results/a", content_type="image/png", bytes=3, sha256="ab", size=(4, 4))

_numbers = count(1)


class SteppedClock:
    """Seconds that pass when a test says so."""

    def __init__(self, start_s: float = START) -> None:
        self.seconds = start_s

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


def fresh_id() -> str:
    """Rising, as UUIDv7 are."""
    return f"task-{next(_numbers):08}"


def pending(
    tenant: str = "acme", at: float = START, request: TaskRequest | None = None, **facts: object
) -> Task:
    return new_task(fresh_id(), tenant, request or TaskRequest(model="echo"), at, **facts)


def succeeded(task: Task, at: float) -> Task:
    return succeed(claim(task, at, "w", POLICY).task, 1, at, RESULT, Timing(), POLICY).task


def failed(task: Task, at: float) -> Task:
    return fail(claim(task, at, "w", POLICY).task, 1, at, ImageCorrupt(), POLICY, 0.0).task


def erased(task: Task, at: float) -> Task:
    return erase(succeeded(task, at), at)


def wakeup(priority: Priority = Priority.NORMAL) -> Wakeup:
    return wakeup_for(pending(request=TaskRequest(model="echo", priority=priority)))


_floats = st.floats(allow_nan=False, allow_infinity=False)
"""As JSON knows them."""
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | _floats | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_atoms = {
    str: st.text(),
    int: st.integers(0, 2**40),
    float: _floats,
    Any: _json,
}


def _values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a field of this type; a field added to a dataclass is drawn from then on."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint in _atoms:
        return _atoms[hint]
    if origin is UnionType:
        return st.none() | _values(inner[0])
    if origin in (dict, Mapping):
        return st.dictionaries(st.text(), _values(inner[1]), max_size=3)
    if origin is Sequence:
        return st.lists(_values(inner[0]), max_size=3).map(tuple)
    return _records(hint) if is_dataclass(hint) else st.from_type(hint)


def _records(cls: Any, **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    hints = {name: hint for name, hint in get_type_hints(cls).items() if name not in given}
    return st.builds(cls, **given, **{name: _values(hint) for name, hint in hints.items()})


requests: st.SearchStrategy[TaskRequest] = _records(TaskRequest)
tasks: st.SearchStrategy[Task] = _records(Task)
wakeups: st.SearchStrategy[Wakeup] = _records(Wakeup, v=st.just(VERSION))


def under_fresh_id(task: Task) -> Task:
    """An arbitrary task as it may lie in a ledger: its own id, and not yet to be forgotten."""
    return replace(task, task_id=fresh_id(), forget_at=None)
