"""`darkroom worker`: one child process a device, started again when it dies."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress

from entrypoints.hangup import Hangup, held_back
from entrypoints.own_words import log
from entrypoints.settings import Settings
from entrypoints.worker.child import EXIT_CONFIGURATION, EXIT_UNAVAILABLE
from entrypoints.worker.devices import Device
from entrypoints.worker.proof import Listening
from entrypoints.worker.restarts import Restarts

KILL_AFTER_S = 10.0
"""Past the drain's grace, before a child that will not end is killed."""

CLEAN = (0, -signal.SIGTERM)
"""A child that was asked to end before it could listen for that leaves the second."""
TOLD = (EXIT_CONFIGURATION, EXIT_UNAVAILABLE)
"""The child said itself what is wrong."""


class Parent:
    """Never touches a device itself: each child is spawned, so none inherits a CUDA context."""

    def __init__(self, settings: Settings, devices: Sequence[Device]) -> None:
        self._settings, self._devices = settings, devices
        self._stopping = asyncio.Event()
        self.hangup = Hangup()
        self._children: set[asyncio.subprocess.Process] = set()
        self._spawning = asyncio.Lock()

    async def run(self) -> int:
        """0 after a clean stop, 1 when a worker kept dying or did not stop by itself, and the
        worker's own exit status where it said why it can't run. One that is given up leaves the
        others at work; with the last of them this ends."""
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self._stopping.set)
        passing_on = asyncio.create_task(self._pass_hangups_on())
        codes = await asyncio.gather(*(self._supervise(device) for device in self._devices))
        passing_on.cancel()
        return max(codes)

    async def _supervise(self, device: Device) -> int:
        restarts = Restarts()
        while True:
            with closing(Listening()) as proof:
                async with self._spawning:
                    with held_back():
                        child = await self._spawn(device, proof.fd)
                self._children.add(child)
                code = await self._ended(child)
                self._children.discard(child)
                worked = proof.heard()
            if self._stopping.is_set():
                return 0 if code in CLEAN else 1
            broken = code == EXIT_CONFIGURATION
            pause_s = None if broken else restarts.pause_s(time.monotonic(), worked=worked)
            if pause_s is None:
                log.warning("worker %s can't run (exit %s); giving it up", device.name, code)
                return code if code in TOLD else 1
            log.warning("worker %s died (exit %s); again in %g s", device.name, code, pause_s)
            if await self._stopped_within(pause_s):
                return 0

    async def _spawn(self, device: Device, proof_fd: int) -> asyncio.subprocess.Process:
        environment = os.environ | device.environment(self._settings.metrics_port)
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "entrypoints.worker.child", str(proof_fd), env=environment,
            start_new_session=True, pass_fds=[proof_fd],
        )  # fmt: skip

    async def _ended(self, child: asyncio.subprocess.Process) -> int:
        """The exit code of `child`, which is asked to drain once this parent is to stop."""
        death = asyncio.create_task(child.wait())
        stop = asyncio.create_task(self._stopping.wait())
        await asyncio.wait([death, stop], return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not death.done():
            child.terminate()
            await asyncio.wait([death], timeout=self._settings.drain_grace_s + KILL_AFTER_S)
        if not death.done():
            child.kill()
        return await death

    async def _pass_hangups_on(self) -> None:
        """To those that run; one that is started later sees anyway what changed by now."""
        while True:
            await self.hangup.heard()
            for child in self._children:
                with suppress(ProcessLookupError):
                    child.send_signal(signal.SIGHUP)

    async def _stopped_within(self, pause_s: float) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), pause_s)
        except TimeoutError:
            return False
        return True
