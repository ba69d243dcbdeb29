"""The log of a gateway and a worker, as whoever collects it sees it."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis

from tests.contract.services import free_port
from tests.e2e.pictures import inline, png
from tests.e2e.production import Client, Stack
from tests.e2e.production_process import until
from tests.e2e.service import KEY, await_end

pytest_plugins = ["tests.e2e.production_stack"]

SECRETS = {
    "redis": "planted-redis-password-4f1c",
    "signing": "planted-signing-secret-9a70",
    "broker": "planted-broker-password-55d1",
    "url": "planted-url-signature-03be",
    "key": KEY,
    "wrong key": "dk_planted_wrong_key_77aa",
    "receiver": "planted-token-of-a-receiver-c2d8",
    "webhook": "whsec_cGxhbnRlZC13ZWJob29rLXNlY3JldC02NmJi",
}
PROMPT = ("a cat\n\x1b[2J\r\0\u2028 forged " + '{"level": "error"}' + "\n") * 25_000
"""More than 1 MB of what a log must not pass on as it is."""
LONGEST_LINE = 40_000
NOBODYS_PORT = free_port()


@dataclass
class Logs:
    """What both processes wrote: `gateway` and `worker` as objects, `text` as it stands."""

    gateway: list[dict[str, Any]]
    worker: list[dict[str, Any]]
    text: str


@pytest.fixture(scope="module")
def guarded(stack: Stack) -> Stack:
    """The stack with a password on its Redis; every secret is one that can be looked for."""
    with redis.Redis.from_url(stack.env["REDIS_URL"]) as open_redis:
        open_redis.config_set("requirepass", SECRETS["redis"])
    place = urlsplit(stack.env["REDIS_URL"])
    url = place._replace(netloc=f":{SECRETS['redis']}@{place.netloc}").geturl()
    stack.env |= {
        "REDIS_URL": url,
        "URL_SIGNING_SECRET": SECRETS["signing"],
        "WEBHOOK_SECRET": SECRETS["webhook"],
        "LOG_LEVEL": "debug",
        "FETCH_ALLOW_HOSTS": f"127.0.0.1:{NOBODYS_PORT}",
        "RETRY_BASE_S": "0.1",
    }
    return stack


@pytest.fixture(scope="module")
def logs(guarded: Stack) -> Logs:
    with guarded.serve() as client, guarded.worker() as worker:
        good(client)
        quoted(client)
        unreachable(client)
        refused(client)
        until(lambda: "webhook_tried" in client.gateway.log.read_text())
        assert client.gateway.stop() == 0
        assert worker.stop() == 0
        said = [program.log.read_text() for program in (client.gateway, worker)]
    return Logs(*([json.loads(line) for line in text.splitlines()] for text in said), "".join(said))


def submit(client: Client, request_id: str, **fields: Any) -> dict[str, Any]:
    body = {"model": "trial", "input": {"image_base64": inline(png())}} | fields
    answer = client.post("/v1/tasks", json=body, headers={"x-request-id": request_id})
    assert answer.status_code == 202, answer.text
    return await_end(client, answer.json()["task_id"])


def good(client: Client) -> None:
    receiver = f"http://127.0.0.1:{NOBODYS_PORT}/hook?token={SECRETS['receiver']}"
    ended = submit(client, "req-good", params={"name": "good"}, callback_url=receiver)
    assert ended["status"] == "SUCCESS"


def quoted(client: Client) -> None:
    """A model that repeats the user's words in its error."""
    params = {"name": "quoted", "manner": "quotes", "text": PROMPT}
    assert submit(client, "req-quoted", params=params)["status"] == "FAILURE"


def unreachable(client: Client) -> None:
    url = f"http://127.0.0.1:{NOBODYS_PORT}/cat.png?X-Amz-Signature={SECRETS['url']}"
    ended = submit(client, "req-unreachable", input={"image_url": url}, params={"name": "u"})
    assert ended["error"]["code"] == "fetch_failed"


def refused(client: Client) -> None:
    """What never becomes a task: a wrong key, a path and a query of the caller's making."""
    wrong = {"x-api-key": SECRETS["wrong key"]}
    assert client.get("/v1/tasks", headers=wrong).status_code == 401
    path = f"/v1/{SECRETS['url']}?key={SECRETS['wrong key']}"
    assert client.get(path).status_code == 404


def of(lines: list[dict[str, Any]], **fields: Any) -> list[dict[str, Any]]:
    return [line for line in lines if fields.items() <= line.items()]


def test_every_line_is_an_object_with_time_level_and_event(logs: Logs) -> None:
    assert len(logs.gateway) > 5
    assert len(logs.worker) > 5
    for line in logs.gateway + logs.worker:
        assert list(line)[:3] == ["timestamp", "level", "event"]


def test_the_request_id_of_a_submit_leads_to_the_workers_lines(logs: Logs) -> None:
    [served] = of(logs.gateway, event="request_served", request_id="req-good", method="POST")
    assert (served["route"], served["status"], served["tenant"]) == ("/v1/tasks", 202, "default")
    events = [line["event"] for line in of(logs.worker, request_id="req-good")]
    assert events == ["task_started", "task_succeeded"]
    started, ended = of(logs.worker, request_id="req-good")
    assert started["task_id"] == ended["task_id"]
    assert {started["tenant"], ended["tenant"]} == {"default"}


def test_a_success_tells_its_stages_and_its_device(logs: Logs) -> None:
    [ended] = of(logs.worker, request_id="req-good", event="task_succeeded")
    assert ended["device"] == "cpu"
    stages = [ended[f"{stage}_ms"] for stage in
              ("queue", "fetch", "prepare", "infer", "encode", "upload", "total")]  # fmt: skip
    assert all(isinstance(ms, int) and ms >= 0 for ms in stages)
    assert sum(stages[3:6]) <= stages[6] + 50


def test_a_users_text_is_one_short_line(logs: Logs) -> None:
    failed = of(logs.worker, request_id="req-quoted", event="attempt_failed")
    assert len(failed) == 2, "one an attempt"
    for line in failed:
        assert line["tenant"] == "default"
        assert "a cat\n\x1b[2J\r\0" in line["text"], "escaped on its way, not changed"
        assert "characters left out" in line["text"]
    assert max(map(len, logs.text.splitlines())) < LONGEST_LINE
    assert logs.text.isascii()
    assert [char for char in logs.text if not (char.isprintable() or char == "\n")] == []


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_is_in_any_line(logs: Logs, name: str) -> None:
    assert SECRETS[name] not in logs.text


def test_no_picture_is_in_any_line(logs: Logs) -> None:
    assert inline(png())[:24] not in logs.text


def test_a_broker_that_is_away_is_told_without_its_password(guarded: Stack) -> None:
    url = f"amqp://darkroom:{SECRETS['broker']}@127.0.0.1:{NOBODYS_PORT}//"
    with guarded.serve(BROKER_URL=url) as client:
        body = {"model": "trial", "input": {"image_base64": inline(png())},
                "params": {"name": "away"}}  # fmt: skip
        answer = client.post("/v1/tasks", json=body, headers={"x-request-id": "req-away"})
        assert answer.status_code == 202
        assert client.gateway.stop() == 0
        text = client.gateway.log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    [failed, *_] = of(lines, event="publish_failed", task_id=answer.json()["task_id"])
    assert (failed["request_id"], failed["tenant"]) == ("req-away", "default")
    assert all(secret not in text for secret in SECRETS.values())
