"""Loading the settings, and saying what is wrong with them in the operator's words."""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails
from yaml import YAMLError

from domain.model.principal import TENANT
from domain.model.url_policy import UrlPolicy
from entrypoints.addresses import BROKER_SCHEMES, REDIS_SCHEMES, address_problem
from entrypoints.settings import Settings
from entrypoints.webhook_settings import webhook_problems

WELL_KNOWN = frozenset(
    {"admin", "changeme", "darkroom-trial-key", "darkroom-trial-secret", "dev", "guest",
     "minioadmin", "password", "secret", "test"}
)  # fmt: skip
SHORTEST_SECRET = 16
ORIGIN = re.compile(r"https?://[^/?#@\s]+")
LONGEST_S3_LINK_S = 604_800
SECRETS = frozenset(
    name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)
) | {"api_key"}


class ConfigurationError(Exception):
    """The service can't start like this. Each line names a variable and what to do."""


def load_settings(**overrides: object) -> Settings:
    """The settings, or `ConfigurationError` with every problem at once."""
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise ConfigurationError("\n".join(_lines(error))) from error
    except (OSError, YAMLError) as error:
        raise ConfigurationError(f"CONFIG_FILE: can't be read: {error}") from error
    problems = _problems(settings)
    if problems:
        raise ConfigurationError("\n".join(problems))
    return settings


def parse_api_keys(text: str) -> list[tuple[str, str]]:
    """(tenant, key) pairs of `tenant:key,…`; a bare key belongs to tenant `default`."""
    pairs = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        tenant, colon, key = entry.rpartition(":")
        tenant = tenant if colon else "default"
        if not TENANT.fullmatch(tenant) or not key:
            raise ConfigurationError("API_KEYS: has to look like tenant:key,tenant2:key2")
        pairs.append((tenant, key))
    return pairs


def api_keys(settings: Settings) -> list[tuple[str, str]]:
    """The keys that open this service. DEV makes one and keeps it in DATA_DIR/dev-key; TEST
    makes one a start."""
    if settings.api_keys is not None:
        return parse_api_keys(settings.api_keys.get_secret_value())
    if settings.app_env == "DEV":
        return [("default", kept_secret(settings.data_dir / "dev-key", "dk_dev_"))]
    return [("default", f"dk_test_{secrets.token_urlsafe(18)}")]


def refuse_private_backends(settings: Settings) -> None:
    """Gateway and workers in several processes share nothing that one process keeps to itself."""
    chosen = {
        "QUEUE_BACKEND": settings.queue_backend,
        "TASK_STORE": settings.task_store,
        "STORAGE_BACKEND": settings.storage_backend,
    }
    private = [f"{name}=memory" for name, backend in chosen.items() if backend == "memory"]
    if private:
        raise ConfigurationError(
            f"{', '.join(private)}: lives in one process only; run `darkroom up`, or choose "
            "backends that processes share"
        )


def signing_secret(settings: Settings) -> bytes:
    """What signs links to results; kept in DATA_DIR so that links survive a restart."""
    if settings.url_signing_secret is not None:
        return settings.url_signing_secret.get_secret_value().encode()
    if settings.storage_backend == "memory":
        return secrets.token_bytes(32)
    return kept_secret(settings.data_dir / "signing-secret", "").encode()


def kept_secret(path: Path, prefix: str) -> str:
    """The secret in `path`; made, readable to its owner alone, when there is none."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(prefix + secrets.token_urlsafe(24))
        return path.read_text().strip()
    except OSError as error:
        raise ConfigurationError(f"DATA_DIR: can't be used: {error}") from error


def _lines(error: ValidationError) -> list[str]:
    return [_line(str(problem["loc"][0]), problem) for problem in error.errors()]


def _line(field: str, problem: ErrorDetails) -> str:
    """A secret is never repeated, not even a wrong one."""
    got = "" if field in SECRETS else f" (got {problem['input']!r})"
    return f"{field.upper()}: {problem['msg']}{got}"


def _problems(settings: Settings) -> list[str]:
    problems = _wrong_addresses(settings)
    if settings.api_keys is not None:
        parse_api_keys(settings.api_keys.get_secret_value())
    try:
        UrlPolicy(settings.fetch_allow_hosts)
    except ValueError as error:
        problems.append(f"FETCH_ALLOW_HOSTS: {error}")
    problems += webhook_problems(settings)
    if settings.storage_backend == "s3" and settings.url_ttl_s > LONGEST_S3_LINK_S:
        problems.append(f"URL_TTL_S: an S3 link lives at most {LONGEST_S3_LINK_S} s (7 days)")
    problems += _wrong_origins(settings)
    if settings.app_env == "PROD" and not settings.allow_dev_secrets:
        problems += _weak_secrets(settings)
    return problems


def _wrong_addresses(settings: Settings) -> list[str]:
    """Those of the servers that these settings use."""
    used: list[tuple[str, SecretStr, tuple[str, ...]]] = []
    if settings.queue_backend != "memory":
        used.append(("BROKER_URL", settings.broker_url, BROKER_SCHEMES))
    if "redis" in (settings.task_store, settings.rate_limit_backend):
        used.append(("REDIS_URL", settings.redis_url, REDIS_SCHEMES))
    found = [(name, address_problem(url.get_secret_value(), known)) for name, url, known in used]
    return [f"{name}: {problem}" for name, problem in found if problem]


def _wrong_origins(settings: Settings) -> list[str]:
    """One that is written otherwise than browsers do would never match, without a word."""
    if "*" in settings.cors_origins and settings.cors_allow_credentials:
        return [
            "CORS_ORIGINS: * with CORS_ALLOW_CREDENTIALS would let every website act for who is "
            "logged in; name the origins"
        ]
    wrong = [each for each in settings.cors_origins if each != "*" and not ORIGIN.fullmatch(each)]
    return [
        f"CORS_ORIGINS: {each!r} has to look like https://host or https://host:port"
        for each in wrong
    ]


def _weak_secrets(settings: Settings) -> list[str]:
    if settings.api_keys is None:
        return ["API_KEYS: PROD needs at least one, as tenant:key"]
    named: Mapping[str, list[str]] = {
        "API_KEYS": [key for _, key in api_keys(settings)],
        "URL_SIGNING_SECRET": _value(settings.url_signing_secret),
        "S3_SECRET_KEY": _value(settings.s3_secret_key) if settings.storage_backend == "s3" else [],
    }
    return [
        f"{variable}: PROD refuses a well-known or short secret (under {SHORTEST_SECRET} "
        "characters); set a random one, or ALLOW_DEV_SECRETS=1 for a trial"
        for variable, values in named.items()
        if any(value.lower() in WELL_KNOWN or len(value) < SHORTEST_SECRET for value in values)
    ]


def _value(secret: SecretStr | None) -> list[str]:
    return [secret.get_secret_value()] if secret else []
