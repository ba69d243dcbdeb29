"""Spans, where OTEL_* asks for them; where nobody does, OpenTelemetry is not even imported."""

import os
from collections.abc import Mapping

from adapters.tracing.off import NoTracing
from entrypoints.configuration import ConfigurationError
from entrypoints.container.telemetry import VERSION
from ports.tracing import Tracing

ASKING = (
    "OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
)  # fmt: skip


def build_tracing() -> Tracing:
    """OTEL_* are no settings of ours: OpenTelemetry reads them from the environment, so do we."""
    return tracing_for(os.environ)


def tracing_for(env: Mapping[str, str]) -> Tracing:
    asked = [name for name in ASKING if env.get(name)]
    if not asked or _declined(env):
        return NoTracing()
    try:
        from adapters.tracing.exporting import UnknownExporter, provider_for
        from adapters.tracing.opentelemetry import OpenTelemetryTracing
    except ImportError as error:
        raise ConfigurationError(
            f"{asked[0]}: asks for traces, but OpenTelemetry is not installed; "
            "pip install 'darkroom[otel]', or unset it"
        ) from error
    try:
        return OpenTelemetryTracing(provider_for(env, VERSION), VERSION)
    except UnknownExporter as error:
        raise ConfigurationError(
            f"OTEL_TRACES_EXPORTER: no exporter {error} is installed; darkroom[otel] brings otlp "
            "over http/protobuf, and console"
        ) from error


def _declined(env: Mapping[str, str]) -> bool:
    off = env.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return off or env.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none"
