"""What the sender over HTTP promises beyond the clauses: a receiver can neither hold it, nor fill
it, nor lead it astray."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from time import monotonic, time

import pytest

from adapters.fetch.safe_transport import SafeTransport
from adapters.webhooks.http import MAX_REPLY_BYTES, HttpWebhookSender
from domain.model.url_policy import UrlPolicy
from domain.model.webhook import Answer
from ports.webhook_sender import Message
from tests.servers.scripted_http import answer
from tests.servers.webhook_receiver import Arrival, WebhookReceiver, hang, reset

pytestmark = pytest.mark.anyio

SECRET = "whsec_c2VjcmV0IG9uZSBvZiAyNCBieXRlcyE="
LONG_S = 20.0


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with WebhookReceiver() as receiver:
        yield receiver


async def sent(
    receiver: WebhookReceiver, url: str | None = None, timeout_s: float = LONG_S,
    addresses: Sequence[str] = (),
) -> Answer:  # fmt: skip
    policy = UrlPolicy(f"127.0.0.1:{receiver.port}")

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return addresses

    sender = HttpWebhookSender(lambda: SafeTransport(policy, resolve=resolve), timeout_s)
    await sender.start()
    try:
        return await sender.send(
            Message(webhook_id="msg_1", url=url or receiver.url(), body=b"{}", secrets=(SECRET,),
                    at=time())
        )  # fmt: skip
    finally:
        await sender.aclose()


async def test_who_hangs_is_left(receiver: WebhookReceiver) -> None:
    receiver.script([hang])
    began = monotonic()
    assert await sent(receiver, timeout_s=0.3) == Answer(
        error="The receiver did not answer in time."
    )
    assert monotonic() - began < LONG_S


async def test_a_broken_connection_is_no_answer(receiver: WebhookReceiver) -> None:
    receiver.script([reset])
    assert (await sent(receiver)).status is None


async def test_a_head_that_is_no_http_is_no_answer(receiver: WebhookReceiver) -> None:
    receiver.script([b"SMTP 220 hello\r\n\r\n"])
    assert (await sent(receiver)).status is None


async def test_of_a_reply_without_end_only_the_first_part_is_received(
    receiver: WebhookReceiver,
) -> None:
    written = [0]

    async def endless(_arrival: Arrival, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        while True:
            writer.write(bytes(65_536))
            await writer.drain()
            written[0] += 65_536

    receiver.script([endless])
    assert await sent(receiver) == Answer(200)
    assert written[0] < 100 * MAX_REPLY_BYTES, "what lies in the sockets, and no more"


async def test_a_reply_that_drips_keeps_its_status(receiver: WebhookReceiver) -> None:
    async def drip(_arrival: Arrival, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx")
        await asyncio.sleep(3600)

    receiver.script([drip])
    assert await sent(receiver, timeout_s=1.0) == Answer(200)


async def test_a_redirect_inwards_is_an_answer_and_leads_nowhere(
    receiver: WebhookReceiver,
) -> None:
    receiver.script([answer(302, location="http://169.254.169.254/latest/meta-data/")])
    assert await sent(receiver) == Answer(302)
    assert len(receiver.arrivals) == 1


@pytest.mark.parametrize("inside", ["10.0.0.1", "169.254.169.254", "::1", "100.64.0.1"])
async def test_a_name_that_leads_inwards_is_refused_at_the_try(
    receiver: WebhookReceiver, inside: str
) -> None:
    """One bad address among good ones is enough, and the reply does not say which."""
    url = "http://hooks.example.com/hook"
    refused = await sent(receiver, url, addresses=["93.184.215.14", inside])
    assert refused.status is None
    assert refused.error is not None
    assert inside not in refused.error


async def test_a_name_nobody_knows_is_no_answer(receiver: WebhookReceiver) -> None:
    refused = await sent(receiver, "http://nowhere.example.com/hook")
    assert refused == Answer(error="The receiver's host has no known address.")


async def test_nothing_of_ours_goes_along(receiver: WebhookReceiver) -> None:
    await sent(receiver)
    names = set(receiver.arrivals[0].headers)
    assert names == {
        "host", "accept-encoding", "connection", "content-type", "content-length", "user-agent",
        "webhook-id", "webhook-timestamp", "webhook-signature",
    }  # fmt: skip
