"""The OpenAPI document: what FastAPI finds in the routes, and what it can't know."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from entrypoints.http.answers import to_json
from entrypoints.http.batch_schemas import BatchBody
from entrypoints.http.documents import ProblemDocument
from entrypoints.http.errors import PROBLEM_JSON
from entrypoints.http.imagegenx.documents import RefusalEnvelope
from entrypoints.http.imagegenx.envelope import PATH as IMAGEGENX
from entrypoints.http.key_schemas import KeyBody
from entrypoints.http.schemas import PingBody, SubmitBody
from entrypoints.imagegenx.bodies import BatchGenerateBody, GenerateBody

REF = "#/components/schemas/{model}"
TITLE = "Darkroom"
DESCRIPTION = "Image models as durable, prioritised tasks. Errors are problem documents (RFC 9457)."


def _body(model: str) -> dict[str, Any]:
    schema = {"$ref": REF.format(model=model)}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": 255},
    "description": "Makes the submit safe to repeat; the same as client_request_id.",
}
SUBMIT_BODY: dict[str, Any] = {
    "requestBody": _body("SubmitBody"),
    "parameters": [
        {
            "name": "Prefer",
            "in": "header",
            "schema": {"type": "string"},
            "description": "`wait=N`, 1 to 60: answer when the task ends, at the latest after N s.",
        },
        IDEMPOTENCY_KEY,
    ],
}
BATCH_BODY: dict[str, Any] = {
    "requestBody": _body("BatchBody"),
    "parameters": [IDEMPOTENCY_KEY],
}
BATCH_GENERATE_BODY = {
    "requestBody": _body("BatchGenerateBody"),
    "parameters": [IDEMPOTENCY_KEY],
}
KEY_BODY = {"requestBody": _body("KeyBody")}
GENERATE_BODY = {"requestBody": _body("GenerateBody"), "parameters": [IDEMPOTENCY_KEY]}
BODIES = (SubmitBody, PingBody, BatchBody, KeyBody, GenerateBody, BatchGenerateBody)
OF_THE_FRAMEWORK = ("HTTPValidationError", "ValidationError")
"""What it believes to answer to a wrong request; that is a problem document here."""
SECURITY_SCHEMES = {
    "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "bearer": {"type": "http", "scheme": "bearer"},
}


def openapi_json(app: FastAPI) -> bytes:
    """The document of `app`, made at the first call."""
    if not isinstance(app.openapi_schema, dict):
        app.openapi_schema = _document(app)
    return to_json(app.openapi_schema)


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=TITLE, version="1", description=DESCRIPTION, routes=app.routes)
    components = document.setdefault("components", {})
    components["securitySchemes"] = SECURITY_SCHEMES
    document["security"] = [{"apiKey": []}, {"bearer": []}]
    schemas = components.setdefault("schemas", {})
    for kind in (*BODIES, ProblemDocument, RefusalEnvelope):
        schemas.update(_schemas(kind.__name__, kind))
    for path, operations in document["paths"].items():
        refused = _refused() if path.startswith(IMAGEGENX) else _problem()
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = refused
    for name in OF_THE_FRAMEWORK:
        schemas.pop(name, None)
    return document


def _schemas(name: str, kind: Any) -> dict[str, Any]:
    schema = TypeAdapter(kind).json_schema(ref_template=REF)
    parts: dict[str, Any] = schema.pop("$defs", {})
    return {**parts, name: schema}


def _refused() -> dict[str, Any]:
    schema = {"$ref": REF.format(model="RefusalEnvelope")}
    return {"description": "A refusal.", "content": {"application/json": {"schema": schema}}}


def _problem() -> dict[str, Any]:
    schema = {"$ref": REF.format(model="ProblemDocument")}
    return {"description": "A problem document.", "content": {PROBLEM_JSON: {"schema": schema}}}
