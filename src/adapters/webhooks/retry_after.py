"""`Retry-After` (RFC 9110 section 10.2.3): seconds, or a date."""

from datetime import UTC
from email.utils import parsedate_to_datetime


def retry_after_s(text: str | None, now: float) -> float | None:
    """Seconds from `now`; None where there is none that can be read."""
    given = (text or "").strip()
    if given.isascii() and given.isdigit() and len(given) < 10:
        return float(given)
    try:
        moment = parsedate_to_datetime(given)
    except ValueError:
        return None
    at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, at.timestamp() - now)
