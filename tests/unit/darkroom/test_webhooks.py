"""What a receiver believes."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from darkroom import WebhookNotGenuine, verify_webhook

SECRET = "whsec_c2VjcmV0IG9uZSBvZiAyNCBieXRlcyE="
OTHER = "whsec_YW5vdGhlciBvZiAyNCBieXRlcyEhIQ=="
BODY = b'{"type":"task.succeeded","data":{"task_id":"t-1"}}'


def head(body: bytes = BODY, secret: str = SECRET, age_s: float = 0) -> dict[str, str]:
    at = datetime.now(UTC) - timedelta(seconds=age_s)
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("msg_1", at, body.decode()),
    }


def test_a_genuine_one_is_read() -> None:
    assert verify_webhook(BODY, head(), SECRET) == json.loads(BODY)


def test_while_rotating_either_secret_will_do() -> None:
    assert verify_webhook(BODY, head(secret=OTHER), [SECRET, OTHER]) == json.loads(BODY)


@pytest.mark.parametrize(
    ("body", "headers", "secret"),
    [
        (BODY.replace(b"t-1", b"t-2"), head(), SECRET),
        (BODY, head(), OTHER),
        (BODY, head(age_s=600), SECRET),
        (BODY, head(age_s=-600), SECRET),
        (BODY, {}, SECRET),
        (BODY, head() | {"Webhook-Signature": "nonsense"}, SECRET),
        (BODY, head() | {"Webhook-Signature": "v1,%%%"}, SECRET),
        (BODY, head() | {"Webhook-Signature": ""}, SECRET),
        (BODY, head() | {"Webhook-Timestamp": "soon"}, SECRET),
        (b"\xff" + BODY, head(), SECRET),
        (BODY, head(), []),
        (b"[]", head(b"[]"), SECRET),
    ],
)
def test_anything_else_is_not_genuine(
    body: bytes, headers: dict[str, str], secret: str | list[str]
) -> None:
    with pytest.raises(WebhookNotGenuine):
        verify_webhook(body, headers, secret)
