"""The SDK as OTEL_* says: the variables are OpenTelemetry's own, read and documented there."""

import os
import socket
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points

from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

GROUP = "opentelemetry_traces_exporter"
"""Where packages register their exporters, by the name that OTEL_TRACES_EXPORTER gives."""
OTLP = {"http/protobuf": "otlp_proto_http", "grpc": "otlp_proto_grpc"}


class UnknownExporter(Exception):
    """OTEL_TRACES_EXPORTER names what is not installed."""


def provider_for(env: Mapping[str, str], version: str) -> TracerProvider:
    """Sampler, batching and limits are read by the SDK itself. Raises `UnknownExporter`."""
    exporters = [_exporter(name) for name in _names(env)]
    provider = TracerProvider(resource=_resource(version), shutdown_on_exit=False)
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _names(env: Mapping[str, str]) -> Iterator[str]:
    protocol = env.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or env.get(
        "OTEL_EXPORTER_OTLP_PROTOCOL"
    )
    for name in (env.get("OTEL_TRACES_EXPORTER") or "otlp").split(","):
        plain = name.strip()
        yield OTLP.get(protocol or "http/protobuf", plain) if plain == "otlp" else plain


def _exporter(name: str) -> SpanExporter:
    found = [each for each in entry_points(group=GROUP) if each.name == name]
    if not found:
        raise UnknownExporter(name)
    exporter: SpanExporter = found[0].load()()
    return exporter


def _resource(version: str) -> Resource:
    """What is ours, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES say otherwise."""
    ours = {
        "service.name": "darkroom",
        "service.version": version,
        "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
    }
    return Resource.create().merge(Resource(ours)).merge(OTELResourceDetector().detect())
