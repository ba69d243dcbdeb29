"""Label values out of a closed set: each new value is a new time series, kept for ever."""

from collections.abc import Callable, Iterable, Iterator

from domain.model.errors import DarkroomError

OTHER = "other"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "GRPC"})
STATUS_CLASSES = frozenset({"1xx", "2xx", "3xx", "4xx", "5xx"})
LEASE_LOST = "lease_lost"

Label = Callable[[str], str]


def one_of(known: Iterable[str]) -> Label:
    """What is not `known` counts as "other"."""
    closed = frozenset(known)
    return lambda value: value if value in closed else OTHER


def first_seen(room: int, max_chars: int = 100) -> Label:
    """A set that nobody can list beforehand, closed after `room` values. Its values come from
    our own code; the room is the safety valve for the day when they do not."""
    seen: set[str] = set()

    def label(value: str) -> str:
        if value in seen:
            return value
        if len(seen) == room or len(value) > max_chars or not value.isascii():
            return OTHER
        seen.add(value)
        return value

    return label


def retry_reasons() -> frozenset[str]:
    """Why an attempt is repeated: a transient error's code, or a lease that nobody renewed."""
    return frozenset({LEASE_LOST, *(e.code for e in _tree(DarkroomError) if e.transient)})


def _tree(root: type[DarkroomError]) -> Iterator[type[DarkroomError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)
