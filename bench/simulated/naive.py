"""The batcher one writes first: a list a picture size, and a thread that looks every 10 ms."""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

POLL_S = 0.010

Waiting = tuple[Any, "asyncio.Future[Any]"]


class NaiveBatcher:
    """Its `run` is awaited on one event loop; batches run in the polling thread."""

    def __init__(self, infer: Callable[[Sequence[Any]], Sequence[Any]], max_batch: int) -> None:
        self._infer, self._max_batch = infer, max_batch
        self._by_size: defaultdict[object, list[Waiting]] = defaultdict(list)
        self._lock, self._closed = threading.Lock(), False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._poll)
        self._thread.start()

    async def run(self, size: object, item: Any) -> Any:
        answer: asyncio.Future[Any] = self._loop.create_future()
        with self._lock:
            self._by_size[size].append((item, answer))
        return await answer

    def close(self) -> None:
        self._closed = True
        self._thread.join()

    def _poll(self) -> None:
        while not self._closed:
            time.sleep(POLL_S)
            for size in list(self._by_size):
                self._run_one(size)

    def _run_one(self, size: object) -> None:
        with self._lock:
            waiting = self._by_size[size]
            batch, self._by_size[size] = waiting[: self._max_batch], waiting[self._max_batch :]
        if batch:
            outputs = self._infer([item for item, _ in batch])
            for (_, answer), output in zip(batch, outputs, strict=True):
                self._loop.call_soon_threadsafe(answer.set_result, output)
