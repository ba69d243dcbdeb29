"""The API key opens nothing, not this, or not so much."""

from domain.model.errors.caller import CallerFault


class InvalidApiKey(CallerFault):
    """The API key is missing or not valid."""

    code = "invalid_api_key"
    remedy = "Send a valid key in the `x-api-key` header."


class ApiKeyExpired(CallerFault):
    """The API key has expired."""

    code = "api_key_expired"
    remedy = "Ask the operator for a new key."


class ApiKeyRevoked(CallerFault):
    """The API key was revoked."""

    code = "api_key_revoked"
    remedy = "Ask the operator for a new key."


class InsufficientScope(CallerFault):
    """The API key may not do this."""

    code = "insufficient_scope"
    remedy = "Use a key with the scope that is named, or ask the operator for one."


class KeyNotFound(CallerFault):
    """No API key has this id."""

    code = "key_not_found"
    remedy = "GET /v1/admin/keys lists them."


class DailyQuotaExceeded(CallerFault):
    """This key has submitted all the tasks it may in 24 hours."""

    code = "daily_quota_exceeded"
    remedy = "Wait for the seconds named in `Retry-After`, or ask the operator for more."
    transient = True


class QueueQuotaExceeded(CallerFault):
    """As many tasks of this tenant wait as may."""

    code = "queue_quota_exceeded"
    remedy = "Wait until some of them have run, or cancel some."
    transient = True


class RateLimited(CallerFault):
    """Too many requests with this key."""

    code = "rate_limited"
    remedy = "Wait for the seconds named in `Retry-After`."
    transient = True
