"""The command line, as somebody types it."""

import pytest
from typer.testing import CliRunner, Result

from entrypoints.cli.main import app
from entrypoints.settings import Settings


def typed(*words: str) -> Result:
    """What `darkroom WORDS` does; an exception nobody foresaw fails the test."""
    result = CliRunner().invoke(app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def told(result: Result, exit_code: int) -> list[str]:
    """The four lines of a fault that left `exit_code`; a why of several lines counts as one."""
    assert result.exit_code == exit_code, result.output
    assert "Traceback" not in result.output
    lines = [line for line in result.stderr.splitlines() if not line.startswith("     ")]
    fault = lines[-4:]
    assert [line.partition(":")[0] for line in fault[1:]] == ["why", "fix", "more"]
    return fault


def clean(patch: pytest.MonkeyPatch) -> None:
    for name in (*Settings.model_fields, "api_key", "darkroom_url", "darkroom_api_key"):
        patch.delenv(name.upper(), raising=False)
    patch.setenv("APP_ENV", "TEST")
    patch.setenv("NO_COLOR", "1")
