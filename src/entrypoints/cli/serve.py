"""`darkroom serve`: the gateway alone."""

from typing import Annotated, Any

import typer

from entrypoints.addresses import url_of
from entrypoints.cli.serving import Server, listening, stopping_is_no_failure
from entrypoints.configuration import load_settings, refuse_private_backends
from entrypoints.own_words import log


def serve(
    host: Annotated[str | None, typer.Option(help="Default: HOST, 127.0.0.1.")] = None,
    port: Annotated[
        int | None, typer.Option(help="0 takes any free one. Default: PORT, 8000.")
    ] = None,
) -> None:
    """Run the gateway alone, until SIGTERM; `darkroom worker` does the work. SIGHUP has it read
    the models file again.

    darkroom serve --host 0.0.0.0
    """
    from entrypoints.container.gateway import build_gateway
    from entrypoints.container.telemetry import adopt_library_logs
    from entrypoints.gateway import gateway_app

    given: dict[str, Any] = {"host": host, "port": port}
    settings = load_settings(**{name: one for name, one in given.items() if one is not None})
    refuse_private_backends(settings)
    adopt_library_logs(settings)
    container = build_gateway(settings)
    app = gateway_app(container)
    with listening(settings.host, settings.port) as listener:
        url = url_of(settings.host, listener.getsockname()[1])
        server = Server(app, lambda: log.info("Gateway ready at %s.", url))
        with stopping_is_no_failure(), container.hangup().listened_to():
            server.run([listener])
    server.raise_unless_started()
    log.info("Stopped.")
