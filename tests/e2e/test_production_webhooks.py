"""A scripted receiver behind the production stack: what it gets, and how often."""

import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from tests.e2e.production import PICTURE, Client, Stack
from tests.e2e.production_process import until
from tests.e2e.receiving import after, receiving, verified
from tests.servers.scripted_http import answer
from tests.servers.webhook_receiver import OK, Arrival, WebhookReceiver, hang, reset

pytest_plugins = ["tests.e2e.production_stack"]

LOG = "/v1/webhooks/deliveries"
PATIENCE_S = 90.0
TRY_S = 2.0
RETRY_AFTER_S = 3


def hooks(receiver: WebhookReceiver) -> dict[str, str]:
    """The settings of a gateway that may reach `receiver`, and does not wait for hours."""
    return {
        "FETCH_ALLOW_HOSTS": f"127.0.0.1:{receiver.port}",
        "WEBHOOK_SCHEDULE_S": "0" + ",0.2" * 11,
        "WEBHOOK_TIMEOUT_S": str(TRY_S),
    }


def submit(client: Client, name: str, hook: str, **more: Any) -> str:
    sent = {"model": "trial", "input": {"image_base64": PICTURE}, "params": {"name": name}}
    told = client.post("/v1/tasks", json={**sent, "callback_url": hook, **more})
    assert told.status_code == 202, told.text
    return str(told.json()["task_id"])


def log(client: Client, **asked: str) -> list[dict[str, Any]]:
    return list(client.get(LOG, params={"limit": "100", **asked}).json()["data"])


def outcome(client: Client, task_id: str) -> str:
    """ "" before there is anything to tell."""
    rows = log(client, task_id=task_id)
    return str(rows[0]["outcome"]) if rows else ""


def test_whatever_a_receiver_does_it_is_told_until_it_says_200(stack: Stack) -> None:
    seen_inside: list[str] = []
    with (
        receiving() as receiver,
        stack.serve(**hooks(receiver)) as client,
        stack.worker(),
    ):
        started = submit(client, "starts", receiver.url("/starts"),
                         webhook_events=["task.started", "task.succeeded"])  # fmt: skip
        client.submit("keeps-the-worker", seconds=2)
        task_id = submit(client, "told", receiver.url("/hook"))
        away = receiver.url("/elsewhere")
        receiver.script([
            answer(500), reset, hang, answer(302, location=away), answer(200, bytes(10**6)),
        ], "/big")  # fmt: skip
        big = submit(client, "big", receiver.url("/big"))
        receiver.script([
            answer(500), reset, hang, answer(307, location=away),
            answer(429, retry_after=str(RETRY_AFTER_S)),
            after(lambda _arrival: seen_inside.append(client.task(task_id)["status"])),
        ])  # fmt: skip
        receiver.script([answer(410)], "/gone")
        gone = submit(client, "gone", receiver.url("/gone"))
        until(lambda: {outcome(client, each) for each in (task_id, big)} == {"delivered"},
              PATIENCE_S)  # fmt: skip
        until(lambda: outcome(client, gone) == "stopped", PATIENCE_S)
        until(lambda: len(receiver.at("/starts")) == 2, PATIENCE_S)
        secret = client.post("/v1/webhooks/secret").json()["secret"]
        (row,) = log(client, task_id=task_id)

    tries = receiver.at()
    assert len(tries) == row["tries"] == 6
    assert {each.headers["webhook-id"] for each in tries} == {row["webhook_id"]}
    stamps = [int(each.headers["webhook-timestamp"]) for each in tries]
    assert stamps == sorted(stamps)
    assert len(set(stamps)) > 1, "each try has a stamp of its own"
    for arrival in receiver.arrivals:
        verified(arrival, secret)
    told = verified(tries[-1], secret)
    assert (told["type"], told["data"]["task_id"]) == ("task.succeeded", task_id)
    assert told["data"]["status"] == "SUCCESS"
    assert seen_inside == ["SUCCESS"], "a GET from inside the receiver shows the end"
    assert tries[-1].at_s - tries[-2].at_s >= RETRY_AFTER_S
    assert receiver.at("/elsewhere") == [], "a redirect is not followed"
    assert len(receiver.at("/gone")) == 1
    kinds = {verified(each, secret)["type"] for each in receiver.at("/starts")}
    assert kinds == {"task.started", "task.succeeded"}
    assert {verified(each, secret)["data"]["task_id"] for each in receiver.at("/starts")} == {
        started
    }


def test_a_gateway_that_dies_before_it_sends_loses_nothing(stack: Stack) -> None:
    with receiving() as receiver, stack.worker():
        with stack.serve(**hooks(receiver)) as client:
            task_id = submit(client, "outlives-its-gateway", receiver.url())
            client.gateway.kill()
        stack.await_start("outlives-its-gateway")
        assert receiver.arrivals == []
        with stack.serve(**hooks(receiver)) as client:
            until(lambda: receiver.arrivals, PATIENCE_S)
            until(lambda: outcome(client, task_id) == "delivered", PATIENCE_S)
    assert len(receiver.arrivals) == 1


def test_a_gateway_that_dies_before_it_notes_the_200_sends_again(stack: Stack) -> None:
    """The same id tells the receiver that it knows this one."""
    with receiving() as receiver, stack.worker():
        with stack.serve(**hooks(receiver)) as client:
            gateway = client.gateway

            def freeze(_arrival: Arrival) -> None:
                gateway.process.send_signal(signal.SIGSTOP)

            receiver.script([after(freeze), OK])
            task_id = submit(client, "told-twice", receiver.url())
            until(lambda: receiver.arrivals, PATIENCE_S)
            gateway.kill()
        with stack.serve(**hooks(receiver)) as client:
            until(lambda: outcome(client, task_id) == "delivered", PATIENCE_S)
            secret = client.post("/v1/webhooks/secret/rotate").json()["secret"]
            (row,) = log(client, task_id=task_id)
    one, other = receiver.arrivals
    assert one.headers["webhook-id"] == other.headers["webhook-id"] == row["webhook_id"]
    assert one.body != b""
    with pytest.raises(Exception, match="No matching signature"):
        verified(one, secret)


def test_a_dead_host_with_two_thousand_webhooks_delays_nobody_else(stack: Stack) -> None:
    """The other's come within 5 s of the end of their tasks, nineteen of twenty."""
    deliveries, others = 2_000, 60
    with receiving("127.0.0.2") as dead, receiving() as healthy:
        dead.script([hang])
        allowed = f"127.0.0.2:{dead.port},127.0.0.1:{healthy.port}"
        keys = f"{stack.env['API_KEYS']},victim:a-key-of-the-victim"
        with stack.serve(
            **hooks(healthy) | {"FETCH_ALLOW_HOSTS": allowed, "API_KEYS": keys}
        ) as client:
            ping: dict[str, Any] = {"json": {"callback_url": dead.url()}}
            with ThreadPoolExecutor(8) as pool:
                sent = pool.map(
                    lambda _: client.post("/v1/webhooks/ping", **ping), range(deliveries)
                )
                assert {each.status_code for each in sent} == {202}
            client.headers["x-api-key"] = "a-key-of-the-victim"
            for number in range(others):
                task_id = submit(client, f"waits-{number}", healthy.url())
                assert client.post(f"/v1/tasks/{task_id}/cancel").json()["status"] == "CANCELED"
            until(lambda: len(healthy.arrivals) >= others, PATIENCE_S)
            until(lambda: not log(client, outcome="pending"), PATIENCE_S)
            rows = log(client)
    waits_s = sorted(
        (datetime.fromisoformat(row["tried_at"]) - datetime.fromisoformat(row["created_at"]))
        .total_seconds()
        for row in rows
    )  # fmt: skip
    assert len(waits_s) == others
    assert waits_s[int(0.95 * others)] <= 5
    assert dead.most_at_once["/hook"] <= 4
