"""One HTTP exchange: retried while the connection breaks, errors told as problems."""

import ipaddress
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx2

from darkroom.problem import UNREACHABLE, DarkroomProblem

JSON_TYPE, EVENTS_TYPE = "application/json", "text/event-stream"
NOTHING_MORE = 204
SILENCE_S = 45.0
"""A server that lives says something every 15 s on an event stream."""
PAUSES_S = (0.1, 0.4)
"""Between the tries of a request whose connection broke: three tries in all."""

BROKEN = (httpx2.NetworkError, httpx2.RemoteProtocolError)


class Transport:
    def __init__(
        self, url: str, api_key: str, timeout_s: float, transport: httpx2.BaseTransport | None
    ) -> None:
        self._url, self._timeout_s = url.rstrip("/"), timeout_s
        try:
            self._client = httpx2.Client(
                base_url=self._url, headers={"x-api-key": api_key}, transport=transport,
                trust_env=not _is_loopback(httpx2.URL(self._url).host),
            )  # fmt: skip
        except (httpx2.InvalidURL, UnicodeEncodeError) as error:
            raise self._unreachable(error) from error

    def close(self) -> None:
        self._client.close()

    def json(
        self, method: str, path: str, *, json: object = None,
        params: Mapping[str, str | int] | None = None, patience_s: float = 0,
    ) -> dict[str, Any]:  # fmt: skip
        """The JSON object that is the answer. `patience_s`: how long the server may keep it."""
        answer = self.send(method, path, json=json, params=params, patience_s=patience_s)
        document = _document(answer)
        if not isinstance(document, dict):
            raise _problem(answer, None)
        return document

    def send(
        self, method: str, path: str, *, json: object = None,
        params: Mapping[str, str | int] | None = None, patience_s: float = 0,
        accept: str = JSON_TYPE,
    ) -> httpx2.Response:  # fmt: skip
        """The answer, if it is no error; else raises the `DarkroomProblem` it tells of."""
        request = self._client.build_request(
            method, path, json=json, params=params, headers={"accept": accept},
            timeout=self._timeout_s + patience_s,
        )  # fmt: skip
        answer = self._tried(request, PAUSES_S)
        if answer.is_error:
            raise _problem(answer, _document(answer))
        return answer

    @contextmanager
    def events(
        self, path: str, after: str | None
    ) -> Iterator[Iterable[httpx2.ServerSentEvent] | None]:
        """What the server sends on an event stream after the event `after`; None when that was
        the last. Raises `DarkroomProblem`, `unreachable` when the stream breaks."""
        headers = {"accept": EVENTS_TYPE} | ({} if after is None else {"last-event-id": after})
        timeout = httpx2.Timeout(self._timeout_s, read=SILENCE_S)
        try:
            with self._client.stream("GET", path, headers=headers, timeout=timeout) as answer:
                if answer.is_error:
                    answer.read()
                    raise _problem(answer, _document(answer))
                yield None if answer.status_code == NOTHING_MORE else httpx2.EventSource(answer)
        except httpx2.RequestError as error:
            raise self._unreachable(error) from error

    def _tried(self, request: httpx2.Request, pauses_s: Sequence[float]) -> httpx2.Response:
        try:
            return self._client.send(request)
        except httpx2.RequestError as error:
            if not pauses_s or not isinstance(error, BROKEN):
                raise self._unreachable(error) from error
        time.sleep(pauses_s[0])
        return self._tried(request, pauses_s[1:])

    def _unreachable(self, error: Exception) -> DarkroomProblem:
        return DarkroomProblem(
            UNREACHABLE, f"No answer from {self._url}: {error or type(error).__name__}",
            remedy="Check the address, and that the server runs.", retryable=True,
        )  # fmt: skip


def _is_loopback(host: str) -> bool:
    """A proxy named by the environment can't reach this machine's own loopback."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _document(answer: httpx2.Response) -> object:
    try:
        return answer.json()
    except ValueError:
        return None


def _problem(answer: httpx2.Response, document: object) -> DarkroomProblem:
    request_id = answer.headers.get("x-request-id")
    return DarkroomProblem.of(answer.status_code, document, request_id, str(answer.url))
