"""What signs each tenant's webhooks."""

from abc import ABC, abstractmethod

from domain.model.webhook_secret import TenantSecrets


class SecretStore(ABC):
    """Readable to whoever reads the ledger's database: a secret that signs can't be kept as a
    digest. Every method raises `StorageUnavailable` when that is out of reach."""

    __slots__ = ()

    @abstractmethod
    async def get(self, tenant: str) -> TenantSecrets | None:
        """The tenant's secrets, or None while it has none."""

    @abstractmethod
    async def replace(
        self, tenant: str, secrets: TenantSecrets, expected_revision: int | None
    ) -> bool:
        """Compare-and-set; `expected_revision` None: only if there are none. False: nothing
        changed."""
