from ssl import CERT_REQUIRED, SSLCertVerificationError
from typing import Any

import pytest
from amqp.exceptions import AccessRefused
from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError

from adapters.queue.celery.app import producer_app, worker_app
from adapters.queue.celery.broker import CeleryBroker
from adapters.queue.celery.errors import refuse_wrong_setting
from domain.model.errors import Unavailable

RABBITMQ = CeleryBroker(url="amqp://u:p@rabbit.example:5673//")
REDIS = CeleryBroker(url="rediss://redis.example/4", prefix="x-", visibility_s=45.0)

MUST_BE = {
    "accept_content": ["json"],
    "task_create_missing_queues": False,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_ignore_result": True,
    "worker_prefetch_multiplier": 1,
    "worker_enable_prefetch_count_reduction": False,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "broker_connection_max_retries": None,
}


@pytest.mark.parametrize("broker", [RABBITMQ, REDIS])
@pytest.mark.parametrize("setting", MUST_BE)
def test_each_of_these_settings_was_learned_the_hard_way(
    broker: CeleryBroker, setting: str
) -> None:
    for app in (producer_app(broker), worker_app(broker, "redis://results.example/5")):
        assert app.conf[setting] == MUST_BE[setting]


def test_three_tiers_and_a_place_for_the_parked() -> None:
    app = producer_app(RABBITMQ)
    assert list(app.amqp.queues) == ["gpu-high", "gpu-normal", "gpu-low", "gpu-parked"]
    for queue in app.amqp.queues.values():
        assert (queue.durable, queue.exchange.name, queue.routing_key) == (True, "", queue.name)
        assert queue.queue_arguments == {"x-queue-type": "classic"}


def test_a_gateway_has_no_result_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_RESULT_BACKEND", "redis://elsewhere.example/0")
    assert type(producer_app(RABBITMQ).backend).__name__ == "DisabledBackend"
    assert type(worker_app(RABBITMQ, None).backend).__name__ == "DisabledBackend"


@pytest.mark.parametrize("make", [producer_app, lambda broker: worker_app(broker, None)])
def test_celerys_own_variables_do_not_pass_before_ours(
    make: "type[Celery]", monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CELERY_BROKER_URL", "CELERY_BROKER_READ_URL", "CELERY_BROKER_WRITE_URL"):
        monkeypatch.setenv(name, "amqp://elsewhere.example//")
    app = make(RABBITMQ)
    for connection in (app.connection_for_read(), app.connection_for_write()):
        assert (connection.hostname, connection.port) == ("rabbit.example", 5673)


@pytest.mark.parametrize(("url", "spectators"), [(None, False), ("redis://r.example/5", True)])
def test_remote_control_is_on_where_there_may_be_spectators(
    url: str | None, spectators: bool
) -> None:
    conf = worker_app(RABBITMQ, url).conf
    assert conf.worker_enable_remote_control is spectators
    assert conf.worker_send_task_events is False


@pytest.mark.parametrize("make", [producer_app, lambda broker: worker_app(broker, None)])
def test_every_wait_on_a_connection_is_bounded(make: "type[Celery]") -> None:
    amqp, redis = (make(broker).conf.broker_transport_options for broker in (RABBITMQ, REDIS))
    assert amqp["read_timeout"] == amqp["write_timeout"] <= 10
    assert redis["socket_timeout"] == redis["socket_connect_timeout"] <= 10
    assert redis["retry_on_timeout"] is False


def test_on_redis_whatever_is_kept_has_the_prefix() -> None:
    options = producer_app(REDIS).conf.broker_transport_options
    assert options["visibility_timeout"] == 45.0
    keys = [options[f"unacked{each}_key"] for each in ("", "_index", "_mutex")]
    assert all(key.startswith("x-") for key in keys)


@pytest.mark.parametrize(
    ("url", "tls"),
    [("amqp://h//", None), ("redis://h/0", None),
     ("amqps://h//", {"cert_reqs": CERT_REQUIRED, "server_hostname": None}),
     ("rediss://h/0", {"ssl_cert_reqs": CERT_REQUIRED, "ssl_check_hostname": True})],
)  # fmt: skip
def test_with_tls_the_server_is_verified(url: str, tls: dict[str, Any] | None) -> None:
    broker = CeleryBroker(url=url)
    assert producer_app(broker).conf.broker_use_ssl == tls
    assert worker_app(broker, "rediss://h/1").conf.redis_backend_use_ssl["ssl_check_hostname"]


def test_a_wrong_setting_is_known_through_its_causes() -> None:
    error = OperationalError("as the library tells it")
    error.__cause__ = AccessRefused("login was refused")
    with pytest.raises(Unavailable, match=r"^BROKER_URL: user or password") as raised:
        refuse_wrong_setting(error)
    assert raised.value.__cause__ is error


def test_it_is_known_too_where_the_library_kept_no_cause() -> None:
    error = RedisConnectionError("Error 1 connecting")
    error.__context__ = SSLCertVerificationError("self-signed certificate")
    with pytest.raises(Unavailable, match=r"^BROKER_URL: the certificate"):
        refuse_wrong_setting(error)


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError()])
def test_a_broker_that_is_away_is_no_wrong_setting(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    refuse_wrong_setting(error)
    assert "out of reach" in caplog.text
