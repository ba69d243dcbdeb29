"""What a waiting task is told of its turn, and what would wait in vain, across processes."""

from tests.e2e.production import PICTURE, Client, Stack
from tests.e2e.production_process import until

pytest_plugins = ["tests.e2e.production_stack"]

TASK_S = 0.3


def places(client: Client, task_ids: list[str]) -> list[int | None]:
    return [client.task(task_id)["queue_position"] for task_id in task_ids]


def submit_with(client: Client, ttl_s: int) -> tuple[int, dict[str, str], dict[str, object]]:
    answer = client.post("/v1/tasks", json={
        "model": "trial", "input": {"image_base64": PICTURE}, "priority": "low", "ttl_s": ttl_s,
        "params": {"name": f"hurried-{ttl_s}"},
    })  # fmt: skip
    return answer.status_code, dict(answer.headers), answer.json()


def test_the_line_the_pace_and_what_would_wait_in_vain(stack: Stack, client: Client) -> None:
    with stack.serve() as other:
        low = [client.submit(f"low-{n}", priority="low", seconds=TASK_S) for n in range(60)]
        until(lambda: places(client, low) == list(range(60)))
        high = other.submit("high", priority="high", seconds=TASK_S)
        until(lambda: places(other, [high, low[0], low[-1]]) == [0, 1, 60])
        last = client.task(low[-1])
        assert last["estimated_start_s"] is None
        assert submit_with(client, 1)[0] == 202, "nothing is known yet, so nobody is refused"
        with stack.worker(), stack.worker():
            for gateway in (client, other):
                told = until(lambda g=gateway: g.task(low[-1])["estimated_start_s"], 60)
                assert 1 <= told < 60 * TASK_S * 10
            status, headers, problem = submit_with(other, 1)
            assert (status, problem["code"]) == (503, "overloaded")
            assert int(headers["retry-after"]) >= 1
            assert submit_with(other, 3600)[0] == 202
            client.await_status(low[-1], "SUCCESS")
        assert places(client, [high, low[-1]]) == [None, None]


def test_a_gateway_that_stops_lets_go_of_its_streams(stack: Stack) -> None:
    with stack.serve() as client:
        task_id = client.submit("for-ever")
        with client.stream("GET", f"/v1/tasks/{task_id}/events") as answer:
            text = answer.iter_text()
            assert "event: status" in next(text)
            assert client.gateway.stop() == 0
