"""The catalogue on HTTP, and what becomes of the unforeseen."""

from typing import Any

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import StreamingResponse

from domain.model.errors import DarkroomError, StorageUnavailable
from domain.model.events import LoopFailed, RequestServed
from entrypoints.http.errors import STATUS
from tests.contract.http.problems import assert_problem
from tests.contract.http.surface import Surface

pytestmark = pytest.mark.anyio


def tree(root: type[DarkroomError]) -> list[type[DarkroomError]]:
    return [root, *(error for child in root.__subclasses__() for error in tree(child))]


@pytest.mark.parametrize(
    "error", [e for e in tree(DarkroomError) if e.__module__.startswith("domain")]
)
def test_every_error_has_a_status(error: type[DarkroomError]) -> None:
    assert 400 <= STATUS[error.code] <= 599


def test_every_status_has_an_error() -> None:
    assert STATUS.keys() == {error.code for error in tree(DarkroomError)}


async def test_the_catalogue_can_be_read_without_a_key(surface: Surface) -> None:
    async with surface.client(key=None) as stranger:
        listed = (await stranger.get("/errors")).json()["data"]
        one = (await stranger.get("/errors/overloaded")).json()
        none = await stranger.get("/errors/nonsense")
    assert [entry["code"] for entry in listed] == sorted(STATUS)
    assert one in listed
    assert (one["title"], one["status"], one["retryable"]) == ("The queue is full.", 503, True)
    assert_problem(none, 404, "route_not_found")


def with_route(surface: Surface, path: str, raises: Exception) -> None:
    async def route() -> None:
        raise raises

    surface.app.add_api_route(path, route)


async def test_the_unforeseen_is_told_to_telemetry_alone(surface: Surface) -> None:
    with_route(surface, "/broken", ZeroDivisionError("/secret/path"))
    async with surface.client(**{"x-request-id": "r-1"}) as client:
        answer = await client.get("/broken")
    assert_problem(answer, 500, "internal_error")
    assert "secret" not in answer.text
    [told] = surface.told(LoopFailed)
    assert "r-1" in told.text
    assert "/secret/path" in told.text
    assert [(e.route, e.status) for e in surface.told(RequestServed)] == [("/broken", 500)]


async def test_a_503_always_says_when_to_come_again(surface: Surface) -> None:
    with_route(surface, "/down", StorageUnavailable())
    async with surface.client() as client:
        answer = await client.get("/down")
    assert_problem(answer, 503, "storage_unavailable")
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (HTTPException(418, "teapot"), 418, "invalid_request"),
        (HTTPException(507, "/secret/path"), 507, "internal_error"),
        (RequestValidationError([{"loc": ("query", "a/b"), "type": "t", "msg": "m"}]), 422,
         "invalid_request"),
    ],
)  # fmt: skip
async def test_what_the_framework_raises(
    surface: Surface, raised: Exception, status: int, code: str
) -> None:
    with_route(surface, "/framework", raised)
    async with surface.client() as client:
        answer = await client.get("/framework")
    assert_problem(answer, status, code)
    assert "secret" not in answer.text


async def test_an_answer_that_breaks_off_is_broken_off(surface: Surface) -> None:
    """The status is out already: all the server can do is to close the connection."""

    async def half() -> Any:
        yield b"half"
        raise ZeroDivisionError

    async def route(request: Request) -> StreamingResponse:
        return StreamingResponse(half())

    surface.app.add_route("/half", route)
    async with surface.client() as client:
        with pytest.raises(ZeroDivisionError):
            await client.get("/half")
    assert len(surface.told(LoopFailed)) == 1


async def test_an_unknown_address(surface: Surface) -> None:
    async with surface.client() as client:
        for path in ("/v1", "/v1/tasks/", "/v1/batches/", "/v1/nowhere", "/v2/tasks", "/%ff"):
            assert_problem(await client.get(path), 404, "route_not_found")


async def test_a_wrong_method_learns_the_right_ones(surface: Surface) -> None:
    async with surface.client() as client:
        answers = {
            path: await client.request("PATCH", path)
            for path in ("/v1/tasks", "/v1/tasks/x", "/v1/tasks/x/cancel", "/health")
        }
    for answer in answers.values():
        assert_problem(answer, 405, "method_not_allowed")
    assert {path: answer.headers["allow"] for path, answer in answers.items()} == {
        "/v1/tasks": "GET, POST", "/v1/tasks/x": "DELETE, GET", "/v1/tasks/x/cancel": "POST",
        "/health": "GET",
    }  # fmt: skip
