"""`darkroom up`: gateway and worker in one process."""

from typing import Annotated, Any

import typer
from pydantic import SecretStr

from entrypoints.addresses import url_of
from entrypoints.cli.serving import Server, listening, stopping_is_no_failure
from entrypoints.cli.streams import note, person, put
from entrypoints.configuration import api_keys, load_settings
from entrypoints.settings import Settings


def up(
    host: Annotated[str | None, typer.Option(help="Default: HOST, 127.0.0.1.")] = None,
    port: Annotated[
        int | None, typer.Option(help="0 takes any free one. Default: PORT, 8000.")
    ] = None,
) -> None:
    """Run the whole service in this process, until Ctrl-C. SIGHUP has it read the models file
    again.

    darkroom up --port 8080
    """
    from entrypoints.container.embedded import build_embedded
    from entrypoints.container.telemetry import adopt_library_logs
    from entrypoints.embedded import embedded_app

    given: dict[str, Any] = {"host": host, "port": port}
    settings = load_settings(**{name: one for name, one in given.items() if one is not None})
    keys = api_keys(settings)
    settings = _with_keys(settings, keys)
    adopt_library_logs(settings)
    container = build_embedded(settings)
    app = embedded_app(container)
    with listening(settings.host, settings.port) as listener:
        url = url_of(settings.host, listener.getsockname()[1])
        _introduce(container, settings, url, keys)
        server = Server(app, lambda: note(f"Ready at {url}. Ctrl-C stops it."))
        with stopping_is_no_failure(), container.hangup().listened_to():
            server.run([listener])
    server.raise_unless_started()
    note("Stopped.")


def _with_keys(settings: Settings, keys: list[tuple[str, str]]) -> Settings:
    """The settings with the keys spelt out, so that one made for this start is made once."""
    text = ",".join(f"{tenant}:{key}" for tenant, key in keys)
    return settings.model_copy(update={"api_keys": SecretStr(text)})


def _introduce(container: Any, settings: Settings, url: str, keys: list[tuple[str, str]]) -> None:
    """For the person on stderr: adapters, keys, addresses. On stdout: a call to copy."""
    from entrypoints.cli.adapter_table import adapter_table
    from entrypoints.cli.curl import curl

    person().print(adapter_table(container, settings))
    secret = settings.app_env == "PROD"
    for tenant, key in keys:
        note(f"key      {'********' if secret else key}  (tenant {tenant})")
    for name, path in (("API", "/v1"), ("docs", "/docs"), ("metrics", "/metrics")):
        note(f"{name:8} {url}{path}")
    if settings.grpc_enabled:
        note(f"gRPC     {settings.host}:{settings.grpc_port}")
    note("\nTry it:")
    put(curl(url, "<KEY>" if secret else keys[0][1], container.models()))
