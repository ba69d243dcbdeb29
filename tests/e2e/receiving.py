"""A scripted receiver of webhooks beside a test that does not wait on an event loop."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from standardwebhooks import Webhook

from tests.servers.webhook_receiver import OK, Arrival, Step, WebhookReceiver


@contextmanager
def receiving(host: str = "127.0.0.1") -> Iterator[WebhookReceiver]:
    """On a loop and a thread of its own. Its scripts and arrivals may be touched from here."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    receiver = WebhookReceiver(host)
    try:
        asyncio.run_coroutine_threadsafe(receiver.__aenter__(), loop).result(30)
        yield receiver
    finally:
        asyncio.run_coroutine_threadsafe(receiver.__aexit__(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def after(do: Callable[[Arrival], None], answer: bytes = OK) -> Step:
    """`do` beside the loop, and then `answer`."""

    async def step(arrival: Arrival, writer: asyncio.StreamWriter) -> None:
        await asyncio.to_thread(do, arrival)
        writer.write(answer)
        await writer.drain()

    return step


def verified(arrival: Arrival, secret: str) -> dict[str, Any]:
    """What it says, by the reference library; raises for one that is not genuine."""
    found: dict[str, Any] = Webhook(secret).verify(arrival.body, arrival.headers)
    return found
