"""The `output` block from the wire to the file."""

import io
from typing import Any

import numpy as np
import pytest
from httpx2 import AsyncClient
from PIL import Image

from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import Surface, finished, inline, png
from tests.unit.use_cases.enlarging import Double

pytestmark = pytest.mark.anyio

PLAIN = {"params": {"strength": 0.0}, "input": {"image_base64": inline(png(300, 200))}}
TEAL = (0, 128, 128)


@pytest.fixture
def surface() -> Surface:
    surface = Surface()
    surface.container.models().register(Double)
    return surface


async def picture(client: AsyncClient, task_id: str, tail: str = "result") -> Image.Image:
    answer = await client.get(f"/v1/tasks/{task_id}/{tail}")
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


async def test_a_result_is_finished_as_asked(client: AsyncClient, surface: Surface) -> None:
    mark = {"type": "text", "text": "Darkroom", "color": "255,0,0", "transparency": 1,
            "position": "top-right", "margin": 8}  # fmt: skip
    output = {"upscale": 2, "watermark": mark, "thumbnail": True}
    task_id = await finished(surface, client, **PLAIN, output=output)
    task = (await client.get(f"/v1/tasks/{task_id}")).json()
    assert (task["result"]["size"], task["warnings"]) == ([600, 400], ["double was here"])
    main = np.array(await picture(client, task_id))
    differs = (main != TEAL).any(axis=2)
    rows, columns = np.nonzero(differs)
    assert (rows.min(), columns.max()) == (8, 600 - 8 - 1)
    assert rows.max() < 60
    assert columns.min() > 300
    assert (main[differs] == (255, 0, 0)).all(axis=1).any()
    small = np.array(await picture(client, task_id, "thumbnail"))
    assert small.shape == (171, 256, 3)
    assert (small != TEAL).any(axis=2)[:30, 128:].any()
    assert (small[60:] == TEAL).all()


async def test_a_logo_is_sent_inline(client: AsyncClient, surface: Surface) -> None:
    logo = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 255, 255, 128)).save(logo, "PNG")
    mark = {"type": "image", "image_base64": inline(logo.getvalue()), "transparency": 1.0}
    task_id = await finished(surface, client, **PLAIN, output={"watermark": mark})
    seen = np.array(await picture(client, task_id)).astype(int)
    differs = (seen != TEAL).any(axis=2)
    assert differs.sum() == 45 * 45
    assert np.abs(seen[differs] - (128, 191, 191)).max() <= 1


async def test_a_mark_that_was_left_out_is_told(client: AsyncClient, surface: Surface) -> None:
    mark = {"type": "text", "text": "水印 \U0010fffd"}
    task_id = await finished(surface, client, **PLAIN, output={"watermark": mark})
    task = (await client.get(f"/v1/tasks/{task_id}")).json()
    assert task["status"] == "SUCCESS"
    assert "left out" in task["warnings"][0]
    assert (np.array(await picture(client, task_id)) == TEAL).all()


async def test_too_large_an_upscale_names_its_field(client: AsyncClient) -> None:
    claim = (5_000).to_bytes(4) + (4_000).to_bytes(4)
    large = {"image_base64": inline(png()[:16] + claim + png()[24:])}
    body: dict[str, Any] = {"model": "invert", "input": large, "output": {"upscale": 2}}
    answer = await client.post("/v1/tasks", json=body)
    assert_problem(answer, 422, "image_too_large")
    assert answer.json()["errors"][0]["pointer"] == "/output/upscale"


async def test_the_documented_example_can_be_sent(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    [example] = document["components"]["schemas"]["SubmitBody"]["properties"]["output"]["examples"]
    answer = await client.post("/v1/tasks", json={"model": "invert", **PLAIN, "output": example})
    assert answer.status_code == 202, answer.text
