"""Which source each setting comes from."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import AliasChoices, SecretStr
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource, YamlConfigSettingsSource

from entrypoints.profiles import PROFILES
from entrypoints.settings import Settings
from entrypoints.settings_docs import shown

MASK = "********"
Source = tuple[str, Mapping[str, Any]]


def effective(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """(variable, value, source) of every setting, in the order of the model."""
    sources = list(_sources(settings))
    for name in Settings.model_fields:
        value = getattr(settings, name)
        text = MASK if isinstance(value, SecretStr) else shown(value)
        yield name.upper(), text, _source_of(name, sources)


def _sources(settings: Settings) -> Iterator[Source]:
    """The sources in the order in which the settings believe them."""
    yield "environment", EnvSettingsSource(Settings)()
    yield ".env", DotEnvSettingsSource(Settings)()
    if settings.config_file is not None:
        in_file = YamlConfigSettingsSource(Settings, yaml_file=settings.config_file).yaml_data
        names = {str(name).lower(): value for name, value in in_file.items()}
        yield str(settings.config_file), names
    yield f"APP_ENV={settings.app_env}", PROFILES[settings.app_env]


def _source_of(name: str, sources: list[Source]) -> str:
    names = {name, *_aliases(name)}
    return next((source for source, values in sources if names & values.keys()), "default")


def _aliases(name: str) -> list[str]:
    alias = Settings.model_fields[name].validation_alias
    return [str(each) for each in alias.choices] if isinstance(alias, AliasChoices) else []
