"""The head of a webhook, signed by the official library of Standard Webhooks."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import floor

from standardwebhooks import Webhook

from ports.webhook_sender import Message


def signed_headers(message: Message) -> dict[str, str]:
    """One signature for each live secret: a receiver needs to know only one of them."""
    return {
        "webhook-id": message.webhook_id,
        "webhook-timestamp": str(floor(message.at)),
        "webhook-signature": " ".join(_signatures(message)),
    }


def _signatures(message: Message) -> Sequence[str]:
    # The library takes text; the body is ASCII JSON of our own making.
    text = message.body.decode()
    at = datetime.fromtimestamp(floor(message.at), UTC)
    return [Webhook(secret).sign(message.webhook_id, at, text) for secret in message.secrets]
