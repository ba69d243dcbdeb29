"""The parent of several workers, with children that do nothing but end or wait."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping

import pytest

from entrypoints.settings import Settings
from entrypoints.worker.child import EXIT_CONFIGURATION
from entrypoints.worker.devices import Device
from entrypoints.worker.parent import Parent

pytestmark = pytest.mark.anyio

BROKEN = f"raise SystemExit({EXIT_CONFIGURATION})"
HEALTHY = "import signal; signal.pause()"


class ParentOf(Parent):
    """`programs`: what the child of each device runs."""

    def __init__(self, programs: Mapping[Device, str]) -> None:
        super().__init__(Settings(_env_file=None, app_env="TEST"), list(programs))
        self.programs = programs
        self.children: dict[Device, asyncio.subprocess.Process] = {}

    async def _spawn(self, device: Device, proof_fd: int) -> asyncio.subprocess.Process:
        program = [sys.executable, "-S", "-c", self.programs[device]]
        self.children[device] = await asyncio.create_subprocess_exec(*program)
        return self.children[device]


FIRST, SECOND = Device(0, "0"), Device(1, "1")


async def test_a_device_that_is_given_up_leaves_the_others_at_work(
    caplog: pytest.LogCaptureFixture,
) -> None:
    parent = ParentOf({FIRST: BROKEN, SECOND: HEALTHY})
    running = asyncio.create_task(parent.run())
    async with asyncio.timeout(20):
        while not caplog.messages:  # noqa: ASYNC110 - a log has no event
            await asyncio.sleep(0.01)
    assert caplog.messages == ["worker gpu0 can't run (exit 3); giving it up"]
    assert parent.children[SECOND].returncode is None
    assert not running.done()
    os.kill(os.getpid(), signal.SIGTERM)
    assert await running == EXIT_CONFIGURATION


async def test_it_ends_with_its_last_worker() -> None:
    async with asyncio.timeout(20):
        assert await ParentOf({FIRST: BROKEN, SECOND: BROKEN}).run() == EXIT_CONFIGURATION
