"""Content negotiation (RFC 9110 section 12.5.1), as far as pictures and JSON need it."""

from collections.abc import Sequence

JSON = "application/json"


def best_of(accept: str | None, offers: Sequence[str]) -> str | None:
    """The media type of `offers` that suits `accept` best, the earlier one of two equals, or
    None when it takes none of them. Without a header everything suits."""
    ranges = _ranges(accept or "") or {"*/*": 1.0}
    suits = [(_quality(offer, ranges), offer) for offer in offers]
    quality, offer = max(suits, key=lambda pair: pair[0], default=(0.0, ""))
    return offer if quality > 0 else None


def _ranges(accept: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in accept.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if "/" in media_range:
            found[media_range] = _weight(parameters)
    return found


def _weight(parameters: Sequence[str]) -> float:
    text = next((each[2:].strip() for each in parameters if each.startswith("q=")), "1")
    try:
        weight = float(text)
    except ValueError:
        return 1.0
    return weight if 0 <= weight <= 1 else 1.0


def _quality(offer: str, ranges: dict[str, float]) -> float:
    """The most specific range decides, not the kindest."""
    family = offer.split("/")[0]
    for media_range in (offer, f"{family}/*", "*/*"):
        if media_range in ranges:
            return ranges[media_range]
    return 0.0
