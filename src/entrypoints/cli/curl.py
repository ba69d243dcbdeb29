"""A call that works as printed."""

import json
import shlex

from domain.model.model_registry import ModelRegistry

TINY_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAG0lEQVR42mNkYPivwvAOE7EwqLxjYMCCBqcEADYJPa"
    "etfYXNAAAAAElFTkSuQmCC"
)
"""8 × 8 px."""

WAIT_S = 30


def curl(url: str, api_key: str, models: ModelRegistry) -> str:
    """A submit that waits for its end, for the first model that takes nothing but a picture; the
    list of models where there is none."""
    name = next((spec.name for spec in models if spec.needs == {"image"}), None)
    key = shlex.quote(f"x-api-key: {api_key}")
    if name is None:
        return f"curl -H {key} {url}/v1/models"
    body = json.dumps({"model": name, "input": {"image_base64": TINY_PNG}})
    return f"curl -H {key} -H 'Prefer: wait={WAIT_S}' -X POST {url}/v1/tasks -d {shlex.quote(body)}"
