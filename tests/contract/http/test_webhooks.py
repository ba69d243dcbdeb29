"""The log of webhooks, redelivery, pings and secrets, as a client meets them."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx2 import AsyncClient
from standardwebhooks import Webhook

from adapters.webhooks.memory import MemoryWebhookSender
from domain.model.webhook import CHOOSABLE
from domain.model.webhook_secret import is_secret
from entrypoints.http.schemas import SubmitBody
from entrypoints.http.webhook_view import bodies
from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import OTHER_KEY, Surface, body, submitted

pytestmark = pytest.mark.anyio

HOOK = "https://93.184.215.14/hook"
LOG = "/v1/webhooks/deliveries"


@pytest.fixture
def surface() -> Surface:
    return Surface(public_url="https://darkroom.example/base/")


@pytest.fixture
async def client(surface: Surface) -> AsyncIterator[AsyncClient]:
    async with surface.client() as client:
        yield client


async def canceled(client: AsyncClient, **fields: object) -> str:
    task_id = await submitted(client, callback_url=HOOK, **fields)
    assert (await client.post(f"/v1/tasks/{task_id}/cancel")).status_code == 200
    return task_id


async def delivered(surface: Surface, number: int) -> MemoryWebhookSender:
    """The sender, once that many have arrived."""
    sender = surface.container.sender()
    assert isinstance(sender, MemoryWebhookSender)
    loop = asyncio.create_task(surface.container.deliver()(bodies(surface.gateway)))
    async with asyncio.timeout(20):
        while len(sender.arrived) < number:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    loop.cancel()
    await asyncio.wait([loop])
    return sender


async def test_the_body_is_the_task_as_a_get_shows_it(
    surface: Surface, client: AsyncClient
) -> None:
    task_id = await submitted(client, callback_url=HOOK, metadata={"order": "7"})
    await surface.work(task_id)
    (arrived,) = (await delivered(surface, 1)).arrived
    secret = (await client.post("/v1/webhooks/secret")).json()["secret"]
    told = signed_by(secret, arrived.headers, arrived.body)
    shown = (await client.get(f"/v1/tasks/{task_id}")).json()
    assert told["type"] == "task.succeeded"
    assert told["timestamp"] == shown["finished_at"]
    base = f"https://darkroom.example/base/v1/tasks/{task_id}"
    assert told["data"]["urls"]["self"] == base
    assert {**told["data"], "urls": 0, "result": 0} == {**shown, "urls": 0, "result": 0}
    assert told["data"]["result"]["sha256"] == shown["result"]["sha256"]
    assert told["data"]["result"]["url"].startswith("https://darkroom.example/base/v1/files/")


def signed_by(secret: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """The body. The service's clock stands in 2027 here, for which the library's own check of the
    stamp has no patience: the signature is made again instead."""
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    ours = Webhook(secret).sign(headers["webhook-id"], at, body.decode())
    assert headers["webhook-signature"] == ours
    found: dict[str, Any] = json.loads(body)
    return found


async def test_the_log_names_the_tries_and_filters_by_task_and_outcome(
    surface: Surface, client: AsyncClient
) -> None:
    first, second = await canceled(client), await canceled(client, params={})
    await delivered(surface, 2)
    page = (await client.get(LOG)).json()
    assert [row["task_id"] for row in page["data"]] == [second, first]
    assert (page["has_more"], page["next_cursor"]) == (False, None)
    row = (await client.get(LOG, params={"task_id": first})).json()["data"][0]
    assert row == (await client.get(f"{LOG}/{row['webhook_id']}")).json()
    assert (row["outcome"], row["tries"], row["status"]) == ("delivered", 1, 200)
    assert (row["url"], row["error"], row["next_at"]) == (HOOK, None, None)
    assert (await client.get(LOG, params={"outcome": "failed"})).json()["data"] == []
    assert len((await client.get(LOG, params={"outcome": "delivered"})).json()["data"]) == 2


async def test_pages_follow_each_other(client: AsyncClient) -> None:
    ids = [await canceled(client, metadata={"n": n}) for n in range(5)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get(LOG, params={"limit": 2, **cursor})).json()
        seen += [row["task_id"] for row in page["data"]]
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == ids[::-1]


@pytest.mark.parametrize(
    "params",
    [{"outcome": "lost"}, {"limit": "0"}, {"cursor": "%%%"}, {"cursor": "Li4v"}, {"task": "x"}],
)
async def test_a_filter_that_means_nothing_is_refused(
    client: AsyncClient, params: dict[str, str]
) -> None:
    answer = await client.get(LOG, params=params)
    assert answer.status_code == 422


async def test_redelivery_is_under_the_same_id(surface: Surface, client: AsyncClient) -> None:
    await canceled(client)
    await delivered(surface, 1)
    (row,) = (await client.get(LOG)).json()["data"]
    again = await client.post(f"{LOG}/{row['webhook_id']}/redeliver")
    assert again.status_code == 202
    assert again.json()["outcome"] == "pending"
    sender = await delivered(surface, 2)
    assert len({each.headers["webhook-id"] for each in sender.arrived}) == 1


async def test_a_ping_is_tried_once_and_logged(surface: Surface, client: AsyncClient) -> None:
    answer = await client.post("/v1/webhooks/ping", json={"callback_url": HOOK})
    assert answer.status_code == 202
    assert (answer.json()["type"], answer.json()["task_id"]) == ("webhook.ping", None)
    (arrived,) = (await delivered(surface, 1)).arrived
    assert b'"webhook.ping"' in arrived.body


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"callback_url": "http://169.254.169.254/"}, "url_not_allowed"),
        ({"callback_url": 7}, "invalid_request"),
        ({}, "invalid_request"),
        ({"url": HOOK}, "unknown_field"),
    ],
)
async def test_a_ping_to_nowhere_is_refused(
    client: AsyncClient, sent: dict[str, object], code: str
) -> None:
    answer = await client.post("/v1/webhooks/ping", json=sent)
    assert_problem(answer, 422, code)
    assert (await client.get(LOG)).json()["data"] == []


async def test_a_private_callback_is_refused_at_submit_with_its_pointer(
    client: AsyncClient,
) -> None:
    answer = await client.post("/v1/tasks", json=body(callback_url="http://10.0.0.1/hook"))
    assert_problem(answer, 422, "url_not_allowed")
    assert answer.json()["errors"][0]["pointer"] == "/callback_url"


async def test_the_secret_is_shown_once_and_after_a_rotation_the_new_one(
    client: AsyncClient,
) -> None:
    shown = await client.post("/v1/webhooks/secret")
    assert is_secret(shown.json()["secret"])
    assert shown.headers["cache-control"] == "no-store"
    assert_problem(await client.post("/v1/webhooks/secret"), 409, "secret_shown")
    rotated = (await client.post("/v1/webhooks/secret/rotate")).json()
    assert rotated["secret"] != shown.json()["secret"]
    assert rotated["previous_until"] is not None
    assert_problem(await client.post("/v1/webhooks/secret"), 409, "secret_shown")


async def test_what_the_operator_set_is_shown_to_nobody() -> None:
    surface = Surface(webhook_secret="whsec_" + "A" * 32)
    async with surface.client() as client:
        for path in ("/v1/webhooks/secret", "/v1/webhooks/secret/rotate"):
            answer = await client.post(path)
            assert_problem(answer, 409, "secret_fixed")
            assert "AAAA" not in answer.text


async def test_others_see_nothing_of_it(surface: Surface, client: AsyncClient) -> None:
    await canceled(client)
    (row,) = (await client.get(LOG)).json()["data"]
    async with surface.client(OTHER_KEY) as other:
        assert (await other.get(LOG)).json()["data"] == []
        for answer in (
            await other.get(f"{LOG}/{row['webhook_id']}"),
            await other.post(f"{LOG}/{row['webhook_id']}/redeliver"),
            await other.get(f"{LOG}/{'x' * 300}"),
        ):
            assert_problem(answer, 404, "delivery_not_found")
    async with surface.client(None) as nobody:
        assert (await nobody.get(LOG)).status_code == 401


async def test_the_schema_knows_the_events_of_the_domain() -> None:
    schema = SubmitBody.model_json_schema()["properties"]["webhook_events"]
    assert schema["anyOf"][0]["items"]["enum"] == [event.value for event in CHOOSABLE]


async def test_a_batch_tells_once_that_all_of_it_has_ended(
    surface: Surface, client: AsyncClient
) -> None:
    items = [body() for _ in range(3)]
    sent = {"items": items, "callback_url": HOOK, "webhook_events": ["batch.completed"]}
    batch = (await client.post("/v1/batches", json=sent)).json()
    await client.post(f"/v1/batches/{batch['batch_id']}/cancel")
    finish = surface.container.finish_batches()
    for _ in range(2):
        await finish()
    (arrived,) = (await delivered(surface, 1)).arrived
    told = json.loads(arrived.body)
    assert told["type"] == "batch.completed"
    assert told["data"]["batch_id"] == batch["batch_id"]
    assert told["data"]["counts"]["canceled"] == 3
    (row,) = (await client.get(LOG)).json()["data"]
    assert (row["batch_id"], row["task_id"]) == (batch["batch_id"], None)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"callback_url": "http://10.0.0.1/"}, "url_not_allowed"),
        ({"callback_url": HOOK, "webhook_events": ["task.started"]}, "invalid_request"),
    ],
)
async def test_a_batch_to_nowhere_is_refused_whole(
    client: AsyncClient, more: dict[str, object], code: str
) -> None:
    answer = await client.post("/v1/batches", json={"items": [body()], **more})
    assert_problem(answer, 422, code)
    assert (await client.get("/v1/tasks")).json()["data"] == []
