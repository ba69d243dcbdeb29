"""What the outbox takes of the server: round trips, keys and their life, and answers that get
lost."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from adapters.redis_client import RedisClient
from adapters.tasks.redis_outbox import RedisWebhookOutbox
from domain.model.webhook import KEPT_S, leased
from ports.webhook_outbox import Backlog, DeliveryQuery
from tests.contract.clauses.webhook_outbox import WEBHOOKS, delivery
from tests.contract.redis.own_server import Connect
from tests.contract.redis.test_space import trips
from tests.contract.redis_space import keys
from tests.contract.task_factory import SteppedClock
from tests.servers.redis_server import RedisServer
from tests.servers.tcp_link import tcp_link

pytestmark = pytest.mark.anyio


@pytest.fixture
def outbox(client: RedisClient, clock: SteppedClock) -> RedisWebhookOutbox:
    return RedisWebhookOutbox(client, "t:", clock)


async def test_each_call_is_one_round_trip(client: RedisClient, outbox: RedisWebhookOutbox) -> None:
    row = delivery()
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: outbox.replace(row, None, 4),
        lambda: outbox.get(row.delivery_id),
        lambda: outbox.list(DeliveryQuery(tenant="acme")),
        lambda: outbox.due(row.lane, 8),
        lambda: outbox.backlog(100),
    ]
    for call in calls:  # the first time each script is sent in full
        await call()
    assert [await trips(client, call) for call in calls] == [1] * len(calls)


async def test_a_row_fades_by_itself_and_what_indexes_say_of_it_goes_when_met(
    client: RedisClient, outbox: RedisWebhookOutbox, clock: SteppedClock
) -> None:
    first, *others = [delivery() for _ in range(3)]
    for row in (first, *others):
        assert await outbox.replace(row, None)
    left_ms = await client.call("PTTL", f"t:delivery:{first.delivery_id}")
    assert 0 <= KEPT_S * 1000 - left_ms < 60_000
    for row in (first, *others):
        await client.call("DEL", f"t:delivery:{row.delivery_id}")
    assert await outbox.backlog(10) == Backlog((first.lane,))
    assert await outbox.due(first.lane, 10) == ()
    assert await outbox.backlog(10) == Backlog()
    assert await outbox.list(DeliveryQuery(tenant="acme")) == ()
    assert await keys(client, "t:") == []


async def test_a_write_whose_answer_got_lost_is_known_again(
    server: RedisServer, connect: Connect, clock: SteppedClock
) -> None:
    async with tcp_link(urlsplit(server.url).port or 0) as link:
        client = await connect(f"redis://127.0.0.1:{link.port}/1")
        outbox, row = RedisWebhookOutbox(client, "t:", clock), delivery()
        await outbox.backlog(1)
        link.replies_to_lose = 1
        assert await outbox.replace(row, None)
        mine = leased(row, clock(), WEBHOOKS)
        link.replies_to_lose = 1
        assert await outbox.replace(mine, row.revision, 1)
        assert link.replies_to_lose == 0
        assert await outbox.get(row.delivery_id) == mine
        assert not await outbox.replace(replace(mine, tries=1), row.revision)
