"""One variable a choice: what each of them alone changes in the wiring, and nothing else."""

from pathlib import Path

import pytest

from entrypoints.cli.adapter_table import places
from entrypoints.configuration import ConfigurationError, load_settings
from entrypoints.container.embedded import build_embedded
from entrypoints.container.parts import parts
from entrypoints.settings import Settings


@pytest.fixture(autouse=True)
def _own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*Settings.model_fields, "api_key"):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_ENV", "TEST")


def wired() -> dict[str, str]:
    """Port → adapter, as the environment has it. Nothing is opened."""
    container = build_embedded(load_settings())
    return {port: type(adapter).__name__ for port, adapter in parts(container).items()}


@pytest.mark.parametrize(
    ("variable", "value", "changed"),
    [
        ("QUEUE_BACKEND", "celery",
         {"WakeupQueue": "CeleryWakeupQueue", "WakeupSource": "CeleryWakeupSource"}),
        ("QUEUE_BACKEND", "dramatiq",
         {"WakeupQueue": "DramatiqWakeupQueue", "WakeupSource": "DramatiqWakeupSource"}),
        ("TASK_STORE", "sqlite",
         {"TaskStore": "SqliteTaskStore", "BatchStore": "SqliteBatchStore",
          "KeyStore": "SqliteKeyStore", "UsageStore": "SqliteUsageStore",
          "FairLine": "SqliteFairLine",
          "WebhookOutbox": "SqliteWebhookOutbox", "SecretStore": "SqliteSecretStore"}),
        ("STORAGE_BACKEND", "local", {"BlobStore": "LocalBlobStore"}),
        ("STORAGE_BACKEND", "s3", {"BlobStore": "S3BlobStore"}),
        ("RATE_LIMIT_BACKEND", "redis", {"RateLimiter": "RedisRateLimiter"}),
    ],
)  # fmt: skip
def test_one_variable_changes_one_choice(
    variable: str, value: str, changed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = wired()
    monkeypatch.setenv(variable, value)
    assert wired() == before | changed


def test_the_ledger_takes_along_what_lives_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = wired()
    monkeypatch.setenv("TASK_STORE", "redis")
    after = wired()
    moved = {port for port in before if before[port] != after[port]}
    assert moved >= {
        "TaskStore",
        "Epoch",
        "WorkerRegistry",
        "KeyStore",
        "WebhookOutbox",
        "SecretStore",
    }
    assert all(after[port].startswith("Redis") for port in moved)
    assert not moved & {"WakeupQueue", "WakeupSource", "BlobStore", "RateLimiter"}


def test_of_no_address_a_password_is_shown() -> None:
    settings = load_settings(
        broker_url="amqp://u:hidden@a:1//;amqps://u:hidden@b/v?heartbeat=9",
        redis_url="rediss://:hidden@c:2/3", queue_backend="celery", task_store="redis",
    )  # fmt: skip
    shown = places(settings, [])
    assert shown["WakeupQueue"] == shown["WakeupSource"] == "amqp://a:1//;amqps://b/v"
    assert shown["TaskStore"] == "rediss://c:2/3"


def test_an_accelerator_that_is_not_installed_stops_the_start_and_names_its_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ACCELERATOR", "tensorrt")
    monkeypatch.setenv("INFERENCE_BACKEND", "device")
    with pytest.raises(ConfigurationError, match=r"^ACCELERATOR: .*darkroom\[tensorrt\]"):
        wired()
