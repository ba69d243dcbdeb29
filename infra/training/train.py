"""Train one upscaler. README.md has the commands that made the committed weights."""

import argparse
import copy
import json
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from adapters.runners.superres.network import CompactUpscaler
from infra.training.dataset import PatchSampler, Recipe
from infra.training.pictures import Pixels

PATCH_PX = {2: 32, 4: 24}
BATCH = 16
LAST_RATE_SHARE = 0.01
WARM_UP_STEPS = 200
AVERAGE_DECAY = 0.999
CHECKPOINT_STEPS = 500


def learning_rate(peak: float, step: int, done: float) -> float:
    """Linear warm-up, then a cosine over `done` (0 to 1) down to 1 % of `peak`."""
    cosine = LAST_RATE_SHARE + (1 - LAST_RATE_SHARE) * (1 + math.cos(math.pi * done)) / 2
    return peak * min(1.0, (step + 1) / WARM_UP_STEPS) * cosine


def start_at_bicubic(network: CompactUpscaler) -> None:
    """Shrink the last convolution, so that training begins near plain interpolation."""
    last = network.detail[-2]
    assert isinstance(last, nn.Conv2d)
    assert last.bias is not None
    with torch.no_grad():
        last.weight.mul_(0.1)
        last.bias.zero_()


class Training:
    """The network, its running average (the one that is saved), and the optimiser."""

    def __init__(self, scale: int, start: Path | None, bf16: bool) -> None:
        self.network = CompactUpscaler(scale)
        if start is None:
            start_at_bicubic(self.network)
        else:
            self.network.load_state_dict(load_file(start))
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = copy.deepcopy(self.network).requires_grad_(False)
        self._optimiser = torch.optim.Adam(self.network.parameters(), betas=(0.9, 0.99))
        self._bf16 = bf16

    def step(self, small: Tensor, large: Tensor, rate: float) -> float:
        """One L1 step at `rate`; returns the loss."""
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16, enabled=self._bf16):
            guess = self.network(small)
        loss = functional.l1_loss(guess, large)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimiser.step()
        self._follow()
        return float(loss.detach())

    def _follow(self) -> None:
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(now, 1 - AVERAGE_DECAY)

    def save(self, path: Path, facts: dict[str, str]) -> None:
        """The averaged weights in fp16, whole or not at all."""
        half = {
            name: value.half().contiguous() for name, value in self.average.state_dict().items()
        }
        draft = path.with_suffix(".part")
        save_file(half, draft, metadata=facts)
        draft.replace(path)


def as_tensor(pixels: Pixels) -> Tensor:
    """(n, h, w, 3) uint8 to (n, 3, h, w) in 0..1, channels last in memory."""
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(255)


def run(args: argparse.Namespace) -> None:
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    rng = np.random.default_rng(args.seed)
    quality = (args.jpeg_low, args.jpeg_high)
    recipe = Recipe(args.scale, PATCH_PX[args.scale], BATCH, args.jpeg_share, quality)
    sampler = PatchSampler(args.pictures, recipe, rng)
    training = Training(args.scale, args.start, args.bf16)
    print(f"{len(sampler)} pictures, {sampler.megapixels:.1f} megapixels", flush=True)
    began, step, done, recent = time.monotonic(), 0, 0.0, 0.0
    while done < 1:
        small, large = sampler.batch()
        loss = training.step(
            as_tensor(small), as_tensor(large), learning_rate(args.rate, step, done)
        )
        step, recent = step + 1, loss if step == 0 else 0.99 * recent + 0.01 * loss
        minutes = (time.monotonic() - began) / 60
        done = max(step / args.steps, minutes / args.minutes)
        if step % CHECKPOINT_STEPS == 0 or done >= 1:
            facts = {"scale": args.scale, "steps": step, "seed": args.seed}
            facts |= {"jpeg_share": args.jpeg_share, "jpeg_quality": quality}
            facts |= {"rate": args.rate, "bf16": args.bf16, "went_on": args.start is not None}
            training.save(args.output, {"training": json.dumps(facts)})
            print(f"step {step} minute {minutes:.1f} done {done:.3f} loss {recent:.5f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, choices=sorted(PATCH_PX), required=True)
    parser.add_argument("--pictures", type=Path, required=True, help="folder of README.md")
    parser.add_argument("--output", type=Path, required=True, help="the .safetensors to write")
    parser.add_argument("--steps", type=int, default=30_000)
    parser.add_argument("--minutes", type=float, default=math.inf, help="end sooner, annealed")
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--jpeg-share", type=float, default=0.3)
    parser.add_argument("--jpeg-low", type=int, default=60)
    parser.add_argument("--jpeg-high", type=int, default=95)
    parser.add_argument("--bf16", action="store_true", help="faster where the CPU has AMX")
    run(parser.parse_args())


if __name__ == "__main__":
    main()
