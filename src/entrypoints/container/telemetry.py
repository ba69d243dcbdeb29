"""Where facts go in a running service: the log, and the metrics of this process."""

from importlib.metadata import version

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

from adapters.telemetry.prometheus import PrometheusTelemetry
from adapters.telemetry.stdlib_logging import adopt_stdlib_logging, log_what_python_prints
from adapters.telemetry.structured_log import LogTelemetry, configure_logging
from adapters.telemetry.tee import TeeTelemetry
from domain.model.model_registry import ModelRegistry
from entrypoints.configuration import parse_api_keys
from entrypoints.settings import Settings

VERSION = version("darkroom")


def new_registry() -> CollectorRegistry:
    """A registry of its own for each container: one process, one registry, one scrape target. It
    also tells the memory, CPU time and start of the process."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    return registry


def build_telemetry(
    settings: Settings, models: ModelRegistry, registry: CollectorRegistry
) -> TeeTelemetry:
    log = LogTelemetry(configure_logging(settings.log_level, settings.log_format))
    names = [each.spec.name for each in models.models]
    keys = settings.api_keys
    pairs = parse_api_keys(keys.get_secret_value()) if keys else [("default", "")]
    tenants = [tenant for tenant, _ in pairs]
    return TeeTelemetry([log, PrometheusTelemetry(registry, names, VERSION, tenants)])


def adopt_library_logs(settings: Settings) -> None:
    """Lines of the libraries look like ours. Once a process: it changes global state."""
    adopt_stdlib_logging(settings.log_level, settings.log_format)
    log_what_python_prints()


def render(registry: CollectorRegistry) -> bytes:
    """The exposition in the Prometheus text format."""
    return generate_latest(registry)
