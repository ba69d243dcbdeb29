"""The documentation, with everything it needs: a machine without internet can show it."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from domain.model.errors import RouteNotFound
from entrypoints.http.openapi import openapi_json

router = APIRouter(include_in_schema=False)

ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
# Swagger UI sets styles from its script; nothing else is inline, and nothing comes from outside.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Darkroom API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
"""
START = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#swagger-ui", layout: "BaseLayout", deepLinking: true,
  persistAuthorization: false, validatorUrl: null, displayRequestDuration: true,
});
"""


@router.get("/")
async def root() -> Response:
    return RedirectResponse("docs", 307)


@router.get("/docs")
async def docs() -> Response:
    headers = {"content-security-policy": POLICY, "referrer-policy": "no-referrer"}
    return Response(PAGE, 200, headers, "text/html")


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    return Response(openapi_json(request.app), 200, None, "application/json")


@router.get("/docs/start.js")
async def start() -> Response:
    return Response(START, 200, None, "text/javascript")


@router.get("/docs/{name}")
async def asset(name: str) -> Response:
    if name not in ASSETS:
        raise RouteNotFound
    path = Path(str(files("fastapi_swagger") / "resources" / name))
    headers = {"cache-control": "public, max-age=86400"}
    return FileResponse(path, 200, headers, ASSETS[name])
