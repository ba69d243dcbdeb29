"""A stand-in for an OpenTelemetry collector: takes spans over http/protobuf and keeps them."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

ERROR = 2
Facts = dict[str, object]


@dataclass(frozen=True)
class Received:
    """`service`: the facts of the process that sent it; `took_s`: from its start to its end."""

    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    failed: bool
    took_s: float
    facts: Facts
    service: Facts


class Collector:
    """`text`: every request's body, to look for what must not be in it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.spans: list[Received] = []
        self.text = b""

    def take(self, body: bytes) -> None:
        self.text += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _facts(resource.resource.attributes)
            for scope in resource.scope_spans:
                self.spans += [_received(span, service) for span in scope.spans]

    def named(self, name: str) -> list[Received]:
        return [span for span in list(self.spans) if span.name == name]

    def of_trace(self, trace_id: str) -> dict[str, Received]:
        """By name."""
        return {span.name: span for span in list(self.spans) if span.trace_id == trace_id}


def _received(span: object, service: Facts) -> Received:
    from opentelemetry.proto.trace.v1.trace_pb2 import Span

    assert isinstance(span, Span)
    return Received(
        span.name, span.kind, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(),
        span.status.code == ERROR, (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
        _facts(span.attributes), service,
    )  # fmt: skip


def _facts(pairs: Iterator[KeyValue]) -> Facts:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}


@contextmanager
def collecting() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            packed = self.headers.get("content-encoding") == "gzip"
            collector.take(gzip.decompress(body) if packed else body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
