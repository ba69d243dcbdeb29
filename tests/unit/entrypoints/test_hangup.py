"""What SIGHUP means, and when it is heard."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from entrypoints.hangup import Hangup, held_back

pytestmark = pytest.mark.anyio
SOON_S = 20


def hang_up() -> None:
    os.kill(os.getpid(), signal.SIGHUP)


@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN], ids=["usual", "nohup"])
async def test_it_is_heard_once_and_what_was_set_comes_back(before: signal.Handlers) -> None:
    found = signal.signal(signal.SIGHUP, before)
    try:
        hangup = Hangup()
        with hangup.listened_to():
            hang_up()
            await asyncio.wait_for(hangup.heard(), SOON_S)
            next_one = asyncio.ensure_future(hangup.heard())
            await asyncio.sleep(0)
            assert not next_one.done()
            hang_up()
            await asyncio.wait_for(next_one, SOON_S)
        assert signal.getsignal(signal.SIGHUP) is before
    finally:
        signal.signal(signal.SIGHUP, found)


async def test_a_terminal_that_went_away_means_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    there, ended = [True, False], asyncio.Event()
    monkeypatch.setattr("entrypoints.hangup.has_terminal", lambda: there.pop(0))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    try:
        with Hangup().listened_to():
            hang_up()
            await asyncio.wait_for(ended.wait(), SOON_S)
    finally:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)


def test_a_process_that_is_just_started_is_not_ended_by_it() -> None:
    code = "import signal; print(signal.SIGHUP in signal.pthread_sigmask(signal.SIG_BLOCK, []))"
    with held_back():
        said = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True,
                              check=True, timeout=SOON_S).stdout  # fmt: skip
    assert said.strip() == "True"
    assert signal.SIGHUP not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
