"""The body that orders an API key."""

from typing import Annotated, Literal

from pydantic import Field

from domain.model.api_key import LIFE_S, PER_SECOND
from domain.model.principal import TENANT
from entrypoints.http.schemas import Strict

DAY_S = 86_400
Name = Annotated[str, Field(pattern=f"^{TENANT.pattern}$")]
Scope = Literal["tasks:read", "tasks:write", "admin"]
MOST = 1_000_000_000


class KeyBody(Strict):
    """A key for somebody."""

    user_id: Name = Field(description="Whose key it is.", examples=["ada"])
    tenant: Name | None = Field(
        default=None, description="Whose tasks it sees. Default: the user's own."
    )
    role: Literal["free", "paid", "admin"] = "free"
    scopes: list[Scope] | None = Field(
        default=None,
        max_length=3,
        description="Default: tasks:read and tasks:write; all for admin.",
    )
    per_second: int = Field(default=PER_SECOND, ge=1, le=MOST, description="Calls.")
    per_minute: int | None = Field(
        default=None,
        ge=1,
        le=MOST,
        description="Calls that change something; default: the server's.",
    )
    daily_tasks: int | None = Field(
        default=None, ge=1, le=MOST, description="Tasks in 24 hours; default: 1000 for free."
    )
    expires_in_days: int = Field(default=int(LIFE_S) // DAY_S, ge=1, le=3_650)
