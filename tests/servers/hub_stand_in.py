"""A stand-in for Hugging Face: one repository, over HTTP, with the troubles a test asks for."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "somebody/their-model"


@dataclass
class Hub:
    """`files` by name; those of `large` are told with their SHA-256. `stall_at`: how many bytes of
    a file go out before its connection stays silent; `spoilt`: what goes out in place of the bytes
    that were told; `status`: what every request is answered. `ranges`: where each GET began."""

    files: dict[str, bytes]
    card: Mapping[str, Any] = field(default_factory=lambda: {"license": "openrail"})
    stall_at: int | None = None
    spoilt: dict[str, bytes] = field(default_factory=dict)
    status: int | None = None
    error_code: str | None = None
    ranges: list[tuple[str, int]] = field(default_factory=list)
    stalled: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def info(self) -> dict[str, Any]:
        return {
            "id": NAME, "modelId": NAME, "sha": COMMIT, "private": False, "tags": [],
            "downloads": 0, "likes": 0, "cardData": dict(self.card),
            "siblings": [sibling(name, data) for name, data in self.files.items()],
        }  # fmt: skip


def sibling(name: str, data: bytes) -> dict[str, Any]:
    large = {"lfs": {"sha256": sha256(data), "size": len(data), "pointerSize": 130}}
    return {"rfilename": name, "size": len(data), "blobId": git_sha1(data)} | (
        large if is_large(name) else {}
    )


def is_large(name: str) -> bool:
    return name.endswith((".safetensors", ".pth"))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def git_sha1(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def log_message(self, format: str, *args: object) -> None:
        return

    def _answer(self, *, with_body: bool) -> None:
        if self.hub.status is not None:
            code = {"X-Error-Code": self.hub.error_code} if self.hub.error_code else {}
            self._send(self.hub.status, b"{}", code)
            return
        path = self.path.partition("?")[0]
        if path in (f"/api/models/{NAME}", f"/api/models/{NAME}/revision/main"):
            self._send(200, json.dumps(self.hub.info()).encode(), {})
        elif path.startswith(f"/{NAME}/resolve/{COMMIT}/"):
            self._file(path.partition(COMMIT + "/")[2], with_body=with_body)
        elif path.startswith(f"/api/models/{NAME}/"):
            self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        else:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})

    def _file(self, name: str, *, with_body: bool) -> None:
        told = self.hub.files[name]
        data = self.hub.spoilt.get(name, told)
        begin = int(self.headers.get("range", "bytes=0-")[len("bytes=") :].partition("-")[0])
        facts = {
            "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes", "X-Linked-Size": str(len(told)),
            "ETag": f'"{sha256(told) if is_large(name) else git_sha1(told)}"',
        }  # fmt: skip
        if "range" in self.headers:
            facts["Content-Range"] = f"bytes {begin}-{len(data) - 1}/{len(data)}"
        if with_body:
            self.hub.ranges.append((name, begin))
        status = 206 if "range" in self.headers else 200
        self._send(status, data[begin:], facts, with_body=with_body, begin=begin)

    def _send(
        self, status: int, body: bytes, facts: Mapping[str, str], *,
        with_body: bool = True, begin: int = 0,
    ) -> None:  # fmt: skip
        self.send_response(status)
        for name, value in facts.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not with_body or self.command == "HEAD":
            return
        with suppress(OSError):
            stall_at = self.hub.stall_at
            if stall_at is not None and begin + len(body) > stall_at:
                self.wfile.write(body[: max(0, stall_at - begin)])
                self.wfile.flush()
                self.hub.stalled.set()
                self.hub.over.wait(60)
                self.close_connection = True
            else:
                self.wfile.write(body)


@contextmanager
def serving_hub(hub: Hub) -> Iterator[Hub]:
    handler = type("Handler", (_Handler,), {"hub": hub})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        hub.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield hub
        finally:
            hub.over.set()
            server.shutdown()
            thread.join()
