"""The only reader of the environment. Every variable is a field here, with its unit in its name;
`.env.example` and the configuration table are generated from it."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)
from yaml import YAMLError

from domain.model.model_setup import Accelerator
from entrypoints.addresses import url_of
from entrypoints.profiles import AppEnv, ProfileSource

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Names = Annotated[tuple[str, ...], NoDecode]
"""Comma-separated names."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    app_env: AppEnv = Field(
        "DEV", description="Profile of defaults, each overridden by its own variable."
    )
    config_file: Path | None = Field(
        None,
        description="YAML file with the same names; the environment and .env go before it.",
    )
    host: str = Field("127.0.0.1", description="Address the gateway listens on.")
    port: int = Field(8000, ge=0, le=65_535, description="Port of the gateway; 0 = any free one.")
    public_url: str | None = Field(
        None, description="Where clients reach the gateway, for links told outside HTTP."
    )
    grpc_enabled: bool = Field(False, description="Also serve ImageGenX's scheduler over gRPC.")
    grpc_port: Annotated[int, Field(ge=1, le=65_535)] = Field(
        50_051, description="Port of gRPC, where enabled; it listens on HOST, too."
    )
    queue_backend: Literal["celery", "dramatiq", "memory"] = Field(
        "memory", description="Where wake-ups wait."
    )
    broker_url: SecretStr = Field(
        SecretStr("amqp://guest:guest@localhost:5672//"),
        description="Broker of celery or dramatiq, amqp(s):// or redis(s)://.",
    )
    task_store: Literal["redis", "sqlite", "memory"] = Field("sqlite", description="The ledger.")
    redis_url: SecretStr = Field(
        SecretStr("redis://localhost:6379/0"), description="Ledger and counts, where on Redis."
    )
    redis_allow_eviction: bool = Field(
        False, description="Start although Redis may evict rows (maxmemory-policy): tasks get lost."
    )
    sqlite_path: Path | None = Field(None, description="Ledger file; default DATA_DIR/darkroom.db.")
    storage_backend: Literal["s3", "local", "memory"] = Field(
        "local", description="Where pictures lie."
    )
    s3_endpoint: str | None = Field(
        None, description="S3 server, with or without http(s)://; none = AWS."
    )
    s3_public_endpoint: str | None = Field(
        None, description="The same server as clients reach it; links name it."
    )
    s3_access_key: SecretStr = Field(SecretStr(""), description="Access key of the S3 server.")
    s3_secret_key: SecretStr = Field(SecretStr(""), description="Secret key of the S3 server.")
    s3_bucket: str = Field("darkroom", description="Bucket; made at the start if missing.")
    s3_region: str = Field("us-east-1", description="Region of the bucket.")
    data_dir: Path = Field(
        Path("data"), description="Folder of ledger, pictures, fonts, DEV secrets."
    )
    url_ttl_s: Count = Field(604_800, description="Life of a link to a result.")
    url_signing_secret: SecretStr | None = Field(
        None, description="Signs links; made and kept in DATA_DIR unless set."
    )
    rate_limit_backend: Literal["redis", "memory"] = Field(
        "memory", description="Where calls are counted."
    )
    rate_limit_per_minute: Count = Field(
        60, description="Writing calls a key may make in a minute."
    )
    max_queue_depth: Count = Field(10_000, description="Waiting tasks past which submits get 503.")
    max_queue_depth_per_tenant: Count | None = Field(
        None, description="Waiting tasks of a tenant past which it gets 429; default: half of all."
    )
    api_keys: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("api_keys", "api_key"),
        description="tenant:key,tenant2:key2; a bare key is of tenant `default`. Alias: API_KEY.",
    )
    allow_dev_secrets: bool = Field(False, description="Let PROD start with well-known secrets.")
    max_retries: Annotated[int, Field(ge=0)] = Field(
        3, description="Retries after the first attempt."
    )
    retry_base_s: Positive = Field(1.0, description="First back-off ceiling; doubles each time.")
    retry_cap_s: Positive = Field(60.0, description="Highest back-off ceiling.")
    task_timeout_s: Positive = Field(600.0, description="Longest run of one attempt.")
    task_ttl_s: Count | None = Field(None, description="Default time in which a task has to start.")
    lease_s: Positive = Field(15.0, description="Life of a worker's claim unless renewed.")
    priority_aging_normal_s: Positive = Field(
        30.0, description="Longest a normal task is passed over."
    )
    priority_aging_low_s: Positive = Field(120.0, description="Longest a low task is passed over.")
    worker_concurrency: Count = Field(8, description="Tasks in flight in one worker.")
    drain_grace_s: Positive = Field(25.0, description="Time a stopping worker gives its tasks.")
    models: Names = Field((), description="Names to serve, comma-separated; empty = all.")
    models_file: Path = Field(
        Path("models.yaml"), description="How models are set up, in YAML; may be absent."
    )
    models_dir: Path = Field(Path("models"), description="Folder of the weights of others.")
    models_memory_mb: Count | None = Field(
        None,
        description="Memory of a device that models may take together, in MiB; none = all free.",
    )
    moderation_deny_file: Path | None = Field(
        None, description="Words that no prompt may have, one a line; none = all may."
    )
    default_model: str | None = Field(None, description="What a submit gets that names no model.")
    accelerator: Accelerator = Field(
        Accelerator.NONE,
        description="What sd15 and sdxl compile their steps with: none, compile, tensorrt.",
    )
    gpu_ids: str = Field(
        "auto", description="One worker process an id, like 0,1; auto = every GPU, else the CPU."
    )
    metrics_port: Annotated[int, Field(ge=1, le=65_000)] = Field(
        9100,
        description="Port of metrics, of `collect` and the first worker; the next have the next.",
    )
    device: str = Field("cpu", description="Where models run: cpu, cuda:0, …")
    torch_threads: Annotated[int, Field(ge=0)] = Field(0, description="CPU threads; 0 = all cores.")
    batch_window_ms: Annotated[float, Field(ge=0)] = Field(
        50, description="Longest wait for company on a free device; no wait where none can come."
    )
    max_batch_size: Count = Field(8, description="Most tasks that share the device in one batch.")
    inference_backend: Literal["device", "memory"] = Field(
        "device", description="A device thread, or inline for torch-free models."
    )
    fetch_backend: Literal["http", "memory"] = Field(
        "http", description="How users' addresses are reached: pictures, webhooks."
    )
    imaging_backend: Literal["process", "memory"] = Field(
        "process", description="Where picture files are decoded: in child processes, or threads."
    )
    imaging_processes: Annotated[int, Field(ge=0)] = Field(
        0, description="Child processes for pictures in a worker; 0 = one a core, at most two."
    )
    idempotency_ttl_s: Count = Field(86_400, description="Life of a client_request_id, at least.")
    signature_window_s: Annotated[int, Field(ge=0)] = Field(
        600, description="Equal keyless requests within it share one task."
    )
    result_ttl_s: Count = Field(604_800, description="How long a finished task is kept.")
    max_upload_mb: Count = Field(20, description="Largest picture, uploaded or fetched, in MiB.")
    max_pixels: Count = Field(64_000_000, description="Most pixels of an input picture.")
    max_side_px: Count = Field(16_384, description="Longest side of an input picture.")
    fetch_allow_hosts: str = Field(
        "", description="Private hosts or CIDRs (host:port for odd ports) that may be fetched."
    )
    webhook_secret: SecretStr | None = Field(
        None,
        description="Signs all webhooks: whsec_…, or two with a comma. None = one a tenant.",
    )
    webhook_schedule_s: str = Field(
        "0,5,300,1800,7200,18000,36000,86400",
        description="Seconds before each try of a webhook, from the end of the one before.",
    )
    webhook_timeout_s: Annotated[float, Field(gt=0, le=15)] = Field(
        15.0, description="Longest try of a webhook, answer included."
    )
    webhook_rotation_s: Annotated[int, Field(ge=0)] = Field(
        86_400, description="How long a rotated secret goes on signing beside the new one."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe line that is logged."
    )
    log_format: Literal["json", "console"] = Field("json", description="Shape of a log line.")
    cors_origins: Names = Field(
        (), description="Origins of browsers, comma-separated, or * for any."
    )
    cors_allow_credentials: bool = Field(
        False, description="Let them send cookies along, for a proxy that wants some; not with *."
    )

    @field_validator("models", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @field_validator("app_env", "queue_backend", mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return value.strip() if isinstance(value, str) else value

    @property
    def max_upload_bytes(self) -> int:
        return self.max_upload_mb * 2**20

    @property
    def reachable_at(self) -> str:
        """PUBLIC_URL, or what a client on this machine would say."""
        return (self.public_url or url_of(self.host, self.port)).rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """First wins: arguments, environment, `.env`, the YAML file, the profile."""
        return (
            init_settings,
            env_settings,
            dotenv_settings,
            ConfigFile(settings_cls),
            ProfileSource(settings_cls),
        )


class ConfigFile(YamlConfigSettingsSource):
    """The YAML file that `CONFIG_FILE` names, if it names one."""

    def __call__(self) -> dict[str, Any]:
        path = self.current_state.get("config_file")
        if not path:
            return {}
        found = self._read_file(Path(path)) or {}
        if not isinstance(found, dict):
            raise YAMLError(f"{path} has to hold names and values, one `NAME: value` a line")
        return {str(name).lower(): value for name, value in found.items()}
