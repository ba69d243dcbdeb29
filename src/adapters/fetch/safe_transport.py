"""HTTP that can't be talked into reaching an address the policy forbids.

Between the look-up and the connection nobody else decides: the name is resolved once, every
answer is judged, and the connection goes to a judged address itself, so a name server that
changes its mind (DNS rebinding) is not asked again. Host header, SNI and certificate check keep
the name. A judgement is as fresh as the request: connections are not kept. The environment's
proxies and certificate settings are ignored.

Knows nothing of pictures: whatever posts to addresses that users name can send through it.
"""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

import httpx2

from adapters.fetch.resolver import Resolve, SystemResolver, addresses_of
from domain.model.address_ranges import Address
from domain.model.errors import UrlNotAllowed
from domain.model.url_host import address_in
from domain.model.url_policy import Target, UrlPolicy

# A name may have thousands of addresses; all are judged, this many are tried.
MAX_ADDRESSES_TRIED = 4


class SafeTransport(httpx2.AsyncBaseTransport):
    """Sends one request and follows no redirect. Raises httpx2's errors, `UrlNotAllowed`, and
    `FetchFailed` for a host without an address.
    """

    def __init__(
        self,
        policy: UrlPolicy,
        *,
        resolve: Resolve | None = None,
        ssl_context: ssl.SSLContext | None = None,
        max_connections: int = 64,
    ) -> None:
        self._policy = policy
        self._resolve = resolve or SystemResolver()
        self._network = httpx2.AsyncHTTPTransport(
            verify=ssl_context or True,
            trust_env=False,
            limits=httpx2.Limits(max_connections=max_connections, max_keepalive_connections=0),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        target = self._policy.judge_url(str(request.url))
        *first, last = await self._judged_addresses(target)
        for address in first:
            # Nothing is sent before the connection stands, so the next address may still serve.
            with suppress(httpx2.ConnectError, httpx2.ConnectTimeout):
                return await self._send(request, target, address)
        return await self._send(request, target, last)

    async def aclose(self) -> None:
        await self._network.aclose()

    async def _judged_addresses(self, target: Target) -> list[Address]:
        literal = address_in(target.host)
        addresses = (
            await addresses_of(target.host, target.port, self._resolve)
            if literal is None
            else [literal]
        )
        for address in addresses:
            self._policy.judge_address(target.host, target.port, address)
        return addresses[:MAX_ADDRESSES_TRIED]

    async def _send(
        self, request: httpx2.Request, target: Target, address: Address
    ) -> httpx2.Response:
        pinned = httpx2.Request(
            request.method,
            httpx2.URL(target.url).copy_with(host=str(address)),
            headers=request.headers,  # with the Host of the original URL
            stream=request.stream,
            extensions={
                **request.extensions,
                "sni_hostname": target.host,
                "trace": _peer_check(address),
            },
        )
        return await self._network.handle_async_request(pinned)


def _peer_check(address: Address) -> Callable[[str, Mapping[str, Any]], Awaitable[None]]:
    async def on_event(name: str, info: Mapping[str, Any]) -> None:
        if name != "connection.connect_tcp.complete":
            return
        stream = info["return_value"]
        if ip_address(stream.get_extra_info("server_addr")[0]) != address:
            await stream.aclose()
            raise UrlNotAllowed("The connection led to another address than the one judged.")

    return on_event
