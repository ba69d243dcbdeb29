"""The whole service for one command: in memory, on a free loopback port, gone afterwards."""

import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from entrypoints.cli.faults import ExitStatus, Fault
from entrypoints.cli.service import Service
from entrypoints.cli.serving import Server, listening
from entrypoints.configuration import load_settings
from entrypoints.settings import Settings

LOOPBACK = "127.0.0.1"
STOP_S = 30.0
"""A model lets go within one step; a process that waits longer would look hung."""


@contextmanager
def ephemeral(model: str) -> Iterator[Service]:
    """A service with `model` alone. Raises `Fault` for a name that no model has."""
    from entrypoints.container.embedded import build_embedded
    from entrypoints.embedded import embedded_app

    key = secrets.token_urlsafe(24)
    app = embedded_app(build_embedded(ephemeral_settings(model, key)))
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


def ephemeral_settings(model: str, key: str) -> Settings:
    """The operator's settings, but in memory, for `model` and with `key` alone."""
    settings = load_settings(
        queue_backend="memory", task_store="memory", storage_backend="memory",
        rate_limit_backend="memory", rate_limit_per_minute=1_000_000, url_signing_secret=None,
        api_keys=f"default:{key}", log_level="error", models=(), drain_grace_s=1,
    )  # fmt: skip
    _require_model(model, settings)
    return settings.model_copy(update={"models": (model,)})


def _require_model(name: str, settings: Settings) -> None:
    from entrypoints.container.models import build_models

    registry = build_models(settings)
    if name not in registry:
        known = ", ".join(spec.name for spec in registry)
        raise Fault(
            ExitStatus.USAGE, f"No model is named {name!r}.", why=f"this installation has: {known}",
            fix=f"take one of these, e.g. `darkroom run {next(iter(registry)).name} …`",
            more="darkroom models",
        )  # fmt: skip
