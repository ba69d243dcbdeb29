import pytest
from dramatiq.brokers.redis import RedisBroker

from adapters.queue.dramatiq.by_scheme import transport_for
from adapters.queue.dramatiq.internals import RELIED_ON, check_dramatiq
from adapters.queue.dramatiq.names import TierQueues
from domain.model.errors import InternalError

URLS = ["amqp://127.0.0.1//", "redis://127.0.0.1/0"]


@pytest.mark.parametrize("url", URLS)
def test_the_installed_dramatiq_has_what_is_relied_on(url: str) -> None:
    transport = transport_for(url, TierQueues())
    check_dramatiq(transport)
    assert transport.missing_parts() == []


def test_a_dramatiq_that_works_in_another_way_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    method = next(iter(RELIED_ON))
    monkeypatch.setitem(RELIED_ON, method, ("consume", "gone"))
    with pytest.raises(InternalError, match=r"lacks ConsumerThread\.run → gone"):
        check_dramatiq(transport_for(URLS[0], TierQueues()))


def test_a_redis_broker_without_a_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RedisBroker.__init__.__globals__["_scripts"], "dispatch", b"return 1")
    with pytest.raises(InternalError, match=r"RedisBroker\.do_fetch"):
        check_dramatiq(transport_for(URLS[1], TierQueues()))
