"""`darkroom config`: what the service is told, by whom, and whether it makes sense."""

from typing import Annotated

import typer

from entrypoints import settings_docs
from entrypoints.cli.setting_sources import effective
from entrypoints.cli.streams import put, put_columns
from entrypoints.configuration import load_settings

app = typer.Typer(help="Show, check and document the settings.", no_args_is_help=True)


@app.command()
def show() -> None:
    """Every variable with its value and where it comes from; secrets are masked."""
    put_columns(("VARIABLE", "VALUE", "FROM"), list(effective(load_settings())))


@app.command()
def check() -> None:
    """Exit 0 when a service would start with these settings, 3 when not."""
    from entrypoints.container.models import build_models

    settings = load_settings()
    names = ", ".join(spec.name for spec in build_models(settings))
    put(f"ok: APP_ENV={settings.app_env}, models {names}")


@app.command()
def docs(
    env: Annotated[bool, typer.Option("--env", help="As .env.example instead.")] = False,
) -> None:
    """Every variable with its default and meaning, as a Markdown table."""
    text = settings_docs.env_example() if env else settings_docs.configuration_table()
    put(text.rstrip("\n"))
