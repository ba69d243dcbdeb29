"""How fast the PROD gateway takes tasks, against a bare FastAPI route that calls Celery.

    .venv/bin/python bench/gateway.py [--seconds 6] [--rounds 5]

Both run at once and are loaded in turn, so that a busy neighbour harms both alike; the ratio is
the median over the rounds. Needs RabbitMQ and Redis; makes a vhost, empties its Redis database.
"""

import argparse
import json
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from urllib.error import URLError

import uvloop
from measuring.load import Load, closed_loop
from measuring.network import free_port
from measuring.programs import ROOT, cpu_s, environment, rest_s, run, running
from measuring.report import finish, numbers, progress, show
from measuring.servers import BROKER_URL, REDIS_URL, Servers, own_servers

GOAL = 1.5
KEY = "a-key-for-the-bench-of-the-gateway"
MANY = str(10_000_000)
LAST_WORK_LIMIT_S = 30.0
PIECES_ROUNDS = "3"

Pieces = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two gateways."""

    name: str
    port: int
    pid: int


@dataclass(frozen=True, slots=True)
class Phase:
    """One gateway under load. `cpu_ms`: of its process, an answer, all that it put off included;
    `late_ms`: the part after the last answer. `behind_ms`: of the machine's RabbitMQ and Redis."""

    load: Load
    cpu_ms: float
    late_ms: float
    behind_ms: float


def main() -> None:
    asked = _arguments()
    with ExitStack() as stack:
        servers = stack.enter_context(own_servers(asked.broker_url, asked.redis_url))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sides = [_ours(stack, servers, folder / "ours"), _bare(stack, servers, folder / "bare")]
        requests = {side.name: _requests(side.name) for side in sides}
        rounds: list[dict[str, Phase]] = []
        for number in range(asked.rounds + 1):  # the first one warms up
            order = sides if number % 2 else sides[::-1]
            seconds = asked.seconds if number else min(asked.seconds, 2.0)
            rounds.append(
                {side.name: _measure(side, requests[side.name], servers.pids, asked.clients,
                                      seconds)
                 for side in order}
            )  # fmt: skip
            progress(f"round {number} of {asked.rounds}: " + ", ".join(
                f"{name} {phase.load.rate:.0f}/s" for name, phase in rounds[-1].items()
            ))  # fmt: skip
        words = [ROOT / "bench" / "ours" / "submit_pieces.py", str(asked.pieces), PIECES_ROUNDS]
        pieces: Pieces = json.loads(run(words, folder, _settings(servers, folder)))
    _report(rounds[1:], asked.clients, pieces)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="of each phase")
    parser.add_argument("--rounds", type=int, default=5, help="each: both, one after the other")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--pieces", type=int, default=1000, help="submits to weigh each piece by")
    parser.add_argument("--broker-url", default=BROKER_URL, help="a vhost is made beside its own")
    parser.add_argument("--redis-url", default=REDIS_URL, help="has to be empty")
    return parser.parse_args()


def _ours(stack: ExitStack, servers: Servers, folder: Path) -> Side:
    port = free_port()
    words = ["-m", "entrypoints.cli.main", "serve", "--port", str(port)]
    return _side(stack, "darkroom", port, words, folder, _settings(servers, folder))


def _settings(servers: Servers, folder: Path) -> dict[str, str]:
    return environment(
        APP_ENV="PROD", MODELS="invert", API_KEYS=f"default:{KEY}",
        STORAGE_BACKEND="local", DATA_DIR=str(folder), URL_SIGNING_SECRET=KEY,
        BROKER_URL=servers.broker_url, REDIS_URL=servers.redis_url,
        RATE_LIMIT_PER_MINUTE=MANY, MAX_QUEUE_DEPTH=MANY, LOG_FILE=str(folder / "pieces.log"),
    )  # fmt: skip


def _bare(stack: ExitStack, servers: Servers, folder: Path) -> Side:
    port = free_port()
    words: Sequence[str | Path] = [ROOT / "bench" / "bare" / "gateway.py", str(port)]
    env = environment(BROKER_URL=servers.broker_url)
    return _side(stack, "bare", port, words, folder, env)


def _side(
    stack: ExitStack, name: str, port: int, words: Sequence[str | Path], folder: Path,
    env: dict[str, str],
) -> Side:  # fmt: skip
    folder.mkdir()
    pid = stack.enter_context(running(words, folder, env, lambda: _is_ready(port)))
    return Side(name, port, pid)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _requests(name: str) -> Iterator[bytes]:
    """No two alike: each is a task of its own."""
    for number in count():
        body = json.dumps({
            "model": "invert", "priority": "normal", "params": {},
            "input": {"image_url": "https://example.com/pictures/photo.jpg"},
            "client_request_id": f"{name}-{number}",
        }).encode()  # fmt: skip
        yield (
            f"POST /v1/tasks HTTP/1.1\r\nhost: localhost\r\nx-api-key: {KEY}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        ).encode() + body


def _measure(
    side: Side, requests: Iterator[bytes], behind: Sequence[int], clients: int, seconds: float
) -> Phase:
    before_s, behind_before_s = cpu_s(side.pid), sum(map(cpu_s, behind))
    load = uvloop.run(closed_loop(side.port, requests, clients, seconds))
    answered_s = cpu_s(side.pid)
    done_s = rest_s(side.pid, LAST_WORK_LIMIT_S)
    behind_s = sum(map(cpu_s, behind)) - behind_before_s
    answers_k = len(load.latencies_s) / 1000
    return Phase(
        load, (done_s - before_s) / answers_k, (done_s - answered_s) / answers_k,
        behind_s / answers_k,
    )  # fmt: skip


def _report(rounds: list[dict[str, Phase]], clients: int, pieces: Pieces) -> None:
    show(
        f"Submitting, {clients} clients, median (lowest to highest) of {len(rounds)} rounds",
        ("gateway", "requests/s", "p50 ms", "p99 ms", "CPU ms/request", "of it after the answer",
         "RabbitMQ + Redis CPU ms/request"),
        [_row(name, [each[name] for each in rounds]) for name in ("darkroom", "bare")],
    )  # fmt: skip
    rates = [each["darkroom"].load.rate / each["bare"].load.rate for each in rounds]
    costs = [each["darkroom"].cpu_ms / each["bare"].cpu_ms for each in rounds]
    show(
        "Darkroom over bare",
        ("ratio", "median", "lowest", "highest", "goal"),
        [("requests/s", *numbers(rates), f"≥ {GOAL:g}"),
         ("CPU per request", *numbers(costs), "less is better")],
    )  # fmt: skip
    _show_pieces(median(each["darkroom"].cpu_ms for each in rounds), pieces)
    finish({"submit_ratio": median(rates), "submit_cpu_ratio": median(costs)})


def _show_pieces(cpu_ms: float, pieces: Pieces) -> None:
    costs = {
        "HTTP routes, rules, log, metrics": pieces["rules"],
        "rate limit in Redis": pieces["limiter"] - pieces["rules"],
        "ledger in Redis": pieces["ledger"] - pieces["limiter"],
        "publish to RabbitMQ, confirmed": pieces["queue"] - pieces["ledger"],
        "noting afterwards that it was": pieces["notes"],
    }
    costs["the rest: HTTP server, contention"] = cpu_ms - sum(costs.values())
    show(
        f"Where the {cpu_ms:.2f} ms of our gateway go",
        ("piece", "CPU ms/request"),
        [(name, f"{cost:.2f}") for name, cost in costs.items()],
    )


def _row(name: str, phases: list[Phase]) -> tuple[str, ...]:
    rates = [phase.load.rate for phase in phases]
    return (
        name,
        f"{median(rates):.0f} ({min(rates):.0f} to {max(rates):.0f})",
        f"{median(phase.load.percentile_ms(0.5) for phase in phases):.1f}",
        f"{median(phase.load.percentile_ms(0.99) for phase in phases):.1f}",
        f"{median(phase.cpu_ms for phase in phases):.2f}",
        f"{median(phase.late_ms for phase in phases):.2f}",
        f"{median(phase.behind_ms for phase in phases):.2f}",
    )


if __name__ == "__main__":
    main()
