"""The configuration table and `.env.example`, both read off the settings model."""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from entrypoints.profiles import PROFILES
from entrypoints.settings import Settings

HEAD = (
    "# Every variable of Darkroom with its default. Copy this file to .env and uncomment what you\n"
    "# change; a variable of the environment goes before a line here.\n"
    "# Generated: `darkroom config docs --env > .env.example`\n"
)

STACK_HEAD = (
    "\n# For `docker compose` alone, which runs the servers as well. There the addresses of the\n"
    "# servers, HOST and the backends are fixed, and secrets left out get trial values.\n"
)
STACK = (
    (
        "RABBITMQ_PASSWORD",
        "darkroom-trial",
        "Of the user `darkroom`; kept from the first start on.",
    ),
    ("GRAFANA_PASSWORD", "darkroom-trial", "Of the user `admin`; kept from the first start on."),
    ("S3_SERVER", "s3:8333", "The S3 server that is used; minio:9000 with the profile `minio`."),
    ("WORKERS", "1", "Containers with a worker."),
    (
        "TORCH_INDEX_URL",
        "https://download.pytorch.org/whl/cpu",
        "Where the worker's torch is from.",
    ),
)
"""Name, default and meaning of what only docker-compose.yml reads."""


@dataclass(frozen=True, slots=True)
class Variable:
    """`choices`: the only values, where they are few. `profiles`: what an `APP_ENV` makes of
    the default."""

    name: str
    default: str
    meaning: str
    choices: tuple[str, ...]
    profiles: dict[str, str]


def variables() -> Iterator[Variable]:
    """Every variable, in the order of the model."""
    for name, field in Settings.model_fields.items():
        choices = _choices(field.annotation)
        default = shown(_plain(field.default))
        profiles = {
            profile: shown(values[name])
            for profile, values in PROFILES.items()
            if _differs(values.get(name), default, choices)
        }
        yield Variable(name.upper(), default, _meaning(field), choices, profiles)


def configuration_table() -> str:
    """| variable | default | meaning |, one row each."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for one in variables():
        default = "; ".join([_code(one.default), *_by_profile(one)])
        meaning = one.meaning + (f" One of {_either(one)}." if one.choices else "")
        rows.append(f"| `{one.name}` | {default} | {meaning.replace('|', chr(92) + '|')} |")
    return "\n".join(rows) + "\n"


def env_example() -> str:
    """The text of `.env.example`: every line commented out, so that a copy changes nothing."""
    stack = (Variable(*one, choices=(), profiles={}) for one in STACK)
    return (
        HEAD
        + "".join(f"\n{_env_block(one)}" for one in variables())
        + STACK_HEAD
        + "".join(f"\n{_env_block(one)}" for one in stack)
    )


def shown(value: Any) -> str:
    """A value as one writes it into the environment; empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _plain(default: Any) -> Any:
    """A default is no secret, also of a variable that holds one."""
    return default.get_secret_value() if isinstance(default, SecretStr) else default


def _env_block(one: Variable) -> str:
    text = one.meaning + (f" One of {', '.join(one.choices)}." if one.choices else "")
    text += "".join(f" {profile}: {value}." for profile, value in one.profiles.items())
    return "".join(f"# {line}\n" for line in wrap(text, 97)) + f"#{one.name}={one.default}\n"


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _choices(annotation: Any) -> tuple[str, ...]:
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _differs(value: Any, default: str, choices: tuple[str, ...]) -> bool:
    """A profile may name an adapter that this version has not got yet: that is not shown."""
    return value is not None and shown(value) != default and (not choices or value in choices)


def _by_profile(one: Variable) -> list[str]:
    return [f"{profile}: {_code(value)}" for profile, value in one.profiles.items()]


def _either(one: Variable) -> str:
    return ", ".join(map(_code, one.choices))


def _code(value: str) -> str:
    return f"`{value}`" if value else "none"
