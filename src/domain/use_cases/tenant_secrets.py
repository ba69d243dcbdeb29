"""The secrets that sign a tenant's webhooks: made when first needed, told to their owner once."""

from collections.abc import Callable, Sequence

from domain.model.errors import SecretFixed, SecretShown
from domain.model.webhook_secret import TenantSecrets, rotated, shown
from ports.clock import Now
from ports.secret_store import SecretStore

NewSecret = Callable[[], str]


class TenantSecretKeeper:
    """`fixed`: what the operator set for every tenant; nobody is told and nobody rotates it."""

    def __init__(
        self, store: SecretStore, now: Now, new_secret: NewSecret, fixed: Sequence[str] = (),
        overlap_s: float = 86_400.0,
    ) -> None:  # fmt: skip
        self._store, self._now, self._new_secret = store, now, new_secret
        self._fixed, self._overlap_s = tuple(fixed), overlap_s

    async def live(self, tenant: str) -> Sequence[str]:
        """Whatever signs a webhook of the tenant's now."""
        return self._fixed or (await self._kept(tenant)).live(self._now())

    async def show(self, tenant: str) -> str:
        """The secret, the first time. Raises `SecretShown` from then on, and `SecretFixed`."""
        return (await self._changed(tenant, _first_showing)).current

    async def rotate(self, tenant: str) -> TenantSecrets:
        """New ones; the secret before goes on signing beside the new one for a while. Raises
        `SecretFixed`."""
        fresh = self._new_secret()
        return await self._changed(
            tenant, lambda held: rotated(held, fresh, self._now(), self._overlap_s)
        )

    async def _changed(
        self, tenant: str, change: Callable[[TenantSecrets], TenantSecrets]
    ) -> TenantSecrets:
        if self._fixed:
            raise SecretFixed
        while True:
            held = await self._kept(tenant)
            after = change(held)
            if await self._store.replace(tenant, after, held.revision):
                return after

    async def _kept(self, tenant: str) -> TenantSecrets:
        held = await self._store.get(tenant)
        while held is None:
            await self._store.replace(tenant, TenantSecrets(current=self._new_secret()), None)
            held = await self._store.get(tenant)
        return held


def _first_showing(held: TenantSecrets) -> TenantSecrets:
    if held.shown:
        raise SecretShown
    return shown(held)
