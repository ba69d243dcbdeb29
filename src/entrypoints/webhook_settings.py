"""What the WEBHOOK_* variables mean, and what is wrong with them."""

from collections.abc import Iterator, Sequence
from math import isfinite
from urllib.parse import urlsplit

from domain.model.webhook import LONGEST_SCHEDULE_S
from domain.model.webhook_secret import is_secret
from entrypoints.settings import Settings

MAX_TRIES = 50


def schedule_s(settings: Settings) -> Sequence[float]:
    """Raises `ValueError`."""
    waits = [float(part) for part in settings.webhook_schedule_s.split(",")]
    if waits[0] != 0 or len(waits) > MAX_TRIES:
        raise ValueError(f"has to begin with 0, and to have at most {MAX_TRIES} numbers")
    if not all(isfinite(wait) and wait >= 0 for wait in waits) or sum(waits) > LONGEST_SCHEDULE_S:
        raise ValueError(f"has to add up to at most {LONGEST_SCHEDULE_S:.0f} s, none below 0")
    return waits


def fixed_secrets(settings: Settings) -> Sequence[str]:
    """What the operator set for all tenants: the current one first."""
    if settings.webhook_secret is None:
        return ()
    given = settings.webhook_secret.get_secret_value().split(",")
    return [part.strip() for part in given if part.strip()]


def webhook_problems(settings: Settings) -> Iterator[str]:
    try:
        schedule_s(settings)
    except ValueError as error:
        yield f"WEBHOOK_SCHEDULE_S: {error}"
    secrets = fixed_secrets(settings)
    if len(secrets) > 2 or not all(map(is_secret, secrets)):
        yield "WEBHOOK_SECRET: has to be whsec_ and the base64 of 24 to 64 bytes, at most two"
    place = urlsplit(settings.public_url or "http://x")
    if place.scheme not in ("http", "https") or not place.hostname or place.query:
        yield "PUBLIC_URL: has to look like https://darkroom.example.com"
