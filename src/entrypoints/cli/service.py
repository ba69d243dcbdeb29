"""Which service a command talks to: the one DARKROOM_URL names, or a local one that runs."""

from dataclasses import dataclass, field

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from darkroom.client import Darkroom
from entrypoints.addresses import url_of
from entrypoints.cli.faults import ExitStatus, Fault
from entrypoints.configuration import load_settings

PROBE_S = 2.0


@dataclass(frozen=True, slots=True)
class Service:
    url: str
    api_key: str = field(repr=False)

    def client(self) -> Darkroom:
        return Darkroom(self.url, self.api_key)


class ClientSettings(BaseSettings):
    """What the client side of the command line reads."""

    model_config = SettingsConfigDict(
        env_prefix="DARKROOM_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    url: str | None = Field(default=None, description="Server that the commands talk to.")
    api_key: SecretStr | None = Field(default=None, description="Key for that server.")

    @property
    def key(self) -> str | None:
        return self.api_key.get_secret_value() if self.api_key else None


def running_service() -> Service | None:
    """The service of DARKROOM_URL, reachable or not; else a local one in DEV that is ready."""
    asked = ClientSettings()
    if asked.url:
        return Service(asked.url.rstrip("/"), asked.key or "")
    settings = load_settings()
    kept = settings.data_dir / "dev-key"
    if not kept.is_file():
        return None
    url = url_of(settings.host, settings.port)
    service = Service(url, asked.key or kept.read_text().strip())
    with Darkroom(url, service.api_key, timeout_s=PROBE_S) as darkroom:
        return service if darkroom.is_ready() else None


def required_service() -> Service:
    """`running_service`, or the `Fault` that there is none."""
    service = running_service()
    if service is None:
        raise Fault(
            ExitStatus.UNREACHABLE, "No Darkroom runs here.",
            why="DARKROOM_URL is not set and no local service answers",
            fix="start one with `darkroom up`, or set DARKROOM_URL and DARKROOM_API_KEY",
            more="darkroom up --help",
        )  # fmt: skip
    return service
