"""Tenants' secrets in Redis: one hash, tenant → JSON."""

import json

from adapters.compact_json import compact_json
from adapters.redis_client import RedisClient
from adapters.tasks.redis_scripts import script
from domain.model.errors import StorageUnavailable
from domain.model.record_json import record_from_json, record_to_json
from domain.model.webhook_secret import TenantSecrets
from ports.secret_store import SecretStore


class RedisSecretStore(SecretStore):
    def __init__(self, client: RedisClient, prefix: str) -> None:
        self._client, self._name = client, f"{prefix}webhook-secrets"
        self._replace = script(client, "secret_replace")

    async def get(self, tenant: str) -> TenantSecrets | None:
        body = await self._client.call("HGET", self._name, tenant)
        try:
            return None if body is None else record_from_json(TenantSecrets, json.loads(body))
        except ValueError as error:
            raise StorageUnavailable from error

    async def replace(
        self, tenant: str, secrets: TenantSecrets, expected_revision: int | None
    ) -> bool:
        body = compact_json(record_to_json(secrets))
        stored = await self._replace(
            self._name, body=body, tenant=tenant, expected=expected_revision
        )
        return bool(stored)
