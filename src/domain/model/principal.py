"""Who is calling."""

import re
from dataclasses import dataclass

TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""Tenants appear in blob keys, so their names are safe path segments."""


READ, WRITE, ADMIN = "tasks:read", "tasks:write", "admin"
TASKS = frozenset({READ, WRITE})
"""What a key may be for."""


@dataclass(frozen=True, slots=True)
class Principal:
    """`key_id` names the key without revealing it; limits and usage are counted by it. None: no
    limit of its own."""

    tenant: str
    key_id: str
    user_id: str | None = None
    scopes: frozenset[str] = TASKS
    per_second: int | None = None
    per_minute: int | None = None
    daily_tasks: int | None = None
