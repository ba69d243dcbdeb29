"""Good pictures and hostile files side by side in one batching window: each gets its own answer."""

import asyncio
import os
import random
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx2
import numpy as np
import pytest
from PIL import Image

from tests.contract.clauses import imaging_files as files
from tests.e2e import sum_runner
from tests.e2e.outside import install
from tests.e2e.pictures import inline, png
from tests.e2e.production import Stack
from tests.e2e.service import KEY, clean_env, serving

pytest_plugins = ["tests.e2e.production_stack"]

GOOD, ROUNDS, SEED = 31, 50, 20_261_122
RISE_MB = 300
SETTINGS = {"MODELS": "sum", "WORKER_CONCURRENCY": "48", "BATCH_WINDOW_MS": "50"}

CORRUPT, TOO_LARGE, UNSUPPORTED = "image_corrupt", "image_too_large", "unsupported_image_format"


def cut(file: bytes) -> bytes:
    return file[: len(file) // 2]


def broken_stream() -> bytes:
    """A sound header; its pixels are no deflate stream."""
    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    body = files.chunk(b"IHDR", header) + files.chunk(b"IDAT", b"\xff" * 500)
    return b"\x89PNG\r\n\x1a\n" + body + files.chunk(b"IEND", b"")


def white_giant(side: int = 40_000) -> bytes:
    """All of its side² pixels are really there: 1 bit each, zeros, some hundred kilobytes."""
    rows, squeeze = bytes(1 + side // 8), zlib.compressobj(9)
    pixels = b"".join(squeeze.compress(rows) for _ in range(side)) + squeeze.flush()
    header = files.chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    end = files.chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + files.chunk(b"IDAT", pixels) + end


HOSTILE: dict[str, tuple[bytes, str]] = {
    "cut-png": (cut(png(64, 64)), CORRUPT),
    "cut-jpeg": (cut(files.saved(files.photo(200, 200), "JPEG")), CORRUPT),
    "cut-webp": (cut(files.saved(files.photo(200, 200), "WEBP")), CORRUPT),
    "broken-stream": (broken_stream(), CORRUPT),
    "png-bomb": (files.png_bomb(), TOO_LARGE),
    "white-giant": (white_giant(), TOO_LARGE),
    "jpeg-bomb": (files.jpeg_bomb(), TOO_LARGE),
    "webp-bomb": (files.webp_bomb(), TOO_LARGE),
    "animation": (files.animation("WEBP"), UNSUPPORTED),
}

PICTURES = [png(24, 16, seed=seed) for seed in range(GOOD)]


def pixel_sum(file: bytes) -> int:
    return int(np.asarray(Image.open(BytesIO(file)).convert("RGB")).sum())


SUMS = [pixel_sum(file) for file in PICTURES]


def environment(folder: Path) -> dict[str, str]:
    install(folder / "sums", Path(sum_runner.__file__), "SumRunner")
    paths = (clean_env()["PYTHONPATH"], str(folder / "site"), str(folder / "sums"))
    return SETTINGS | {
        "PYTHONPATH": os.pathsep.join(paths), "SUM_JOURNAL": str(folder / "sums.journal"),
    }  # fmt: skip


def rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [resident] = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    return int(resident) / 1024


async def outcome(client: httpx2.AsyncClient, name: str, file: bytes) -> object:
    """The sum of a good picture, the error code of another."""
    answer = await client.post("/v1/tasks", headers={"prefer": "wait=60"}, json={
        "model": "sum", "input": {"image_base64": inline(file)}, "client_request_id": name,
    })  # fmt: skip
    task = answer.json()
    while answer.status_code in (200, 202) and task["finished_at"] is None:
        task = (await client.get(task["urls"]["self"], params={"wait": 60})).json()
    if "status" not in task or answer.status_code >= 400:
        return task["code"]
    return task["error"]["code"] if task["error"] else task["result"]["data"]["sum"]


async def one_round(client: httpx2.AsyncClient, number: int) -> None:
    expected: dict[str, object] = {f"good-{n}": total for n, total in enumerate(SUMS)}
    sent = {f"good-{n}": file for n, file in enumerate(PICTURES)}
    for kind, (file, code) in HOSTILE.items():
        expected[kind], sent[kind] = code, file
    names = list(sent)
    random.Random(SEED + number).shuffle(names)
    answers = await asyncio.gather(
        *(outcome(client, f"{number}-{name}", sent[name]) for name in names)
    )
    assert dict(zip(names, answers, strict=True)) == expected


async def all_rounds(url: str, pid: int) -> None:
    """The first rounds bring everything into memory that stays there."""
    limits = httpx2.Limits(max_connections=len(HOSTILE) + GOOD)
    async with httpx2.AsyncClient(
        base_url=url, headers={"x-api-key": KEY}, trust_env=False, timeout=120, limits=limits
    ) as client:
        await one_round(client, 0)
        before_mb = rss_mb(pid)
        for number in range(1, ROUNDS):
            await one_round(client, number)
            assert rss_mb(pid) - before_mb < RISE_MB


def batches(journal: Path) -> Iterator[tuple[int, int]]:
    for line in journal.read_text().splitlines():
        size, pid = line.split()
        yield int(size), int(pid)


def test_in_one_process(tmp_path: Path) -> None:
    with serving(tmp_path, **environment(tmp_path)) as service:
        assert service.process is not None
        pid = service.process.pid
        asyncio.run(all_rounds(service.url, pid))
        ran = list(batches(tmp_path / "sums.journal"))
    assert {each for _, each in ran} == {pid}
    assert max(size for size, _ in ran) == 8
    assert sum(size for size, _ in ran) == GOOD * ROUNDS


@pytest.mark.parametrize("stack", ["celery"], indirect=True)
def test_over_celery(stack: Stack) -> None:
    own = environment(stack.folder)
    with stack.serve(**own) as client, stack.worker(**own) as worker:
        child = worker.child
        asyncio.run(all_rounds(str(client.base_url), child))
        assert worker.child == child
        ran = list(batches(stack.folder / "sums.journal"))
    assert {each for _, each in ran} == {child}
    assert max(size for size, _ in ran) == 8
    assert sum(size for size, _ in ran) == GOOD * ROUNDS
