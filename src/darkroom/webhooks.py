"""For receivers of webhooks: whether one is genuine, and what it says."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError


class WebhookNotGenuine(Exception):
    """This did not come from the service, was changed on its way, or is an old one sent again."""


def verify_webhook(
    body: bytes, headers: Mapping[str, str], secret: str | Sequence[str]
) -> dict[str, Any]:
    """The webhook `{type, timestamp, data}`, or `WebhookNotGenuine`.

    `body`: the bytes as they arrived, before anything parsed them. `headers`: of the request, in
    any case. `secret`: `whsec_…`; several while rotating. A stamp may be 5 minutes off. Answer 2xx
    within 15 s, and act on each `webhook-id` once: a webhook may come more than once.
    """
    secrets = [secret] if isinstance(secret, str) else secret
    for each in secrets:
        if _is_signed_by(each, body, headers):
            return _read(body)
    raise WebhookNotGenuine("no signature of a known secret, or the stamp is too old")


def _is_signed_by(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """The library stumbles over heads that are no signatures, instead of refusing them."""
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _read(body: bytes) -> dict[str, Any]:
    found = json.loads(body)
    if not isinstance(found, dict):
        raise WebhookNotGenuine("the body is no webhook")
    return found
