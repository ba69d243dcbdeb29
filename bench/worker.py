"""What our worker adds to a task, against a bare Celery and a bare Dramatiq worker.

    .venv/bin/python bench/worker.py [--seconds 3 | --tasks N] [--rounds 3]

All four take tasks that do nothing from RabbitMQ, one worker after the other in each round, 8 at
a time; the backlog is published before. Needs RabbitMQ and Redis; makes a vhost, empties its
Redis database.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import redis
from measuring.draining import Depth, Drained, drained
from measuring.programs import run, running
from measuring.report import finish, numbers, progress, show
from measuring.servers import BROKER_URL, REDIS_URL, Servers, own_servers
from measuring.workers import LIBRARIES, OURS, Side, four_sides

GOAL_MS = 2.0
PILOT = 200
PIECES_ROUNDS = 3
ENDED = "darkroom:due:purgeable"
"""Where the ledger lists the tasks that have ended."""

Rounds = Sequence[Mapping[str, Drained]]
Pieces = Mapping[str, float]


def main() -> None:
    asked = _arguments()
    with ExitStack() as stack:
        servers = stack.enter_context(own_servers(asked.broker_url, asked.redis_url))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sides = four_sides(servers, folder)
        depth = Depth(servers.broker_url)
        tasks = _tasks(sides, depth, asked.seconds, asked.tasks)
        rounds = _rounds(sides, depth, tasks, asked.rounds)
        _refuse_losses(servers)
        pieces: Pieces = json.loads(
            run(
                [OURS / "pieces.py", str(asked.pieces), str(min(PIECES_ROUNDS, asked.rounds))],
                folder,
                sides[0].env,
            )
        )
    _report(rounds, pieces)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each worker in a round")
    parser.add_argument("--tasks", type=int, help="each, instead of what fills SECONDS")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pieces", type=int, default=200, help="tasks to weigh each piece by")
    parser.add_argument("--broker-url", default=BROKER_URL, help="a vhost is made beside its own")
    parser.add_argument("--redis-url", default=REDIS_URL, help="has to be empty")
    return parser.parse_args()


def _tasks(
    sides: Sequence[Side], depth: Depth, seconds: float, wanted: int | None
) -> Mapping[str, int]:
    """How many each takes in a round. A first round, which is not kept, tells what fills
    `seconds`, unless a number is `wanted`."""
    if wanted is not None:
        return {side.name: wanted for side in sides}
    pilot = {side.name: _measure(side, depth, PILOT) for side in sides}
    return {name: max(PILOT, int(seconds * seen.rate)) for name, seen in pilot.items()}


def _rounds(sides: Sequence[Side], depth: Depth, tasks: Mapping[str, int], wanted: int) -> Rounds:
    rounds = []
    for number in range(wanted):
        order = sides[::-1] if number % 2 else sides
        rounds.append({side.name: _measure(side, depth, tasks[side.name]) for side in order})
        told = ", ".join(f"{name} {seen.rate:.0f}/s" for name, seen in rounds[-1].items())
        progress(f"round {number + 1} of {wanted}: {told}")
    return rounds


def _measure(side: Side, depth: Depth, tasks: int) -> Drained:
    run([*side.publish, str(tasks)], side.folder, side.env)
    with running(side.work, side.folder, side.env) as pid:
        return drained(depth, side.queue, pid, tasks)


def _refuse_losses(servers: Servers) -> None:
    """A bench of a worker that loses tasks would be worth nothing."""
    with redis.Redis.from_url(servers.redis_url) as client:
        rows = sum(1 for _ in client.scan_iter("darkroom:task:*", count=1000))
        ended = client.zcard(ENDED)
    if rows != ended:
        raise RuntimeError(f"{rows} tasks were accepted, {ended} have ended")


def _report(rounds: Rounds, pieces: Pieces) -> None:
    show(
        f"No-ops, 8 at a time, median (lowest to highest) of {len(rounds)} rounds",
        ("worker", "tasks/s", "CPU ms/task"),
        [_row(name, [each[name] for each in rounds]) for name in rounds[0]],
    )
    added = {library: _added_ms(rounds, library) for library in LIBRARIES}
    ratios = {library: _ratios(rounds, library) for library in LIBRARIES}
    show(
        "Darkroom against bare",
        ("", "median", "lowest", "highest", "goal"),
        [*((f"{library}: CPU ms/task added", *numbers(added[library]), f"≤ {GOAL_MS:g}")
           for library in LIBRARIES),
         *((f"{library}: tasks/s ratio", *numbers(ratios[library]), "") for library in LIBRARIES)],
    )  # fmt: skip
    for library in LIBRARIES:
        cpu_ms = median(each[f"darkroom, {library}"].cpu_ms for each in rounds)
        _show_pieces(library, cpu_ms, pieces)
    finish(
        {f"{library}_added_cpu_ms": median(added[library]) for library in LIBRARIES}
        | {f"{library}_ratio": median(ratios[library]) for library in LIBRARIES}
    )


def _row(name: str, seen: Sequence[Drained]) -> tuple[str, str, str]:
    rates, costs = [each.rate for each in seen], [each.cpu_ms for each in seen]
    return (
        name,
        f"{median(rates):.0f} ({min(rates):.0f} to {max(rates):.0f})",
        f"{median(costs):.2f} ({min(costs):.2f} to {max(costs):.2f})",
    )


def _added_ms(rounds: Rounds, library: str) -> list[float]:
    return [each[f"darkroom, {library}"].cpu_ms - each[f"bare {library}"].cpu_ms for each in rounds]


def _ratios(rounds: Rounds, library: str) -> list[float]:
    return [each[f"darkroom, {library}"].rate / each[f"bare {library}"].rate for each in rounds]


def _show_pieces(library: str, cpu_ms: float, pieces: Pieces) -> None:
    ledger = pieces["ledger"] - pieces["blobs"]
    costs = {
        "the use case: claim, lease, settle": pieces["use case"],
        "log lines": pieces["log"] - pieces["use case"],
        "device thread": pieces["device thread"] - pieces["log"],
        "result to disk": pieces["blobs"] - pieces["device thread"],
        "ledger on Redis": ledger,
        f"{library} pulled, one a slot": pieces[library] - pieces["use case"],
    }
    if library == "celery":
        costs["states for AsyncResult, Flower"] = (
            pieces["celery, mirrored"] - pieces["celery"] - ledger
        )
    costs["the rest: beats, recovery, contention"] = cpu_ms - sum(costs.values())
    show(
        f"Where the {cpu_ms:.2f} ms of our {library} worker go",
        ("piece", "CPU ms/task"),
        [(name, f"{cost:.2f}") for name, cost in costs.items()],
    )


if __name__ == "__main__":
    main()
