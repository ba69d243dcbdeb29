"""Submits as raw bytes, made before they are needed: a client is to cost little."""

import base64
import json
from collections.abc import Iterator, Mapping
from itertools import count
from uuid import uuid4

from measuring.stacks import KEY


def bodies(model: str, file: bytes, output: Mapping[str, object] | None = None) -> Iterator[bytes]:
    """Each a task of its own with the picture `file` inside."""
    run = uuid4().hex[:8]
    picture = base64.b64encode(file).decode()
    more = {"output": output} if output else {}
    for number in count():
        yield json.dumps({
            "model": model,
            "input": {"image_base64": picture},
            "client_request_id": f"{run}-{number}",
            **more,
        }).encode()  # fmt: skip


def posts(model: str, file: bytes) -> Iterator[bytes]:
    """Whole requests, answered when the task has ended."""
    for body in bodies(model, file):
        head = (
            f"POST /v1/tasks HTTP/1.1\r\nhost: localhost\r\nx-api-key: {KEY}\r\nprefer: wait=60\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


def succeeded(answer: bytes) -> bool:
    """The finished task, and nothing else."""
    return answer.startswith(b"HTTP/1.1 200") and b'"status":"SUCCESS"' in answer
