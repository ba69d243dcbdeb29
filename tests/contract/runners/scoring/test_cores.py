"""Pictures scored side by side."""

from collections.abc import Iterator
from threading import Barrier, Thread

import pytest
import torch

from adapters.runners.scoring.cores import Cores

CORES = 3
PATIENCE_S = 20.0


@pytest.fixture
def cores() -> Iterator[Cores]:
    before = torch.get_num_threads()
    torch.set_num_threads(CORES)
    cores = Cores()
    yield cores
    cores.close()
    torch.set_num_threads(before)


def test_as_many_go_at_once_as_torch_has_threads(cores: Cores) -> None:
    met = Barrier(CORES)
    assert len(cores.each(lambda _: met.wait(PATIENCE_S), range(CORES))) == CORES


def test_answers_keep_their_order(cores: Cores) -> None:
    assert cores.each(lambda item: item * item, range(20)) == [item * item for item in range(20)]


def test_torch_divides_nothing_there_and_as_before_elsewhere(cores: Cores) -> None:
    assert cores.each(lambda _: torch.get_num_threads(), range(CORES)) == [1] * CORES
    assert torch.get_num_threads() == CORES
    seen: list[int] = []
    other = Thread(target=lambda: seen.append(torch.get_num_threads()))
    other.start()
    other.join()
    assert seen == [CORES]


def test_a_failure_passes_once_its_neighbours_have_ended(cores: Cores) -> None:
    ended: list[int] = []

    def do(item: int) -> None:
        if item == 0:
            raise MemoryError
        ended.append(item)

    with pytest.raises(MemoryError):
        cores.each(do, range(10))
    assert sorted(ended) == list(range(1, 10))
