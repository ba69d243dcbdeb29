"""Celery apps: one that only builds and sends messages, one that a worker runs."""

from typing import Any

from celery import Celery  # type: ignore[import-untyped]

from adapters.queue.celery.broker import CeleryBroker, verified_redis
from domain.model.priority import Priority

TASK = "darkroom.wakeup"

SEND_TIMEOUT_S = 1.5
WORK_TIMEOUT_S = 10.0
HEARTBEAT_S = 30
"""A long call that keeps Python's lock keeps heartbeats back too."""
RESULT_TIMEOUT_S = 1.0

SETTINGS = {
    "accept_content": ["json"],
    "task_serializer": "json",
    "result_serializer": "json",
    # A name that is not declared is a mistake, and shall fail.
    "task_create_missing_queues": False,
    "task_default_exchange": "",
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    # What Celery would store by itself would hold up the ack: results are written by hand.
    "task_ignore_result": True,
    "worker_prefetch_multiplier": 1,
    # True deadlocks a threads pool after an outage: it sets the prefetch from two threads.
    "worker_enable_prefetch_count_reduction": False,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "worker_disable_rate_limits": True,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    # A queue deleted under a worker, or a message held past RabbitMQ's consumer_timeout, costs a
    # new connection, not the worker.
    "broker_channel_error_retry": True,
    "broker_heartbeat": HEARTBEAT_S,
}

RESULT_SETTINGS = {
    "redis_socket_connect_timeout": RESULT_TIMEOUT_S / 2,
    "redis_socket_timeout": RESULT_TIMEOUT_S,
    "redis_retry_on_timeout": False,
    "result_backend_max_retries": 1,
    "result_backend_transport_options": {
        "retry_policy": {"max_retries": 1, "interval_start": 0, "interval_max": 0}
    },
}


class _App(Celery):  # type: ignore[misc]
    """Celery lets CELERY_* of the environment pass before what it was given."""

    def connection_for_read(self, url: str | None = None, **options: Any) -> Any:
        return super().connection_for_read(url or self.conf.get("broker_url"), **options)

    def connection_for_write(self, url: str | None = None, **options: Any) -> Any:
        return super().connection_for_write(url or self.conf.get("broker_url"), **options)


def producer_app(broker: CeleryBroker) -> Celery:
    """Without a result backend: a dead one would hold up every submit."""
    return _app(broker, "disabled", SEND_TIMEOUT_S)


def worker_app(broker: CeleryBroker, result_url: str | None) -> Celery:
    """With a result backend remote control is on as well: Flower then turns the events on."""
    app = _app(broker, result_url or "disabled", WORK_TIMEOUT_S)
    app.conf.update(
        RESULT_SETTINGS,
        redis_backend_use_ssl=verified_redis(result_url or ""),
        worker_enable_remote_control=result_url is not None,
    )
    return app


def _app(broker: CeleryBroker, backend: str, timeout_s: float) -> Celery:
    app = _App("darkroom", set_as_current=False, fixups=[])
    app.backend_cls = backend
    app.conf.update(
        SETTINGS,
        broker_url=broker.url,
        broker_use_ssl=broker.tls(),
        task_queues=broker.declarations(),
        task_default_queue=broker.queue_of(Priority.NORMAL),
        broker_connection_timeout=timeout_s,
        broker_transport_options=broker.transport_options(timeout_s),
    )
    return app
