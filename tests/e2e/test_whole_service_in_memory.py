"""`APP_ENV=TEST`: the same service, all in memory, without torch."""

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.e2e.pictures import inline, png, size_of
from tests.e2e.service import KEY, OTHER_KEY, Service, await_end, serving


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("service"), APP_ENV="TEST") as service:
        yield service


def body(**more: object) -> dict[str, object]:
    return {"model": "invert", "input": {"image_base64": inline(png())}, **more}


def test_submit_watch_fetch(service: Service) -> None:
    with service.client() as client:
        accepted = client.post("/v1/tasks", json=body(client_request_id="one"))
        assert accepted.status_code == 202
        task = await_end(client, accepted.json()["task_id"])
        assert task["status"] == "SUCCESS"
        assert task["timing"]["total_ms"] >= task["timing"]["infer_ms"]
        picture = client.get(accepted.headers["location"] + "/result")
        assert size_of(picture.content) == (24, 16)
        assert httpx2.get(task["result"]["url"], trust_env=False).content == picture.content


def test_a_synchronous_submit_answers_the_finished_task(service: Service) -> None:
    with service.client() as client:
        done = client.post(
            "/v1/tasks", json=body(client_request_id="two"), headers={"prefer": "wait=30"}
        )
        assert done.status_code == 200
        assert done.json()["status"] == "SUCCESS"
        assert done.headers["preference-applied"] == "wait=30"


def test_two_hundred_equal_submits_are_one_task(service: Service) -> None:
    asyncio.run(two_hundred_equal_submits(service))


async def two_hundred_equal_submits(service: Service) -> None:
    async with httpx2.AsyncClient(
        base_url=service.url, headers={"x-api-key": KEY}, trust_env=False, timeout=60
    ) as client:
        answers = await asyncio.gather(
            *(client.post("/v1/tasks", json=body(client_request_id="same")) for _ in range(200))
        )
        assert len({answer.json()["task_id"] for answer in answers}) == 1
        codes = Counter(answer.status_code for answer in answers)
        assert codes == {202: 1, 200: 199}
        listed = (await client.get("/v1/tasks", params={"limit": 100})).json()["data"]
        [only] = {answer.json()["task_id"] for answer in answers}
        assert sum(task["task_id"] == only for task in listed) == 1


def test_one_tenant_never_sees_anothers(service: Service) -> None:
    with service.client() as mine, service.client(OTHER_KEY) as theirs:
        task = mine.post("/v1/tasks", json=body(client_request_id="mine")).json()
        await_end(mine, task["task_id"])
        for method, path in [
            ("GET", ""), ("GET", "/result"), ("GET", "/thumbnail"), ("POST", "/cancel"),
            ("POST", "/retry"), ("DELETE", ""),
        ]:  # fmt: skip
            foreign = theirs.request(method, f"/v1/tasks/{task['task_id']}{path}")
            unknown = theirs.request(method, f"/v1/tasks/{task['task_id'][::-1]}{path}")
            assert foreign.status_code == unknown.status_code == 404
            assert foreign.json()["code"] == unknown.json()["code"] == "task_not_found"
        assert theirs.get("/v1/tasks").json()["data"] == []
        replayed = theirs.post("/v1/tasks", json=body(client_request_id="mine"))
        assert replayed.json()["task_id"] != task["task_id"]


def test_metrics_stay_small_after_random_traffic(service: Service) -> None:
    with service.client() as client:
        for number in range(200):
            client.get(f"/v1/tasks/{number:032x}")
            client.get(f"/nowhere/{number}")
        client.post("/v1/tasks", json=body(model="made-up"))
        exposition = client.get("/metrics").text
    assert len(exposition.splitlines()) < 1_500
    assert "made-up" not in exposition
    assert 'route="/v1/tasks/{task_id}"' in exposition
    assert "darkroom_queue_depth" in exposition


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly(tmp_path: Path, how: int) -> None:
    with serving(tmp_path, APP_ENV="TEST") as service:
        assert service.stop(how) == 0
        assert "Traceback" not in service.log.read_text()
