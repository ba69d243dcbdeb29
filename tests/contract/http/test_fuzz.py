"""Whatever is sent, the answer is one of ours: a task, or a problem that is the caller's."""

import json
from typing import Any

import pytest
from httpx2 import AsyncClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrypoints.http.schemas import OutputBody, SubmitBody, WatermarkBody
from tests.contract.http.problems import assert_well_formed
from tests.contract.http.surface import Surface, body

pytestmark = pytest.mark.anyio

NAMES = st.sampled_from([*SubmitBody.model_fields, *OutputBody.model_fields,
                         *WatermarkBody.model_fields, "prompt", "strength",
                         ]) | st.text(max_size=8)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["invert", "measure", "png", "high", "text", "image", "#FFFFFF",
                       body()["input"]["image_base64"], "https://example.com/a.png", "\ud800",
                       "data:;base64,"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
BODIES = st.dictionaries(NAMES, VALUES, max_size=5) | st.fixed_dictionaries(
    {"model": st.just("invert"), "input": st.just(body()["input"])},
    optional={name: VALUES for name in SubmitBody.model_fields if name not in ("model", "input")},
)
FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def assert_ours(answer: Any) -> None:
    if answer.status_code >= 400:
        assert answer.status_code < 500, answer.text
        assert_well_formed(answer)


@FUZZ
@given(BODIES)
async def test_any_json(client: AsyncClient, wrong: Any) -> None:
    assert_ours(await client.post("/v1/tasks", content=json.dumps(wrong)))


@FUZZ
@given(st.binary(max_size=64), st.binary(max_size=16))
async def test_any_bytes(client: AsyncClient, content: bytes, content_type: bytes) -> None:
    headers = [(b"content-type", content_type)]
    assert_ours(await client.post("/v1/tasks", content=content, headers=headers))


@FUZZ
@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT", "HEAD", "X"]),
    st.sampled_from(["/v1/tasks", "/v1/tasks/x", "/v1/files/x", "/v1/models/x", "/health", "/x"]),
    st.binary(max_size=24),
    st.dictionaries(
        st.sampled_from([b"accept", b"prefer", b"idempotency-key", b"x-request-id", b"host",
                         b"if-none-match", b"authorization", b"content-length"]),
        st.binary(max_size=16), max_size=3,
    ),
)  # fmt: skip
async def test_any_address_and_headers(
    surface: Surface, method: str, path: str, tail: bytes, headers: dict[bytes, bytes]
) -> None:
    """Below the client, which would refuse to send most of this."""
    status, text = await called(surface, method, path, tail, [*headers.items()])
    assert status < 500, text


async def called(
    surface: Surface, method: str, path: str, query: bytes, headers: list[tuple[bytes, bytes]]
) -> tuple[int, bytes]:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(),
        "query_string": query, "headers": [(b"x-api-key", b"key-of-a"), *headers],
        "scheme": "http", "server": ("test", 80), "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip
    await surface.app(scope, receive, send)
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent)
