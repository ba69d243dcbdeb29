"""`darkroom models`: what can be run."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from entrypoints.cli.service import running_service
from entrypoints.cli.streams import put_columns, put_json
from entrypoints.configuration import load_settings

ROLES = ("image", "mask", "control_image", "prompt", "negative_prompt")


def models(
    as_json: Annotated[bool, typer.Option("--json", help="With schemas and examples.")] = False,
) -> None:
    """List the models of the server, or of this installation where none runs."""
    found = available()
    if as_json:
        put_json(found)
        return
    put_columns(
        ("NAME", "NEEDS", "MAKES", "DESCRIPTION"),
        [(each["name"], needs(each), makes(each), each["description"]) for each in found],
    )


def available() -> list[Mapping[str, Any]]:
    """Model documents, as `GET /v1/models` has them."""
    service = running_service()
    if service is not None:
        with service.client() as darkroom:
            return list(darkroom.models())
    from entrypoints.container.models import build_models
    from entrypoints.http.model_view import model_document

    return [model_document(spec) for spec in build_models(load_settings())]


def needs(model: Mapping[str, Any]) -> str:
    fields = model["input"]["properties"]
    return ", ".join(role for role in ROLES if {role, f"{role}_url"} & fields.keys())


def makes(model: Mapping[str, Any]) -> str:
    if not model["makes_picture"]:
        return "JSON"
    return f"picture ×{model['scale']}" if (model["scale"] or 1) > 1 else "picture"
