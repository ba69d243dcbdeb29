"""One HTTP server in this process: its socket, its settings, and why it did not start."""

import errno
import gc
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entrypoints.cli.faults import ExitStatus, Fault
from entrypoints.cli.one_write import OneWriteProtocol

BACKLOG = 2048
STOPPING = (signal.SIGINT, signal.SIGTERM)
GARBAGE_THRESHOLD = 10_000
"""Objects made and not yet gone again, before some are looked through; Python's own is 700."""
SWITCH_S = 0.0005
"""How long the event loop may keep the thread that publishes from the interpreter, which it needs
for microseconds a dozen times a batch; Python's own is ten times that, each time."""
DRAIN_CONNECTIONS_S = 3
"""A client that long-polls or follows does not hold the end up for longer than this."""


class Server(uvicorn.Server):
    """Calls `on_ready` once it accepts work."""

    def __init__(self, app: ASGIApp, on_ready: Callable[[], None]) -> None:
        self._served, self._on_ready = app, on_ready
        self._start_error: BaseException | None = None
        super().__init__(
            uvicorn.Config(
                self._watched,
                interface="asgi3",
                lifespan="on",
                http=OneWriteProtocol,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=DRAIN_CONNECTIONS_S,
                backlog=BACKLOG,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """uvicorn would end the process where the app does not start; whoever runs the server
        asks `raise_unless_started` instead."""
        try:
            await super().startup(sockets)
        except SystemExit:
            self.should_exit = True
        if self.started:
            _spare_what_stays()
            sys.setswitchinterval(SWITCH_S)
            self._on_ready()

    def raise_unless_started(self) -> None:
        """What kept it from starting, if something did."""
        if not self.started:
            raise self._start_error or RuntimeError("the server did not start")

    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._served(scope, receive, send)
            return
        try:
            await self._served(scope, receive, _without_traceback(send))
        except BaseException as error:
            self._start_error = error
            raise


def _spare_what_stays() -> None:
    """The modules and routes of a server never become garbage: they need no looking through, and
    a request leaves nothing behind that has to be looked for often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


def _without_traceback(send: Send) -> Send:
    """Whoever started the server tells why it did not start, so its log need not."""

    async def told(message: Message) -> None:
        failed = message["type"] == "lifespan.startup.failed"
        await send({"type": message["type"]} if failed else message)

    return told


def listening(host: str, port: int) -> socket.socket:
    """A socket that already queues connections; port 0 takes any free one. A port that is taken,
    or an address that is not ours, is a `Fault`, told before anything else starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _not_bound(host, port, error) from error
    return listener


def _not_bound(host: str, port: int, error: OSError) -> Fault:
    fixes = {
        errno.EADDRINUSE: "stop what listens there, or take another PORT (--port 0: any free one)",
        errno.EACCES: "take a PORT from 1024 up",
    }
    return Fault(
        ExitStatus.CONFIGURATION, f"Can't listen on {host}:{port} (HOST, PORT).",
        why=error.strerror or str(error),
        fix=fixes.get(error.errno or 0, "set HOST to an address of this machine"),
        more="darkroom up --help",
    )  # fmt: skip


@contextmanager
def stopping_is_no_failure() -> Iterator[None]:
    """uvicorn raises the signal that stopped it once more: by then it has done its work."""
    before = {each: signal.signal(each, lambda *_: None) for each in STOPPING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
