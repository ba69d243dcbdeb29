"""The webhooks' part of the gateway: the log of deliveries, secrets, and the loop that sends."""

import secrets

from dependency_injector import providers

from domain.model.carriers import Pool
from domain.model.webhook import WebhookPolicy
from domain.model.webhook_secret import as_secret
from domain.use_cases.deliver_webhooks import LEAVE_S, DeliverWebhooks
from domain.use_cases.list_deliveries import GetDelivery, ListDeliveries
from domain.use_cases.ping_webhook import PingWebhook
from domain.use_cases.redeliver_webhook import RedeliverWebhook
from domain.use_cases.send_webhook import SendWebhook
from domain.use_cases.tenant_secrets import TenantSecretKeeper
from entrypoints.container import webhook_adapters as adapters
from entrypoints.container.core import CoreContainer as Core
from entrypoints.http.gateway import WebhookUseCases
from entrypoints.settings import Settings
from entrypoints.webhook_settings import fixed_secrets, schedule_s

SECRET_BYTES = 32


def webhook_policy(settings: Settings) -> WebhookPolicy:
    return WebhookPolicy(schedule_s=schedule_s(settings), timeout_s=settings.webhook_timeout_s)


def new_secret() -> str:
    return as_secret(secrets.token_bytes(SECRET_BYTES))


class WebhooksContainer(Core):
    """The sender is chosen as the fetcher of pictures is: both reach users' addresses."""

    secret_store = providers.Selector(
        Core.config.task_store,
        memory=providers.Singleton(adapters.memory_secrets),
        sqlite=providers.Singleton(adapters.sqlite_secrets, Core.store),
        redis=providers.Singleton(adapters.redis_secrets, Core.redis),
    )
    sender = providers.Selector(
        Core.config.fetch_backend,
        http=providers.Singleton(adapters.http_sender, Core.settings, Core.urls),
        memory=providers.Singleton(adapters.memory_sender, Core.urls),
    )
    webhook_policy = providers.Singleton(webhook_policy, Core.settings)
    pool = providers.Singleton(Pool)
    leave_s = providers.Object(LEAVE_S)
    signing = providers.Singleton(
        TenantSecretKeeper, secret_store, Core.now, providers.Object(new_secret),
        providers.Callable(fixed_secrets, Core.settings),
        Core.settings.provided.webhook_rotation_s,
    )  # fmt: skip
    send_webhook = providers.Singleton(
        SendWebhook, Core.outbox, Core.store, Core.batches, signing, sender, Core.telemetry,
        Core.now, Core.elapsed, Core.draw, webhook_policy,
    )  # fmt: skip
    deliver = providers.Singleton(
        DeliverWebhooks, Core.outbox, send_webhook, Core.telemetry, Core.now, Core.elapsed,
        Core.draw, webhook_policy, pool, leave_s=leave_s,
    )  # fmt: skip
    webhooks = providers.Singleton(
        WebhookUseCases,
        list=providers.Singleton(ListDeliveries, Core.outbox),
        get=providers.Singleton(GetDelivery, Core.outbox),
        redeliver=providers.Singleton(RedeliverWebhook, Core.outbox, Core.now),
        ping=providers.Singleton(PingWebhook, Core.outbox, Core.urls, Core.now, Core.new_id),
        secrets=signing,
    )
