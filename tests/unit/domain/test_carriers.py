"""Who sends next."""

from collections import Counter
from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from domain.model.carriers import Pool, next_carriers, shares
from domain.model.webhook import Lane

POOL = Pool(total=8, per_tenant=4, per_host=2)
A1, A2, A3, B1 = Lane("a", "1"), Lane("a", "2"), Lane("a", "3"), Lane("b", "1")
LANES = st.builds(Lane, st.sampled_from("abcd"), st.sampled_from("123456"))


def chosen(due: Sequence[Lane], running: Mapping[Lane, int] | None = None) -> list[Lane]:
    room = shares({*due, *(running or {})}, POOL)
    return list(next_carriers(due, running or {}, lambda lane: room[lane], POOL))


def test_a_lane_alone_has_its_hosts_whole_room() -> None:
    assert chosen([A1]) == [A1, A1]
    assert chosen([A1], {A1: 1}) == [A1]
    assert chosen([A1], {A1: 2}) == []


def test_tenants_take_turns() -> None:
    assert chosen([A1, A2, A3, Lane("b", "9")])[:2] == [A1, Lane("b", "9")]


def test_no_tenant_takes_more_than_its_part_of_the_pool() -> None:
    many = [Lane("a", str(number)) for number in range(20)]
    assert len(chosen(many)) == POOL.per_tenant
    assert len(chosen([*many, Lane("b", "x")])) == POOL.per_tenant + 2


def test_tenants_of_one_host_share_it() -> None:
    assert chosen([A1, B1]) == [A1, B1]
    assert shares([A1, B1, Lane("c", "1")], POOL) == dict.fromkeys([A1, B1, Lane("c", "1")], 1)


def test_a_lane_without_room_is_passed_over() -> None:
    assert list(next_carriers([A1, A2], {}, lambda lane: int(lane == A2), POOL)) == [A2]


@given(due=st.lists(LANES, unique=True), running=st.dictionaries(LANES, st.integers(1, 2)))
def test_no_limit_is_ever_passed(due: list[Lane], running: dict[Lane, int]) -> None:
    start = chosen(due, running)
    busy = Counter(running) + Counter(start)
    assert set(start) <= set(due)
    assert not start or busy.total() <= POOL.total
    for tenant in {lane.tenant for lane in start}:
        assert sum(n for lane, n in busy.items() if lane.tenant == tenant) <= POOL.per_tenant
    for lane in start:
        assert busy[lane] <= POOL.per_host
