"""The JSON documents of API keys and what they used."""

from typing_extensions import TypedDict


class KeyDocument(TypedDict):
    """An API key, without the key. Null: `per_minute` as the server has it, `daily_tasks` any
    number. `per_second`, `per_minute`: calls; `daily_tasks`: tasks in any 24 hours."""

    key_id: str
    user_id: str
    tenant: str
    role: str
    scopes: list[str]
    per_second: int
    per_minute: int | None
    daily_tasks: int | None
    created_at: str
    expires_at: str
    revoked_at: str | None


class CreatedKeyDocument(KeyDocument):
    """`key` is shown this once."""

    key: str


class KeyListDocument(TypedDict):
    data: list[KeyDocument]


class UsedDocument(TypedDict):
    """`tasks` that were accepted; `gpu_seconds` the device worked on those that succeeded, and the
    `bytes` of their results."""

    tasks: int
    gpu_seconds: float
    bytes: int


class DayUsedDocument(UsedDocument):
    """`day`: YYYY-MM-DD, UTC."""

    day: str


class UsageDocument(TypedDict):
    """What this key used. Days without use are left out."""

    key_id: str
    tenant: str
    first_day: str
    last_day: str
    total: UsedDocument
    days: list[DayUsedDocument]
