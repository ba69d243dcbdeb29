"""`images.py MODEL FILE SECONDS`: decode, infer, encode, over and over; prints pictures a second.

The loop one writes without a service: Pillow, the model itself, all cores for torch, one picture
after the other.
"""

import io
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from adapters.runners.scoring.runner import ImageScoringRunner
from adapters.runners.superres.runner import SuperResolutionX2
from domain.model.picture import Picture
from domain.model.runner import ModelRunner, RunnerInput

RUNNERS: dict[str, type[ModelRunner]] = {
    "superres-x2": SuperResolutionX2,
    "image-scoring": ImageScoringRunner,
}


def once(runner: ModelRunner, file: bytes) -> None:
    pixels = np.array(Image.open(io.BytesIO(file)).convert("RGB"))
    [output] = runner.infer([runner.prepare(RunnerInput({"image": Picture(pixels)}, {}))])
    for picture in runner.postprocess(output).pictures:
        Image.fromarray(picture.pixels).save(io.BytesIO(), "PNG", compress_level=1)


def main() -> None:
    model, path, seconds = sys.argv[1:]
    runner, file = RUNNERS[model](), Path(path).read_bytes()
    runner.load("cpu")
    once(runner, file)
    began_s, done = time.monotonic(), 0
    while time.monotonic() < began_s + float(seconds):
        once(runner, file)
        done += 1
    sys.stdout.write(f"{done / (time.monotonic() - began_s)}\n")


if __name__ == "__main__":
    main()
