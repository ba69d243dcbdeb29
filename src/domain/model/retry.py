"""Whether, and when, a failed attempt is tried again. A retry is a value, not an exception."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """`delay_s` None = give up; `reason` says why either way."""

    delay_s: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential back-off with full jitter, capped (Brooker, AWS Architecture Blog, 2015).

    `max_attempts` counts charged attempts: MAX_RETRIES + 1.
    """

    max_attempts: int = 4
    base_s: float = 1.0
    cap_s: float = 60.0

    def decide(self, *, retryable: bool, charged: int, draw: float) -> RetryDecision:
        """`charged`: attempts already used, this one included. `draw`: uniform in [0, 1)."""
        if not retryable:
            return RetryDecision(None, "permanent")
        if charged >= self.max_attempts:
            return RetryDecision(None, "exhausted")
        ceiling_s = min(self.cap_s, self.base_s * 2.0 ** min(charged - 1, 63))
        return RetryDecision(draw * ceiling_s, "transient")
