"""Real pictures through the whole service over HTTP, against the loop one writes without it.

    .venv/bin/python bench/images.py [--seconds 10] [--rounds 3]

The service is `darkroom up` on this machine's CPU; the loop decodes, infers and encodes one picture
after the other with the same models on the same cores. Both run in turn in each round; a ratio is
the median over the rounds. Then one picture of 4096 x 4096 px is enlarged twice, and the memory
watched.
"""

import argparse
import io
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from measuring.fetching import CLIENT_LIMIT_S, fetch, pictures_per_s
from measuring.memory import watched
from measuring.posts import bodies
from measuring.programs import ROOT, environment, run
from measuring.report import finish, numbers, progress, show
from measuring.stacks import Stack, embedded
from PIL import Image

GOAL = 0.9
SAMPLE = ROOT / "src" / "darkroom" / "samples" / "astronaut.jpg"
SIDE_PX = {"superres-x2": 256, "image-scoring": 512}
LARGE_PX = 4096
LOOP = ROOT / "bench" / "bare" / "images.py"

Rates = tuple[float, float]
"""Pictures a second: of the service, of the loop."""


def main() -> None:
    asked = _arguments()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        files = {model: _file(folder, side_px) for model, side_px in SIDE_PX.items()}
        service = stack.enter_context(
            embedded(folder / "service", folder, MODELS=",".join(SIDE_PX), MAX_PIXELS="70000000")
        )
        rounds: list[Mapping[str, Rates]] = []
        for number in range(asked.rounds):
            rounds.append({
                model: _measure(service, model, file, asked.clients, asked.seconds, number)
                for model, file in files.items()
            })  # fmt: skip
            progress(f"round {number + 1} of {asked.rounds}: " + ", ".join(
                f"{model} {ours:.1f}/s, loop {bare:.1f}/s"
                for model, (ours, bare) in rounds[-1].items()
            ))  # fmt: skip
        peak_mb = _peak_mb(service, _file(folder, asked.large))
    _report(rounds, peak_mb, asked.large)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each phase")
    parser.add_argument("--rounds", type=int, default=3, help="each: both, one after the other")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--large", type=int, default=LARGE_PX, help="side of the large one in px")
    return parser.parse_args()


def _file(folder: Path, side_px: int) -> Path:
    path = folder / f"{side_px}.jpg"
    file = io.BytesIO()
    Image.open(SAMPLE).convert("RGB").resize((side_px, side_px)).save(file, "JPEG", quality=92)
    path.write_bytes(file.getvalue())
    return path


def _measure(
    service: Stack, model: str, file: Path, clients: int, seconds: float, number: int
) -> Rates:
    def ours() -> float:
        asked = bodies(
            model, file.read_bytes(), {"thumbnail": False} if "superres" in model else None
        )
        return pictures_per_s(service.port, asked, clients, seconds)

    def bare() -> float:
        return float(run([LOOP, model, file, str(seconds)], file.parent, environment()))

    if number % 2:
        first = bare()
        return ours(), first
    return ours(), bare()


def _peak_mb(service: Stack, file: Path) -> float:
    progress(f"enlarging {file.stem} x {file.stem} px twice")
    connection = HTTPConnection("127.0.0.1", service.port, timeout=CLIENT_LIMIT_S)
    with watched(service.pids[0]) as peak:
        fetch(connection, next(bodies("superres-x2", file.read_bytes())))
    connection.close()
    return peak.mb


def _report(rounds: Sequence[Mapping[str, Rates]], peak_mb: float, large_px: int) -> None:
    ratios = {model: [each[model][0] / each[model][1] for each in rounds] for model in SIDE_PX}
    show(
        f"Pictures a second, median (lowest to highest) of {len(rounds)} rounds",
        ("model", "side px", "service over HTTP", "bare loop"),
        [(model, str(side_px), *(_range([each[model][at] for each in rounds]) for at in (0, 1)))
         for model, side_px in SIDE_PX.items()],
    )  # fmt: skip
    show(
        "Service over loop",
        ("model", "median", "lowest", "highest", "goal"),
        [(model, *numbers(found), f"≥ {GOAL}") for model, found in ratios.items()],
    )
    show(
        "Memory at most, all processes of the service",
        ("work", "MB"),
        [(f"{large_px} x {large_px} px, enlarged twice", f"{peak_mb:.0f}")],
    )
    finish({
        "superres_ratio": median(ratios["superres-x2"]),
        "scoring_ratio": median(ratios["image-scoring"]),
        "peak_mb_4096": peak_mb,
    })  # fmt: skip


def _range(rates: Sequence[float]) -> str:
    return f"{median(rates):.1f} ({min(rates):.1f} to {max(rates):.1f})"


if __name__ == "__main__":
    main()
