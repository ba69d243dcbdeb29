"""What `APP_ENV` stands for: a set of defaults, each of which a variable of its own overrides."""

from typing import Any, Literal

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

AppEnv = Literal["DEV", "TEST", "PROD"]

PROFILES: dict[str, dict[str, Any]] = {
    "DEV": {
        "queue_backend": "memory",
        "task_store": "sqlite",
        "storage_backend": "local",
        "log_format": "console",
        "device": "cpu",
    },
    "TEST": {
        "queue_backend": "memory",
        "task_store": "memory",
        "storage_backend": "memory",
        "fetch_backend": "memory",
        "imaging_backend": "memory",
        "inference_backend": "memory",
        "models": "invert",
    },
    "PROD": {
        "queue_backend": "celery",
        "task_store": "redis",
        "storage_backend": "s3",
        "rate_limit_backend": "redis",
    },
}


class ProfileSource(PydanticBaseSettingsSource):
    """The lowest source: what the profile says where nobody else spoke."""

    def __call__(self) -> dict[str, Any]:
        name = str(self.current_state.get("app_env", "DEV"))
        return PROFILES.get(name, {})

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self().get(field_name), field_name, False
