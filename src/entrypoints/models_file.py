"""The models file: how the operator sets models up, checked entry by entry."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from yaml import YAMLError

from domain.model.model_setup import Loading, Precision
from entrypoints.configuration import ConfigurationError
from entrypoints.settings import Settings
from entrypoints.yaml_file import read_yaml

Count = Annotated[int, Field(ge=1, strict=True)]
ModelName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]


class Limits(BaseModel):
    """`max_pixels`: of an input picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_pixels: Count | None = None


class Entry(BaseModel):
    """One model. `runner`: the kind of model; by default what the model has anyway, or the runner
    of the same name. `weights`: a file or folder in MODELS_DIR, or an absolute path; `controlnet`:
    likewise the folder of a ControlNet; `safety_checker`: whether that of the folder judges."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    runner: str | None = None
    weights: Annotated[str, Field(min_length=1)] | None = None
    precision: Precision | None = None
    device_memory_mb: Count | None = None
    controlnet: Annotated[str, Field(min_length=1)] | None = None
    safety_checker: bool | None = None
    load: Loading = Loading.STARTUP
    limits: Limits = Limits()
    aliases: tuple[ModelName, ...] = ()

    def over(self, other: "Entry") -> "Entry":
        """What this one says, and where it is silent, what `other` does."""
        said = {name: getattr(self, name) for name in self.model_fields_set}
        return other.model_copy(update=said)


class _Name(BaseModel):
    name: ModelName


def read_models_file(settings: Settings) -> Mapping[str, Entry]:
    """The entries of MODELS_FILE by the names of their models; none where nobody named a file
    and the usual one is not there. Raises `ConfigurationError` for the first wrong one."""
    path = settings.models_file
    if not path.exists() and "models_file" not in settings.model_fields_set:
        return {}
    try:
        found = read_yaml(path)
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ConfigurationError(f"MODELS_FILE: {path} can't be read: {reason}") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ConfigurationError(
            f"MODELS_FILE: {path} has to hold models by their names, each with its fields"
        )
    return {str(name): _entry(path, str(name), fields) for name, fields in found.items()}


def entry_error(settings: Settings, name: str, field: str, reason: str) -> ConfigurationError:
    """The sentence that names file, entry and field."""
    return _error(settings.models_file, name, field, reason)


def did_you_mean(name: str, known: Mapping[str, Any] | type[BaseModel]) -> str:
    """The end of a sentence about a `name` that nobody knows."""
    names = sorted(known if isinstance(known, Mapping) else known.model_fields)
    near = get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(names)}"


def _entry(path: Path, name: str, fields: object) -> Entry:
    try:
        _Name(name=name)
    except ValidationError as error:
        raise ConfigurationError(
            f"MODELS_FILE: {path}: a model can't be named {name!r}: use letters, digits, . _ and -"
        ) from error
    try:
        return Entry.model_validate({} if fields is None else fields)
    except ValidationError as error:
        raise _wrong_field(path, name, error.errors()[0]) from error


def _wrong_field(path: Path, name: str, problem: ErrorDetails) -> ConfigurationError:
    at = [str(part) for part in problem["loc"]]
    if not at:
        return ConfigurationError(f"MODELS_FILE: {path}: entry {name!r} has to hold fields")
    if problem["type"] == "extra_forbidden":
        near = did_you_mean(at[-1], Limits if at[0] == "limits" else Entry)
        return _error(path, name, ".".join(at), f"there is no such field{near}")
    return _error(path, name, ".".join(at), f"{problem['msg']} (got {problem['input']!r})")


def _error(path: Path, name: str, field: str, reason: str) -> ConfigurationError:
    return ConfigurationError(f"MODELS_FILE: {path}: entry {name!r}, field {field!r}: {reason}")
