"""GET …/result and …/thumbnail: negotiation, caching, and every way not to have one."""

import io
import json

import pytest
from httpx2 import AsyncClient
from PIL import Image

from domain.model.life_cycle import expire
from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import Surface, body, finished, inline, png, submitted

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("accept", ["*/*", "image/*", "image/png", "text/html,*/*;q=0.8"])
async def test_the_picture_comes_as_a_picture(
    client: AsyncClient, surface: Surface, accept: str
) -> None:
    task_id = await finished(surface, client)
    answer = await client.get(f"/v1/tasks/{task_id}/result", headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.content)).size == (4, 3)
    assert answer.headers["content-disposition"] == f'inline; filename="{task_id}_4x3.png"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, max-age=86400, immutable"


async def test_without_accept_the_picture_comes(surface: Surface) -> None:
    async with surface.client() as client:
        del client.headers["accept"]
        answer = await client.get(f"/v1/tasks/{await finished(surface, client)}/result")
    assert answer.headers["content-type"] == "image/png"


@pytest.mark.parametrize(("format", "kind"), [("jpeg", "JPEG"), ("webp", "WEBP")])
async def test_the_picture_is_of_the_wanted_format(
    client: AsyncClient, surface: Surface, format: str, kind: str
) -> None:
    task_id = await finished(surface, client, output={"format": format})
    answer = await client.get(f"/v1/tasks/{task_id}/result")
    assert answer.headers["content-type"] == f"image/{format}"
    assert Image.open(io.BytesIO(answer.content)).format == kind


async def test_the_document_of_a_picture(client: AsyncClient, surface: Surface) -> None:
    task_id = await finished(surface, client)
    accept = {"accept": "application/json"}
    answer = await client.get(f"/v1/tasks/{task_id}/result", headers=accept)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == (await client.get(f"/v1/tasks/{task_id}")).json()["result"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/*"])
async def test_a_model_without_a_picture_answers_its_document(
    client: AsyncClient, surface: Surface, accept: str
) -> None:
    task_id = await finished(surface, client, model="measure")
    answer = await client.get(f"/v1/tasks/{task_id}/result", headers={"accept": accept})
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.content) == {"width": 4, "height": 3}
    task = (await client.get(f"/v1/tasks/{task_id}")).json()
    assert (task["result"]["size"], task["result"]["thumbnail_url"]) == (None, None)
    assert task["result"]["data"] == {"width": 4, "height": 3}


@pytest.mark.parametrize(
    ("model", "accept", "tail"),
    [
        ("measure", "image/*", "/result"),
        ("invert", "image/webp", "/result"),
        ("invert", "text/html", "/result"),
        ("measure", "*/*", "/thumbnail"),
        ("invert", "application/json", "/thumbnail"),
    ],
)
async def test_what_is_not_there_is_not_acceptable(
    client: AsyncClient, surface: Surface, model: str, accept: str, tail: str
) -> None:
    task_id = await finished(surface, client, model=model)
    answer = await client.get(f"/v1/tasks/{task_id}{tail}", headers={"accept": accept})
    assert_problem(answer, 406, "not_acceptable")


async def test_the_etag_is_the_digest(client: AsyncClient, surface: Surface) -> None:
    task_id = await finished(surface, client)
    digest = (await client.get(f"/v1/tasks/{task_id}")).json()["result"]["sha256"]
    etag = (await client.get(f"/v1/tasks/{task_id}/result")).headers["etag"]
    assert etag == f'"{digest}"'
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        headers = {"if-none-match": known}
        again = await client.get(f"/v1/tasks/{task_id}/result", headers=headers)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    other = await client.get(f"/v1/tasks/{task_id}/result", headers={"if-none-match": '"other"'})
    assert other.status_code == 200


async def test_the_thumbnail_has_a_tag_of_its_own(client: AsyncClient, surface: Surface) -> None:
    large = {"image_base64": inline(png(512, 256))}
    task_id = await finished(surface, client, input=large)
    small = await client.get(f"/v1/tasks/{task_id}/thumbnail")
    assert (small.status_code, small.headers["content-type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(small.content)).size == (256, 128)
    assert (
        small.headers["etag"] != (await client.get(f"/v1/tasks/{task_id}/result")).headers["etag"]
    )


async def test_no_thumbnail_was_wanted(client: AsyncClient, surface: Surface) -> None:
    task_id = await finished(surface, client, output={"thumbnail": False})
    answer = await client.get(f"/v1/tasks/{task_id}/thumbnail")
    assert_problem(answer, 406, "not_acceptable")


@pytest.mark.parametrize("tail", ["/result", "/thumbnail", "/result?redirect=1"])
async def test_a_pending_task_has_no_result_yet(client: AsyncClient, tail: str) -> None:
    task_id = await submitted(client)
    answer = await client.get(f"/v1/tasks/{task_id}{tail}", headers={"accept": "image/*"})
    assert (answer.status_code, answer.json()["task_id"]) == (202, task_id)
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("tail", ["/result", "/thumbnail"])
async def test_a_failed_task_has_none(client: AsyncClient, surface: Surface, tail: str) -> None:
    cut = {"image_base64": body()["input"]["image_base64"][:40]}
    failed = await finished(surface, client, input=cut)
    assert_problem(await client.get(f"/v1/tasks/{failed}{tail}"), 409, "task_failed")
    canceled = await submitted(client, metadata={"n": 2})
    await client.post(f"/v1/tasks/{canceled}/cancel")
    assert_problem(await client.get(f"/v1/tasks/{canceled}{tail}"), 409, "task_failed")


async def test_an_expired_task_has_none(client: AsyncClient, surface: Surface) -> None:
    task_id = await submitted(client, ttl_s=1)
    await surface.ledger.change(task_id, lambda task: expire(task, surface.now(), surface.policy))
    answer = await client.get(f"/v1/tasks/{task_id}/result")
    assert_problem(answer, 410, "task_expired")


async def test_a_redirect_leads_to_the_file_without_a_key(
    client: AsyncClient, surface: Surface
) -> None:
    task_id = await finished(surface, client)
    answer = await client.get(f"/v1/tasks/{task_id}/result?redirect=1")
    assert (answer.status_code, answer.headers["cache-control"]) == (302, "no-store")
    async with surface.client(key=None) as stranger:
        file = await stranger.get(answer.headers["location"])
    assert file.content == (await client.get(f"/v1/tasks/{task_id}/result")).content


async def test_a_lost_file_is_our_fault(client: AsyncClient, surface: Surface) -> None:
    task_id = await finished(surface, client)
    await surface.blobs.delete("results/")
    answer = await client.get(f"/v1/tasks/{task_id}/result")
    assert_problem(answer, 503, "storage_unavailable")
