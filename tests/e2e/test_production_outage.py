"""A broker that is away or silent, a ledger that forgets."""

import redis
from anyio.from_thread import start_blocking_portal

from tests.e2e.production import Client, Stack
from tests.e2e.production_process import until
from tests.e2e.service import await_end
from tests.servers.broker_line import broker_line

pytest_plugins = ["tests.e2e.production_stack"]

ANSWER_S = 5.0
"""2 s of waiting for the broker, and a busy machine."""


def test_a_submit_waits_for_no_broker_and_its_task_runs_later(stack: Stack) -> None:
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(broker_line(stack.env["BROKER_URL"])) as line,
        stack.serve(BROKER_URL=line.url) as client,
        stack.worker(BROKER_URL=line.url) as worker,
    ):
        accepted = [client.submit("before")]
        stack.await_start("before")
        portal.call(line.down)
        accepted += [client.submit(f"away-{n}", timeout_s=ANSWER_S) for n in range(3)]
        portal.call(line.up)
        stack.await_start("away-2")
        portal.call(line.freeze)
        accepted += [client.submit(f"silent-{n}", timeout_s=ANSWER_S) for n in range(2)]
        portal.call(line.up)
        ended = [await_end(client, task_id) for task_id in accepted]
        portal.call(line.down)
        assert worker.stop() == 0
        assert "Traceback" not in worker.log.read_text()
    assert [(task["status"], task["attempt"]) for task in ended] == [("SUCCESS", 1)] * 6


def test_a_flushed_ledger_learns_its_tasks_from_their_messages(
    stack: Stack, client: Client
) -> None:
    with stack.worker() as worker:
        done = client.submit("done")
        await_end(client, done)
        # Where it was published twice, as it may be, its other message would bring it back.
        until(lambda: not any(client.depths().values()))
        assert worker.stop() == 0
    waiting = client.submit("waiting", priority="low")
    with redis.Redis.from_url(stack.env["REDIS_URL"]) as ledger:
        ledger.flushdb()
    for task_id in (done, waiting):
        answer = client.get(f"/v1/tasks/{task_id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "task_not_found")
    assert client.get("/v1/tasks").json()["data"] == []
    with stack.worker():
        until(lambda: client.get(f"/v1/tasks/{waiting}").status_code == 200)
        task = await_end(client, waiting)
    assert (task["status"], task["attempt"], task["priority"]) == ("SUCCESS", 1, "low")
    assert client.get(f"/v1/tasks/{waiting}/result").status_code == 200
    assert client.get(f"/v1/tasks/{done}").status_code == 404
