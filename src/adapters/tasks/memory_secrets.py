"""Tenants' secrets inside one process; they end with it."""

from domain.model.webhook_secret import TenantSecrets
from ports.secret_store import SecretStore


class MemorySecretStore(SecretStore):
    def __init__(self) -> None:
        self._secrets: dict[str, TenantSecrets] = {}

    async def get(self, tenant: str) -> TenantSecrets | None:
        return self._secrets.get(tenant)

    async def replace(
        self, tenant: str, secrets: TenantSecrets, expected_revision: int | None
    ) -> bool:
        current = self._secrets.get(tenant)
        if (current and current.revision) != expected_revision:
            return False
        self._secrets[tenant] = secrets
        return True
