"""Facts of every kind, with the worst values their fields can hold."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import strategies as st

from domain.model.errors import DarkroomError, FetchFailed, ImageCorrupt, InternalError
from domain.model.events import (
    AttemptFailed,
    BatchRan,
    Event,
    LoopFailed,
    MessageParked,
    ModelLoaded,
    ModelNotLoaded,
    ModelsNotReloaded,
    ModelsReloaded,
    PublishFailed,
    RequestServed,
    StaleWriteRefused,
    StreamClosed,
    StreamOpened,
    UnknownWakeup,
    WebhookTried,
)
from domain.model.life_cycle import (
    TaskPolicy,
    cancel,
    claim,
    expire,
    fail,
    hand_back,
    lapse,
    new_task,
    succeed,
)
from domain.model.priority import Priority
from domain.model.request import TaskRequest
from domain.model.task import Moved, Result, Task, TaskMoved, Timing
from domain.model.webhook import Delivery, EventType, Outcome

POLICY = TaskPolicy()
NOW = 1_700_000_000.0
MARK = "7f3a-nobody-s-label"
"""In every id and every text a user can choose: it must not turn up where values multiply."""

HOSTILE = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(
    ["", "\x1b[2J", 'a"b\\c\nd', "\ud800", "x" * 100_000, "{}", "%s%n", "\u202e", "\0"]
)
MARKED = HOSTILE.map(lambda text: text + MARK)
TENANTS = st.integers(0, 10**6).map(lambda number: f"tenant-{number}")
IDS = st.uuids().map(lambda uuid: f"{uuid}-{MARK}")
SECONDS = st.floats(0, 1e6) | st.sampled_from([0.0, 1e-9, 1e12])
ATTEMPTS = st.integers(1, 10**9)
ROUTES = st.sampled_from(["/v1/tasks", "/v1/tasks/{task_id}", "/health", "/metrics", "unmatched"])
METHODS = st.sampled_from(["GET", "POST", "DELETE", "HEAD"])
OPERATORS = st.lists(st.sampled_from(["echo", "upscale", "sd15"])).map(tuple)
"""Names that no caller chooses."""
ERRORS = st.sampled_from([FetchFailed, ImageCorrupt, InternalError])


@st.composite
def errors(draw: st.DrawFn) -> DarkroomError:
    return draw(ERRORS)(draw(MARKED))


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    request = TaskRequest(
        model=draw(st.sampled_from(["echo", "upscale"]) | MARKED),
        priority=draw(st.sampled_from(Priority)),
        client_request_id=draw(MARKED),
    )
    return new_task(
        draw(IDS), draw(TENANTS), request, NOW,
        request_id=draw(IDS), charged=draw(st.integers(0, 5)), start_by=NOW,
    )  # fmt: skip


@st.composite
def moves(draw: st.DrawFn) -> TaskMoved:
    task, waited_s = draw(tasks()), draw(SECONDS)
    running = claim(task, NOW + waited_s, f"worker-{draw(st.integers(0))}", POLICY).task
    ends = {
        "claim": lambda: claim(task, NOW + waited_s, "worker-1", POLICY),
        "succeed": lambda: succeed(running, running.attempt, NOW, _result(), _timing(draw), POLICY),
        "fail": lambda: fail(running, running.attempt, NOW, draw(errors()), POLICY, 0.5),
        "hand_back": lambda: hand_back(running, running.attempt, NOW),
        "lapse": lambda: lapse(running, NOW + waited_s + 1e6, POLICY),
        "cancel": lambda: cancel(task, NOW + waited_s, POLICY),
        "expire": lambda: expire(task, NOW + waited_s, POLICY),
    }
    moved = ends[draw(st.sampled_from(sorted(ends)))]()
    assert isinstance(moved, Moved)
    assert moved.event is not None
    return moved.event


def _result() -> Result:
    return Result(key=f"results/{MARK}", content_type="image/png", bytes=1, sha256="ab")


def _timing(draw: st.DrawFn) -> Timing:
    return replace(Timing(), infer_ms=draw(st.integers(0, 10**9)), fetch_ms=draw(st.integers(0, 9)))


def requests(
    route: st.SearchStrategy[str] = ROUTES, method: st.SearchStrategy[str] = METHODS
) -> st.SearchStrategy[RequestServed]:
    status = st.integers(100, 599) | st.integers()
    return st.builds(
        RequestServed, method, route, status, SECONDS, request_id=IDS, tenant=st.none() | TENANTS
    )


def troubles() -> st.SearchStrategy[Any]:
    loops = st.sampled_from(["recover", "confirm", "purge", "lease", "http"])
    return st.one_of(
        st.builds(StaleWriteRefused, IDS, ATTEMPTS, MARKED),
        st.builds(UnknownWakeup, MARKED),
        st.builds(PublishFailed, IDS, MARKED),
        st.builds(LoopFailed, loops, MARKED),
        st.builds(WebhookTried, deliveries(), SECONDS),
        st.builds(AttemptFailed, IDS, ATTEMPTS, MARKED, MARKED),
        st.builds(BatchRan, MARKED, st.integers(1, 99), SECONDS, SECONDS),
        st.builds(ModelLoaded, MARKED, MARKED, SECONDS),
        st.builds(MessageParked, MARKED),
        st.builds(StreamOpened) | st.builds(StreamClosed),
        st.builds(ModelsReloaded, OPERATORS, OPERATORS, OPERATORS),
        st.builds(ModelsNotReloaded, MARKED),
        st.builds(ModelNotLoaded, MARKED, MARKED),
    )


def deliveries() -> st.SearchStrategy[Delivery]:
    return st.builds(
        Delivery, delivery_id=IDS, tenant=MARKED, url=MARKED, host=MARKED,
        type=st.sampled_from(EventType), created_at=SECONDS, forget_at=SECONDS, task_id=IDS,
        outcome=st.sampled_from(Outcome), tries=ATTEMPTS, status=st.none() | st.integers(),
        error=st.none() | MARKED,
    )  # fmt: skip


def facts() -> st.SearchStrategy[Event]:
    """What our own code tells: routes are templates, methods and loops are known ones."""
    return st.one_of(moves(), requests(), troubles())


def random_life(random: Random) -> Iterator[Event]:
    """All that is told of one task, with every name in it made up."""
    word = f"{random.getrandbits(64):x}"
    priority = random.choice(list(Priority))
    request = TaskRequest(model=random.choice(["echo", "upscale", word]), priority=priority)
    running = claim(new_task(word, word, request, NOW), NOW + random.expovariate(1), word, POLICY)
    error = random.choice([kind for kind in _tree(DarkroomError) if catalogued(kind)])(word)
    ended = random.choice([
        lambda task: fail(task, 1, NOW, error, POLICY, random.random()),
        lambda task: succeed(task, 1, NOW, _result(), Timing(infer_ms=5), POLICY),
        lambda task: lapse(task, NOW + 1e6, POLICY),
    ])(running.task)  # fmt: skip
    for moved in (running, ended):
        assert moved.event is not None
        yield moved.event
    yield UnknownWakeup(word)
    yield AttemptFailed(word, 1, word, word)


def catalogued(kind: type[DarkroomError]) -> bool:
    """Elsewhere a use case may have one of its own, with more to say."""
    return kind.__module__.startswith("domain.model.errors")


def _tree(kind: type[DarkroomError]) -> Iterator[type[DarkroomError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)


def absurd_facts() -> st.SearchStrategy[Event]:
    """What it would tell if it had a defect: routes and methods without end."""
    return facts() | requests(HOSTILE, HOSTILE) | st.builds(LoopFailed, HOSTILE, MARKED)
