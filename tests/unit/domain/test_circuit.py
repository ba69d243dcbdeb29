"""When a receiver is left alone, and who may try it then."""

from domain.model.circuit import FIRST_S, LONGEST_S, STRIKES, Circuit

NOW = 100.0


def struck(times: int) -> Circuit:
    circuit = Circuit()
    for _ in range(times):
        circuit = circuit.after(False, NOW)
    return circuit


def test_a_few_silences_close_nothing() -> None:
    assert struck(STRIKES - 1).room(4, NOW) == 4


def test_then_nobody_tries_for_a_while_and_after_it_one_does() -> None:
    circuit = struck(STRIKES)
    assert circuit.room(4, NOW) == 0
    assert circuit.room(4, NOW + FIRST_S - 0.001) == 0
    assert circuit.room(4, NOW + FIRST_S) == 1


def test_each_failure_from_then_on_doubles_the_while_up_to_a_limit() -> None:
    waits = [struck(STRIKES + more).open_until - NOW for more in range(6)]
    assert waits == [5, 10, 20, 40, 60, 60]
    assert struck(10_000).open_until == NOW + LONGEST_S


def test_one_answer_closes_it() -> None:
    circuit = struck(STRIKES + 3).after(True, NOW)
    assert circuit == Circuit()
    assert circuit.room(4, NOW) == 4
