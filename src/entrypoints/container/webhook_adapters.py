"""One builder an adapter of the webhooks, its import inside."""

from typing import TYPE_CHECKING

from domain.model.url_policy import UrlPolicy
from entrypoints.container.adapters import REDIS_PREFIX
from entrypoints.settings import Settings
from ports.clock import Now
from ports.secret_store import SecretStore
from ports.webhook_outbox import WebhookOutbox
from ports.webhook_sender import WebhookSender

if TYPE_CHECKING:
    from adapters.redis_client import RedisClient
    from adapters.tasks.memory_outbox import MemoryWebhookOutbox
    from adapters.tasks.sqlite import SqliteTaskStore

LOOK_UPS = 64
"""As many as tries in the pool: one name server that hangs holds up nobody else's."""


def memory_outbox(now: Now) -> "MemoryWebhookOutbox":
    from adapters.tasks.memory_outbox import MemoryWebhookOutbox

    return MemoryWebhookOutbox(now)


def sqlite_outbox(ledger: "SqliteTaskStore") -> WebhookOutbox:
    from adapters.tasks.sqlite_outbox import SqliteWebhookOutbox

    return SqliteWebhookOutbox(ledger)


def redis_outbox(redis: "RedisClient", now: Now) -> WebhookOutbox:
    from adapters.tasks.redis_outbox import RedisWebhookOutbox

    return RedisWebhookOutbox(redis, REDIS_PREFIX, now)


def memory_secrets() -> SecretStore:
    from adapters.tasks.memory_secrets import MemorySecretStore

    return MemorySecretStore()


def sqlite_secrets(ledger: "SqliteTaskStore") -> SecretStore:
    from adapters.tasks.sqlite_secrets import SqliteSecretStore

    return SqliteSecretStore(ledger)


def redis_secrets(redis: "RedisClient") -> SecretStore:
    from adapters.tasks.redis_secrets import RedisSecretStore

    return RedisSecretStore(redis, REDIS_PREFIX)


def memory_sender(urls: UrlPolicy) -> WebhookSender:
    from adapters.webhooks.memory import MemoryWebhookSender

    return MemoryWebhookSender(urls)


def http_sender(settings: Settings, urls: UrlPolicy) -> WebhookSender:
    from adapters.fetch.resolver import SystemResolver
    from adapters.fetch.safe_transport import SafeTransport
    from adapters.webhooks.http import HttpWebhookSender

    return HttpWebhookSender(
        lambda: SafeTransport(urls, resolve=SystemResolver(LOOK_UPS)), settings.webhook_timeout_s
    )
