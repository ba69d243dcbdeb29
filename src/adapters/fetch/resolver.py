"""Host names to addresses."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from domain.model.address_ranges import Address
from domain.model.errors import FetchFailed

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) to every address of the host, best first. Raises `OSError` like getaddrinfo."""

_UNKNOWN_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


class SystemResolver:
    """What the operating system knows.

    With threads of its own: a hostile name server can hold a look-up for half a minute, and in
    the event loop's default pool that would stop everybody else's work.
    """

    def __init__(self, max_lookups: int = 8) -> None:
        self._threads = ThreadPoolExecutor(max_lookups, thread_name_prefix="resolver")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        answers = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return [str(sockaddr[0]) for *_, sockaddr in answers]


async def addresses_of(host: str, port: int, resolve: Resolve) -> list[Address]:
    """Every address of `host`, each once, in the resolver's order; never empty.

    Raises `FetchFailed`, retryable unless the name is known not to exist.
    """
    try:
        answers = await resolve(host, port)
    except OSError as error:
        raise FetchFailed(
            "The host of the picture's address has no known address.",
            retryable=error.errno not in _UNKNOWN_NAME,
        ) from error
    if not answers:
        raise FetchFailed("The host of the picture's address has no address.", retryable=False)
    return [ip_address(answer) for answer in dict.fromkeys(answers)]
