"""The whole service for one command: in memory, on a free loopback port, gone afterwards."""

import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from domain.model.errors import ModelUnavailable, UnknownModel
from domain.model.model_registry import ModelRegistry
from domain.model.upscaling import plan_upscaling
from entrypoints.cli.faults import ExitStatus, Fault
from entrypoints.cli.service import Service
from entrypoints.cli.serving import Server, listening
from entrypoints.configuration import load_settings
from entrypoints.settings import Settings

LOOPBACK = "127.0.0.1"
STOP_S = 30.0
"""A model lets go within one step; a process that waits longer would look hung."""


@contextmanager
def ephemeral(model: str, upscale: int = 1) -> Iterator[Service]:
    """A service with `model` alone, and with what enlarges its result `upscale` times. Raises
    `Fault` for a name that no model has."""
    from entrypoints.container.embedded import build_embedded
    from entrypoints.embedded import embedded_app

    key = secrets.token_urlsafe(24)
    app = embedded_app(build_embedded(ephemeral_settings(model, key, upscale)))
    ready = threading.Event()
    server = Server(app, ready.set)
    with listening(LOOPBACK, 0) as listener, _beside(server, listener, ready):
        ready.wait()
        server.raise_unless_started()
        yield Service(f"http://{LOOPBACK}:{listener.getsockname()[1]}", key)


@contextmanager
def _beside(server: Server, listener: socket.socket, ready: threading.Event) -> Iterator[None]:
    """`server` in a thread; `ready` is set once it serves, and when it ends without."""

    def serve() -> None:
        try:
            server.run([listener])
        finally:
            ready.set()

    thread = threading.Thread(target=serve, name="ephemeral-service", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(STOP_S)


def ephemeral_settings(model: str, key: str, upscale: int = 1) -> Settings:
    """The operator's settings, but in memory, for `model` (and its upscalers) and with `key`
    alone."""
    settings = load_settings(
        queue_backend="memory", task_store="memory", storage_backend="memory",
        rate_limit_backend="memory", rate_limit_per_minute=1_000_000, url_signing_secret=None,
        api_keys=f"default:{key}", log_level="error", models=(), default_model=None,
        drain_grace_s=1,
    )  # fmt: skip
    from entrypoints.container.models import build_models

    registry = build_models(settings)
    _require_model(model, registry)
    upscaling = plan_upscaling(upscale, registry)
    names = (registry.spec(model).name, *(upscaling.runs if upscaling else ()))
    return settings.model_copy(update={"models": tuple(dict.fromkeys(names))})


def _require_model(name: str, registry: ModelRegistry) -> None:
    try:
        registry.asked(name)
    except ModelUnavailable as error:
        raise Fault(
            ExitStatus.CONFIGURATION, f"{name} can't run here.", why=error.detail,
            fix="put its weights into MODELS_DIR, or set it up in MODELS_FILE",
            more="darkroom models check",
        ) from error  # fmt: skip
    except UnknownModel as error:
        known = ", ".join(spec.name for spec in registry)
        raise Fault(
            ExitStatus.USAGE, f"No model is named {name!r}.", why=f"this installation has: {known}",
            fix=f"take one of these, e.g. `darkroom run {next(iter(registry)).name} …`",
            more="darkroom models",
        ) from error  # fmt: skip
