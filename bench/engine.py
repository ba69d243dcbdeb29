"""How busy the batcher keeps a device, and how much of that the whole service keeps.

    .venv/bin/python bench/engine.py [--seconds 5] [--rounds 3]

The device is a SIMULATION: a batch of n sleeps 20 ms + 2 ms·n and takes no CPU, so that what is
seen is the service and not a model. Everything runs in turn in each round; a ratio is the median
over the rounds. The production stack needs RabbitMQ and Redis.
"""

import argparse
import asyncio
import io
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import uvloop
from measuring.driving import Driven, naive, ours
from measuring.load import closed_loop
from measuring.posts import posts, succeeded
from measuring.programs import ROOT
from measuring.report import finish, numbers, progress, show
from measuring.servers import BROKER_URL, REDIS_URL, own_servers
from measuring.stacks import Stack, embedded, install_model, production
from PIL import Image
from simulated.device import SimulatedDevice, cost_s

BATCH = 8
SIZES = (1, 2, 4, 8, 16)
MODEL = ROOT / "bench" / "simulated" / "device.py"
SAMPLE = ROOT / "src" / "darkroom" / "samples" / "astronaut.jpg"
GOALS = {"busy": 0.95, "embedded": 0.85, "production": 0.8}
WARM_UP_S = 2.0

Round = Mapping[str, float]
"""Items a second by what was measured; `busy` is a share."""


def main() -> None:
    asked = _arguments()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = stack.enter_context(own_servers(asked.broker_url, asked.redis_url))
        install_model(folder / "site", MODEL, "simulated", "SimulatedDevice")
        settings = {
            "MODELS": "simulated", "MAX_BATCH_SIZE": str(BATCH),
            "WORKER_CONCURRENCY": str(asked.clients),
        }  # fmt: skip
        stacks = [
            stack.enter_context(embedded(folder / "dev", folder / "site", **settings)),
            stack.enter_context(production(servers, folder / "prod", folder / "site", **settings)),
        ]
        requests = posts("simulated", _picture())
        for each in stacks:
            _behind(each, requests, asked.clients, min(WARM_UP_S, asked.seconds))
        rounds = [
            _round(number, stacks, requests, asked.clients, asked.seconds)
            for number in range(asked.rounds)
        ]
    _report(rounds, _curve(asked.seconds / 3), asked.clients)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each phase")
    parser.add_argument("--rounds", type=int, default=3, help="each: everything, in turn")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--broker-url", default=BROKER_URL, help="a vhost is made beside its own")
    parser.add_argument("--redis-url", default=REDIS_URL, help="has to be empty")
    return parser.parse_args()


def _picture() -> bytes:
    """A 256 px JPEG of about 20 kB: what it takes to send, store and decode one is part of it."""
    file = io.BytesIO()
    Image.open(SAMPLE).convert("RGB").resize((256, 256)).save(file, "JPEG", quality=92)
    return file.getvalue()


def _round(
    number: int, stacks: Sequence[Stack], requests: Iterator[bytes], clients: int, seconds: float
) -> Round:
    driven: dict[str, Driven] = {}

    def drive(how: Callable[[int, float, int], object], name: str) -> float:
        driven[name] = asyncio.run(how(clients, seconds, BATCH))  # type: ignore[arg-type]
        return driven[name].rate

    measures: dict[str, Callable[[], float]] = {
        "bare": lambda: _bare(seconds),
        "ours": lambda: drive(ours, "ours"),
        "naive": lambda: drive(naive, "naive"),
        **{each.name: lambda each=each: _behind(each, requests, clients, seconds)  # type: ignore[misc]
           for each in stacks},
    }  # fmt: skip
    names = list(measures)[:: 1 if number % 2 else -1]
    rates = {name: measures[name]() for name in names}
    progress(f"round {number + 1}: " + ", ".join(f"{name} {rates[name]:.0f}/s" for name in names))
    return rates | {"busy": driven["ours"].busy, "naive busy": driven["naive"].busy}


def _bare(seconds: float) -> float:
    """Full batches one after the other: what this device can do at best on this machine now."""
    device, began_s, items = SimulatedDevice(), time.monotonic(), 0
    while time.monotonic() < began_s + seconds:
        items += len(device.infer(range(BATCH)))
    return items / (time.monotonic() - began_s)


def _behind(stack: Stack, requests: Iterator[bytes], clients: int, seconds: float) -> float:
    load = uvloop.run(closed_loop(stack.port, requests, clients, seconds, succeeded))
    return load.steady_rate


def _curve(seconds: float) -> dict[int, Driven]:
    return {size: asyncio.run(ours(4 * size, seconds, size)) for size in SIZES}


def _report(rounds: Sequence[Round], curve: Mapping[int, Driven], clients: int) -> None:
    show(
        f"A simulated device behind {clients} clients, batches of {BATCH} at most, median "
        f"(lowest to highest) of {len(rounds)} rounds",
        ("what", "items/s", "over bare", "goal"),
        [_row(rounds, name) for name in ("bare", "ours", "naive", "embedded", "production")],
    )
    show(
        "The device at work (share of the time)",
        ("batcher", "median", "lowest", "highest", "goal"),
        [("ours", *numbers([each["busy"] for each in rounds]), f"≥ {GOALS['busy']}"),
         ("naive", *numbers([each["naive busy"] for each in rounds]), "")],
    )  # fmt: skip
    show(
        "By largest batch, 4 callers an item of it",
        ("largest batch", "items/s", "of the possible", "mean batch", "device at work"),
        [(str(size), f"{seen.rate:.0f}", f"{seen.rate * cost_s(size) / size:.2f}",
          f"{seen.batch:.1f}", f"{seen.busy:.2f}") for size, seen in curve.items()],
    )  # fmt: skip
    finish({
        "busy": median(each["busy"] for each in rounds),
        "batch_curve": {str(size): seen.rate for size, seen in curve.items()},
        "vs_naive": median(each["ours"] / each["naive"] for each in rounds),
        "dev_ratio": median(_over_bare(rounds, "embedded")),
        "prod_ratio": median(_over_bare(rounds, "production")),
    })  # fmt: skip


def _row(rounds: Sequence[Round], name: str) -> tuple[str, str, str, str]:
    rates = [each[name] for each in rounds]
    goal = f"≥ {GOALS[name]}" if name in GOALS else ""
    return (
        name,
        f"{median(rates):.0f} ({min(rates):.0f} to {max(rates):.0f})",
        f"{median(_over_bare(rounds, name)):.2f}",
        goal,
    )


def _over_bare(rounds: Sequence[Round], name: str) -> list[float]:
    return [each[name] / each["bare"] for each in rounds]


if __name__ == "__main__":
    main()
