"""Who is calling."""

import re
from dataclasses import dataclass

TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""Tenants appear in blob keys, so their names are safe path segments."""


@dataclass(frozen=True, slots=True)
class Principal:
    """`key_id` names the key without revealing it; limits and usage are counted by it."""

    tenant: str
    key_id: str
