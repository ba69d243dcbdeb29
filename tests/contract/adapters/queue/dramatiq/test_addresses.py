import time

import dramatiq.broker
import pytest

from adapters.queue.dramatiq.by_scheme import transport_for
from adapters.queue.dramatiq.led_broker import worker_on
from adapters.queue.dramatiq.names import TierQueues
from adapters.queue.dramatiq.rabbitmq import RabbitmqTransport, with_options
from adapters.queue.dramatiq.redis import RedisTransport
from adapters.queue.dramatiq.wakeup_queue import DramatiqWakeupQueue
from domain.model.errors import InternalError

RABBITMQ, REDIS = "amqp://guest:guest@127.0.0.1:5672//", "redis://127.0.0.1:6379/3"


@pytest.mark.parametrize(
    ("url", "transport"),
    [(RABBITMQ, RabbitmqTransport), ("amqps://h/", RabbitmqTransport),
     ("amqp://h//;amqp://i//", RabbitmqTransport),
     (REDIS, RedisTransport), ("rediss://h/0", RedisTransport)],
)  # fmt: skip
def test_the_scheme_chooses_the_broker(url: str, transport: type) -> None:
    assert isinstance(transport_for(url, TierQueues()), transport)


@pytest.mark.parametrize(
    "url", ["", "sqs://h", "amqp://u:hid/den@h/", "amqp://h/?heartbeat=x", "redis://:hid/den@h/0"]
)
def test_an_unusable_address_names_the_variable_and_repeats_nothing(url: str) -> None:
    with pytest.raises(InternalError, match=r"^BROKER_URL: ") as told:
        DramatiqWakeupQueue(url, time.monotonic)
    assert "hid" not in told.value.detail


@pytest.mark.parametrize(
    ("url", "said"),
    [("amqp://h//", "amqp://h/%2F?a=1&b=2"), ("amqp://h/v", "amqp://h/v?a=1&b=2"),
     ("amqp://h/v?b=3", "amqp://h/v?a=1&b=3"), ("amqp://h", "amqp://h?a=1&b=2"),
     ("amqp://h//;amqp://i/v", "amqp://h/%2F?a=1&b=2;amqp://i/v?a=1&b=2")],
)  # fmt: skip
def test_an_addresss_own_options_go_before_ours(url: str, said: str) -> None:
    assert with_options(url, {"a": "1", "b": "2"}) == said


@pytest.mark.parametrize("url", [RABBITMQ, REDIS])
def test_the_librarys_global_broker_stays_unset(url: str) -> None:
    DramatiqWakeupQueue(url, time.monotonic)
    broker, _ = transport_for(url, TierQueues()).consumer()
    worker_on(broker, TierQueues(), slots=1)
    assert dramatiq.broker.global_broker is None


def test_names_keep_clear_of_celerys() -> None:
    queues = TierQueues()
    assert (queues.lead, queues.parked) == ("dq-gpu-high", "dq-parked")
