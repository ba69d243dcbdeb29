"""Score the committed weights on pictures nobody trained on; prints the model card's tables."""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from adapters.runners.enlarging.upscaler import Upscaler
from adapters.runners.superres.network import CompactUpscaler
from adapters.runners.superres.weights import path_of, traits
from infra.training import sources
from infra.training.degrade import align, jpeg, shrink
from infra.training.metrics import psnr_y, ssim_y
from infra.training.pictures import Pixels, read

LONGEST_PX = 900
QUALITIES = (None, 95, 85, 75, 50)
Method = Callable[[Pixels], Pixels]
Scores = dict[str, list[tuple[float, float]]]


def interpolation(scale: int, kernel: Image.Resampling) -> Method:
    """Pillow's resize, as a method."""

    def enlarge(small: Pixels) -> Pixels:
        size = (small.shape[1] * scale, small.shape[0] * scale)
        return np.asarray(Image.fromarray(small).resize(size, kernel))

    return enlarge


def network(scale: int, weights: Path) -> Method:
    """The product's own tiled path over the weights of a file."""
    net = CompactUpscaler(scale)
    net.load_state_dict(load_file(weights))
    upscaler = Upscaler(net.eval().requires_grad_(False), traits(scale), "cpu")
    return lambda small: upscaler.upscale(small, lambda _done: None)


def score(truth: Pixels, scale: int, quality: int | None, methods: dict[str, Method]) -> Scores:
    """(PSNR-Y, SSIM-Y) of each method on one picture, made small and perhaps JPEG-coded."""
    truth = align(truth, scale)
    small = shrink(truth, scale)
    small = small if quality is None else jpeg(small, quality)
    guesses = {name: enlarge(small) for name, enlarge in methods.items()}
    return {
        name: [(psnr_y(truth, guess, scale), ssim_y(truth, guess, scale))]
        for name, guess in guesses.items()
    }


def cells(values: Iterator[str]) -> str:
    return "| " + " | ".join(values) + " |"


def clean_table(per_picture: dict[str, Scores]) -> Iterator[str]:
    """One line a picture, clean input."""
    names = list(next(iter(per_picture.values())))
    yield cells(iter(["picture", *names]))
    yield cells(iter(["---"] * (len(names) + 1)))
    for picture, scores in per_picture.items():
        yield cells(iter([picture, *(_pair(scores[name]) for name in names)]))


def quality_table(by_quality: dict[int | None, Scores]) -> Iterator[str]:
    """One line an input quality, means over the pictures."""
    names = list(by_quality[None])
    yield cells(iter(["input", *names]))
    yield cells(iter(["---"] * (len(names) + 1)))
    for quality, scores in by_quality.items():
        label = "clean" if quality is None else f"JPEG {quality}"
        yield cells(iter([label, *(_pair(scores[name]) for name in names)]))


def _pair(values: list[tuple[float, float]]) -> str:
    return f"{mean(p for p, _ in values):.2f} / {mean(s for _, s in values):.4f}"


def evaluate(scale: int, weights: Path, truths: dict[str, Pixels]) -> Iterator[str]:
    methods = {
        "bicubic": interpolation(scale, Image.Resampling.BICUBIC),
        "Lanczos": interpolation(scale, Image.Resampling.LANCZOS),
        f"superres-x{scale}": network(scale, weights),
    }
    by_quality: dict[int | None, Scores] = {}
    per_picture: dict[str, Scores] = {}
    for quality in QUALITIES:
        total: Scores = {name: [] for name in methods}
        for name, truth in truths.items():
            scores = score(truth, scale, quality, methods)
            for method, values in scores.items():
                total[method] += values
            if quality is None:
                per_picture[name] = scores
        by_quality[quality] = total
    yield f"\n### ×{scale}: PSNR-Y in dB / SSIM-Y, mean of {len(truths)} pictures\n"
    yield from quality_table(by_quality)
    yield "\nClean input, each picture:\n"
    yield from clean_table(per_picture)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="folder of README.md")
    parser.add_argument("--scale", type=int, choices=(2, 4), action="append")
    parser.add_argument("--weights", type=Path, help="instead of the committed ones")
    parser.add_argument(
        "--wide", action="store_true", help="add the pictures without a licence of their own"
    )
    args = parser.parse_args()
    torch.set_num_threads(1)
    chosen = sources.HELD_OUT | (sources.EVALUATION_ONLY if args.wide else {})
    files = sources.paths(args.pictures, tuple(chosen.values()))
    truths = {name: read(file, LONGEST_PX) for name, file in zip(chosen, files, strict=True)}
    for scale in args.scale or (2, 4):
        print("\n".join(evaluate(scale, args.weights or path_of(scale), truths)))


if __name__ == "__main__":
    main()
