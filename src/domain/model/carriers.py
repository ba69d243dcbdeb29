"""Who sends next: a fair share of one pool for each tenant, and of a host for each of its lanes."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.model.webhook import Lane


@dataclass(frozen=True, slots=True)
class Pool:
    """Tries at once in one process: of all, of one tenant, to one host."""

    total: int = 64
    per_tenant: int = 16
    per_host: int = 4


def shares(lanes: Iterable[Lane], pool: Pool) -> Mapping[Lane, int]:
    """How many each lane may have at once: a host's room is divided among its tenants, so that one
    who holds it up leaves some to the others."""
    on_host: defaultdict[str, set[Lane]] = defaultdict(set)
    for lane in lanes:
        on_host[lane.host].add(lane)
    return {
        lane: max(1, pool.per_host // len(together))
        for together in on_host.values()
        for lane in together
    }


def next_carriers(
    due: Sequence[Lane], running: Mapping[Lane, int], room: Callable[[Lane], int], pool: Pool
) -> Sequence[Lane]:
    """The lanes to send on, one more try at once for each time it is named. Tenants take turns, and
    so do the lanes of a tenant; `room`: how many a lane takes at once now."""
    busy = Counter(running)
    tenants = Counter[str]()
    for lane, number in busy.items():
        tenants[lane.tenant] += number
    turns: dict[str, deque[Lane]] = {}
    for lane in due:
        turns.setdefault(lane.tenant, deque()).append(lane)
    chosen: list[Lane] = []
    waiting = deque(turns.values())
    while waiting and busy.total() < pool.total:
        own = waiting.popleft()
        lane = own.popleft()
        if tenants[lane.tenant] >= pool.per_tenant:
            continue
        if busy[lane] < room(lane):
            chosen.append(lane)
            busy[lane] += 1
            tenants[lane.tenant] += 1
            own.append(lane)
        if own:
            waiting.append(own)
    return chosen
