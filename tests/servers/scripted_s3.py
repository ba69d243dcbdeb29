"""An S3 server on loopback for the answers that a good one never gives."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from tests.servers.scripted_http import answer

Script = Callable[["S3Request"], bytes | None]

_KINDS = ("list-type", "uploads", "partNumber", "uploadId", "delete")


class S3Request:
    """`name` is the method and what the query asks for: `PUT`, `POST uploads`, `GET list-type`."""

    def __init__(self, head: str, body: bytes) -> None:
        line, *fields = head.rstrip().split("\r\n")
        method, target, _ = line.split(" ")
        self.path = urlsplit(target).path
        self.query = dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
        self.headers = dict(field.lower().split(": ", 1) for field in fields)
        self.body = body
        self.name = " ".join([method, *(kind for kind in _KINDS if kind in self.query)][:2])


class ScriptedS3:
    """Use as an async context manager. What the script does not answer itself goes well."""

    def __init__(self, script: Script = lambda request: None) -> None:
        self.script = script
        self.requests: list[S3Request] = []
        self.broken: list[Exception] = []
        self._visits: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.endpoint = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    def names(self) -> list[str]:
        """What was asked for, in order."""
        return [request.name for request in self.requests]

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.ensure_future(self._serve(reader, writer))
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError) as gone:
            self.broken.append(gone)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        request = S3Request(head, b"")
        if request.headers.get("expect") == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.body = await reader.readexactly(int(request.headers.get("content-length", 0)))
        self.requests.append(request)
        answered = self.script(request) or _good(request)
        head_end = answered.find(b"\r\n\r\n") + 4
        writer.write(answered[:head_end] if request.name == "HEAD" else answered)
        await writer.drain()


def said(status: int, code: str) -> bytes:
    """An error as S3 puts it."""
    return answer(status, f"<Error><Code>{code}</Code><Message>m</Message></Error>".encode())


def xml(element: str, children: Iterable[str] = ()) -> bytes:
    """A good answer with a body."""
    return answer(200, f"<{element}>{''.join(children)}</{element}>".encode())


def _good(request: S3Request) -> bytes:
    match request.name:
        case "GET list-type":
            return xml("ListBucketResult", ["<IsTruncated>false</IsTruncated>"])
        case "POST uploads":
            return xml("InitiateMultipartUploadResult", ["<UploadId>u1</UploadId>"])
        case "POST uploadId":
            return xml("CompleteMultipartUploadResult")
        case "POST delete":
            return xml("DeleteResult")
        case _:
            return answer(200, ETag='"e"')
