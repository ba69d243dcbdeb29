from collections.abc import AsyncIterator

import pytest

from adapters.inference.device_thread import DeviceThreadInference
from tests.contract.clauses.inference import InferenceClauses, SumRunner, work

pytestmark = pytest.mark.anyio


class TestDeviceThreadInference(InferenceClauses):
    @pytest.fixture
    async def inference(self) -> AsyncIterator[DeviceThreadInference]:
        inference = DeviceThreadInference(self.registry())
        await inference.start()
        yield inference
        await inference.aclose()


async def test_preloaded_models_are_ready_after_start() -> None:
    models = InferenceClauses().registry()
    calls: list[str] = []
    inference = DeviceThreadInference(
        models, preload=["sum"], set_threads=lambda: calls.append("threads")
    )
    await inference.start()
    assert SumRunner.loads == 1
    await inference.run("sum", work(1))
    assert SumRunner.loads == 1
    assert calls == ["threads"]
    await inference.aclose()
