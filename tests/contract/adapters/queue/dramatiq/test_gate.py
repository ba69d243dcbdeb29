from concurrent.futures import ThreadPoolExecutor

from adapters.queue.dramatiq.gate import SlotGate


def test_no_more_is_taken_than_there_are_slots() -> None:
    gate = SlotGate(2)
    assert [gate.take() for _ in range(3)] == [True, True, False]
    assert not gate.has_room()
    gate.release()
    assert gate.has_room()
    assert gate.take()


def test_nothing_is_taken_once_it_is_closed() -> None:
    gate = SlotGate(2)
    gate.close()
    assert gate.closed
    assert not gate.has_room()
    assert not gate.take()


def test_a_slot_given_back_after_the_close_is_not_taken() -> None:
    gate = SlotGate(1)
    gate.take()
    gate.close()
    gate.release()
    assert not gate.take()


def test_no_slot_is_given_twice_or_lost() -> None:
    gate = SlotGate(5)
    with ThreadPoolExecutor(8) as threads:
        taken = sum(threads.map(lambda _: gate.take(), range(400)))
        assert taken == 5
        for _ in threads.map(lambda _: gate.release(), range(taken)):
            continue
    assert [gate.take() for _ in range(6)] == [True] * 5 + [False]
