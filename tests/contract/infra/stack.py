"""What the repository says of its containers, read as it stands."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
COMPOSE_FILES = (ROOT / "docker-compose.yml", ROOT / "infra/docker/gpu.yml")
DOCKERFILES = sorted((ROOT / "infra/docker").glob("*.Dockerfile"))
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
BY_LISTENING = "127.0.0.1:"


def compose(file: Path = COMPOSE_FILES[0]) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(file.read_text())
    return document


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def filled(text: str, **given: str) -> str:
    """`text` as compose reads it where only `given` is set."""
    return VARIABLE.sub(lambda match: given.get(match[1], match[2] or ""), text)
