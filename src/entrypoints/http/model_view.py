"""A model as its JSON document."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.model.errors import InvalidRequest
from domain.model.inputs import MAX_TEXT_CHARS, REQUIRED_TEXTS
from domain.model.model_registry import RegisteredModel
from domain.model.model_setup import Loading
from domain.model.model_spec import ModelSpec
from domain.model.request import PICTURE_ROLES, TEXT_ROLES
from entrypoints.http.documents import ModelDocument

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXAMPLE_HOST = "https://example.com"


def registered_document(model: RegisteredModel) -> ModelDocument:
    """As this process has it set up."""
    setup = model.runner.setup
    document = model_document(model.spec, model.unavailable, model.aliases)
    document["load"] = model.loading.value
    document["precision"] = setup.precision.value if setup and setup.precision else None
    document["memory_mb"] = None if model.memory_mb is None else round(model.memory_mb, 1)
    return document


def model_document(
    spec: ModelSpec, unavailable: str | None = None, aliases: Sequence[str] = ()
) -> ModelDocument:
    """Of a model that nobody set up otherwise. `unavailable`: why it can't run here, if it
    can't."""
    return {
        "name": spec.name,
        "description": spec.description,
        "input": input_schema(spec),
        "params": dict(spec.params_schema),
        "examples": [_example(spec, params) for params in spec.examples or ({},)],
        "available": unavailable is None,
        "reason": unavailable,
        "batchable": spec.batchable,
        "deterministic": _is_deterministic(spec),
        "makes_picture": spec.makes_picture,
        "scale": spec.scale,
        "aliases": list(aliases),
        "max_pixels": spec.max_pixels,
        "load": Loading.STARTUP.value,
        "precision": None,
        "memory_mb": None,
    }


def input_schema(spec: ModelSpec) -> dict[str, Any]:
    """Each picture the model needs comes by URL or inline: exactly one of the two; one that it
    takes besides, by at most one."""
    known = spec.needs | spec.takes
    fields: dict[str, Any] = {}
    for role in (role for role in PICTURE_ROLES if role in known):
        fields |= _picture_fields(role)
    fields |= {role: _text_field(role) for role in TEXT_ROLES if role in known}
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": fields,
        "required": sorted(spec.needs & REQUIRED_TEXTS),
        "additionalProperties": False,
        "allOf": [_one_way(role, spec) for role in PICTURE_ROLES if role in known],
    }


def _one_way(role: str, spec: ModelSpec) -> dict[str, Any]:
    """How the fields of a picture may stand beside each other and beside the image."""
    either = [{"required": [f"{role}_url"]}, {"required": [f"{role}_base64"]}]
    if role in spec.needs:
        return {"oneOf": either}
    neither = {"not": {"anyOf": either}}
    if role == "mask" and "image" in spec.takes:
        image = [{"required": ["image_url"]}, {"required": ["image_base64"]}]
        return {"oneOf": [neither, *({**one, "anyOf": image} for one in either)]}
    return {"oneOf": [neither, *either]}


def _text_field(role: str) -> dict[str, Any]:
    shortest = {"minLength": 1} if role in REQUIRED_TEXTS else {}
    return {"type": "string", "maxLength": MAX_TEXT_CHARS, **shortest}


def _is_deterministic(spec: ModelSpec) -> bool:
    """Whether a request with default params is; a model that has none can't promise it."""
    try:
        defaults = spec.validate({})
    except InvalidRequest:
        return False
    return spec.deterministic(defaults)


def _picture_fields(role: str) -> dict[str, Any]:
    return {
        f"{role}_url": {
            "type": "string",
            "format": "uri",
            "description": "An http(s) address of a JPEG, PNG or WebP file.",
        },
        f"{role}_base64": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "The file itself, raw base64 or a `data:` address.",
        },
    }


def _example(spec: ModelSpec, params: Mapping[str, Any]) -> dict[str, Any]:
    pictures = {
        f"{role}_url": f"{EXAMPLE_HOST}/{role}.jpg" for role in PICTURE_ROLES if role in spec.needs
    }
    texts = {role: "…" for role in TEXT_ROLES if role in spec.needs}
    body = {"model": spec.name, "input": pictures | texts}
    return body | ({"params": dict(params)} if params else {})
