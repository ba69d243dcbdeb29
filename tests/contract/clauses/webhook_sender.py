"""What every sender of webhooks keeps. A binding supplies `place`."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from time import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from domain.model.webhook import Answer
from ports.webhook_sender import Message, WebhookSender

SECRET, OTHER = (
    "whsec_" + "c2VjcmV0IG9uZSBvZiAyNCBieXRlcyE=",
    "whsec_" + "YW5vdGhlciBvZiAyNCBieXRlcyEhIQ==",
)
BODY = b'{"type":"task.succeeded","data":{"word":"\\u00e9"}}'


class Place(ABC):
    """A receiver, and the sender under test."""

    sender: WebhookSender

    @abstractmethod
    def url(self) -> str:
        """Where it is."""

    @abstractmethod
    def answers(self, status: int, retry_after: str | None = None) -> None:
        """What it answers from now on."""

    @abstractmethod
    def arrived(self) -> Sequence[tuple[dict[str, str], bytes]]:
        """Headers, their names in lower case, and body of everything that came."""


def message(place: Place, *secrets: str, at: float | None = None) -> Message:
    when = time() if at is None else at
    return Message(webhook_id="msg_1_succeeded", url=place.url(), body=BODY,
                   secrets=secrets or (SECRET,), at=when)  # fmt: skip


class WebhookSenderClauses:
    """WS1 to WS8."""

    pytestmark = pytest.mark.anyio

    async def test_ws1_the_bytes_that_arrive_verify_with_the_reference_library(
        self, place: Place
    ) -> None:
        assert await place.sender.send(message(place)) == Answer(200)
        ((headers, body),) = place.arrived()
        assert body == BODY
        assert Webhook(SECRET).verify(body, headers) == {
            "type": "task.succeeded", "data": {"word": "é"},
        }  # fmt: skip
        assert headers["webhook-id"] == "msg_1_succeeded"

    async def test_ws2_a_mutated_byte_an_old_stamp_and_a_strange_secret_do_not(
        self, place: Place
    ) -> None:
        await place.sender.send(message(place))
        await place.sender.send(message(place, at=time() - 600))
        (fresh, body), (old, _) = place.arrived()
        for secret, headers, given in (
            (SECRET, fresh, body.replace(b"word", b"ward")),
            (SECRET, old, body),
            (OTHER, fresh, body),
            (SECRET, {**fresh, "webhook-id": "msg_2"}, body),
        ):
            with pytest.raises(WebhookVerificationError):
                Webhook(secret).verify(given, headers)

    async def test_ws3_each_of_two_secrets_verifies(self, place: Place) -> None:
        await place.sender.send(message(place, SECRET, OTHER))
        ((headers, body),) = place.arrived()
        assert len(headers["webhook-signature"].split(" ")) == 2
        for secret in (SECRET, OTHER):
            Webhook(secret).verify(body, headers)

    async def test_ws4_the_stamp_is_of_the_try_and_the_id_is_not(self, place: Place) -> None:
        began = time()
        for at in (began, began + 60):
            await place.sender.send(message(place, at=at))
        (one, _), (other, _) = place.arrived()
        assert one["webhook-id"] == other["webhook-id"]
        assert int(other["webhook-timestamp"]) - int(one["webhook-timestamp"]) == 60
        assert one["webhook-signature"] != other["webhook-signature"]

    @pytest.mark.parametrize("status", [200, 204, 301, 302, 307, 308, 400, 404, 410, 500, 503])
    async def test_ws5_the_status_is_the_answer_whatever_it_is(
        self, place: Place, status: int
    ) -> None:
        place.answers(status)
        assert await place.sender.send(message(place)) == Answer(status)
        assert len(place.arrived()) == 1, "a redirect is not followed"

    async def test_ws6_retry_after_is_told(self, place: Place) -> None:
        place.answers(429, "120")
        assert await place.sender.send(message(place)) == Answer(429, retry_after_s=120.0)

    @pytest.mark.parametrize(
        "url",
        [
            "http://10.0.0.1/hook",
            "http://169.254.169.254/latest/meta-data/",
            "http://2852039166/",
            "http://[::1]/",
            "http://example.com:22/",
            "ftp://example.com/hook",
            "http://user:secret@example.com/",
            "",
        ],
    )
    async def test_ws7_an_address_out_of_bounds_is_not_reached(
        self, place: Place, url: str
    ) -> None:
        far = Message(webhook_id="msg_1", url=url, body=BODY, secrets=(SECRET,), at=time())
        answer = await place.sender.send(far)
        assert answer.status is None
        assert answer.error
        assert place.arrived() == []

    async def test_ws8_a_failure_does_not_stick(self, place: Place) -> None:
        place.answers(500)
        assert (await place.sender.send(message(place))).status == 500
        place.answers(200)
        assert (await place.sender.send(message(place))).done
