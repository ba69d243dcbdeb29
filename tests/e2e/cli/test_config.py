"""`darkroom config`, and wrong settings anywhere."""

from pathlib import Path

import pytest

from entrypoints.settings_docs import configuration_table, env_example
from tests.e2e.cli.terminal import told, typed


def shown() -> dict[str, list[str]]:
    """VARIABLE → [value, source]; a value that is empty leaves the source alone."""
    rows = typed("config", "show").stdout.splitlines()[1:]
    return {row.split()[0]: row.split()[1:] for row in rows}


def test_every_value_says_where_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "more.yaml").write_text("PORT: 1\nmax_retries: 7\nlease_s: 9\n")
    (tmp_path / ".env").write_text("CONFIG_FILE=more.yaml\nMAX_RETRIES=5\nAPI_KEY=hidden-key\n")
    monkeypatch.setenv("HOST", "::1")
    found = shown()
    assert found["HOST"] == ["::1", "environment"]
    assert found["MAX_RETRIES"] == ["5", ".env"]
    assert found["PORT"] == ["1", "more.yaml"]
    assert found["LEASE_S"] == ["9", "more.yaml"]
    assert found["MODELS"] == ["invert", "APP_ENV=TEST"]
    assert found["RETRY_CAP_S"] == ["60", "default"]
    assert found["API_KEYS"] == ["********", ".env"]


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEYS", "default:hidden-key")
    monkeypatch.setenv("URL_SIGNING_SECRET", "hidden-secret")
    result = typed("config", "show")
    assert "hidden" not in result.output


def test_a_good_configuration_passes() -> None:
    result = typed("config", "check")
    assert (result.exit_code, result.stdout) == (0, "ok: APP_ENV=TEST, models invert\n")


@pytest.mark.parametrize("words", [("config", "check"), ("up",), ("models",), ("config", "show")])
def test_a_wrong_value_names_its_variable(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEASE_S", "soon")
    monkeypatch.setenv("PORT", "99999")
    result = typed(*words)
    fault = told(result, 3)
    assert fault[1].startswith("why: PORT: ")
    assert "     LEASE_S: " in result.stderr


@pytest.mark.parametrize("words", [("config", "check"), ("up", "--port", "0")])
def test_a_model_nobody_has_names_its_variable(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELS", "invert,nope")
    assert told(typed(*words), 3)[1].startswith("why: MODELS: ")


@pytest.mark.parametrize("backend", ["celery", "dramatiq"])
@pytest.mark.parametrize("words", ["config check", "doctor", "serve", "worker", "up --port 0"])
def test_a_broker_nobody_speaks_to_stops_every_start(
    words: str, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUEUE_BACKEND", backend)
    monkeypatch.setenv("BROKER_URL", "http://user:hidden@broker.example")
    why = told(result := typed(*words.split()), 3)[1]
    assert why == "why: BROKER_URL: has to begin with amqp://, amqps://, redis:// or rediss://"
    assert "hidden" not in result.output


def test_docs_are_printed() -> None:
    assert typed("config", "docs").stdout == configuration_table()
    assert typed("config", "docs", "--env").stdout == env_example()
