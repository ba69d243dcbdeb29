"""The chosen adapter of each port, by the port's name: for people who want to see the wiring."""

from collections.abc import Mapping

from entrypoints.container.embedded import EmbeddedContainer


def parts(container: EmbeddedContainer) -> Mapping[str, object]:
    """Built, not started."""
    return {
        "TaskStore": container.store(),
        "FairLine": container.turns(),
        "BatchStore": container.batches(),
        "EventBus": container.bus(),
        "Epoch": container.epoch(),
        "WorkerRegistry": container.workers(),
        "WakeupQueue": container.queue(),
        "WakeupSource": container.source(),
        "BlobStore": container.blobs(),
        "RateLimiter": container.limiter(),
        "KeyStore": container.keys(),
        "Moderation": container.moderation(),
        "UsageStore": container.usage(),
        "WebhookOutbox": container.outbox(),
        "SecretStore": container.secret_store(),
        "WebhookSender": container.sender(),
        "ImageFetcher": container.fetcher(),
        "Imaging": container.imaging(),
        "Inference": container.inference(),
        "DeviceMeter": container.meter(),
        "Telemetry": container.telemetry(),
        "Tracing": container.tracing(),
    }
