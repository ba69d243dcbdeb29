"""Where a setting comes from, and what is said of a wrong one."""

from pathlib import Path
from typing import Any

import pytest

from entrypoints.configuration import ConfigurationError, api_keys, load_settings, parse_api_keys
from entrypoints.settings import Settings


@pytest.fixture(autouse=True)
def _own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*Settings.model_fields, "api_key"):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_order_is_argument_environment_env_file_yaml_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_ENV", "TEST")
    (tmp_path / "all.yaml").write_text("HOST: yaml\nMODELS: yaml\nDATA_DIR: yaml\nDEVICE: yaml\n")
    (tmp_path / ".env").write_text("CONFIG_FILE=all.yaml\nHOST=dotenv\nMODELS=a, b\nDATA_DIR=dot\n")
    monkeypatch.setenv("HOST", "environment")
    monkeypatch.setenv("DATA_DIR", "environment")
    found = load_settings(host="argument")
    assert found.host == "argument"
    assert found.data_dir == Path("environment")
    assert found.models == ("a", "b")
    assert found.device == "yaml"
    assert found.task_store == "memory"


def test_an_empty_variable_is_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    monkeypatch.setenv("API_KEYS", "")
    found = load_settings()
    assert (found.port, found.api_keys) == (8000, None)


@pytest.mark.parametrize("name", ["API_KEYS", "API_KEY"])
def test_keys_have_two_names(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "acme:k1, k2")
    assert api_keys(load_settings()) == [("acme", "k1"), ("default", "k2")]


@pytest.mark.parametrize("text", ["acme:", "../x:key", "a b:key"])
def test_keys_that_nobody_can_read_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="API_KEYS"):
        parse_api_keys(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [("app_env", "STAGE"), ("port", 70_000), ("max_retries", -1), ("lease_s", 0),
     ("task_store", "oracle"), ("log_level", "loud"), ("max_queue_depth", "many")],
)  # fmt: skip
def test_a_wrong_value_names_its_variable(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name.upper()}: "):
        load_settings(**{name: value})


def test_every_wrong_value_is_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as told:
        load_settings(port="x", lease_s="y")
    assert [line.partition(":")[0] for line in str(told.value).splitlines()] == ["PORT", "LEASE_S"]


@pytest.mark.parametrize("text", [None, "a: [", "- 1", "words"])
def test_a_config_file_that_can_not_be_read_names_its_variable(
    text: str | None, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match="CONFIG_FILE"):
        load_settings(config_file="c.yaml")


def test_dev_keeps_its_key_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    settings = load_settings()
    first, second = api_keys(settings), api_keys(settings)
    assert first == second
    assert (tmp_path / "data" / "dev-key").stat().st_mode & 0o077 == 0


CELERY, DRAMATIQ = {"queue_backend": "celery"}, {"queue_backend": "dramatiq"}
LEDGER, LIMITER = {"task_store": "redis"}, {"rate_limit_backend": "redis"}
ALL_BROKERS = "amqp://, amqps://, redis:// or rediss://"


@pytest.mark.parametrize("backend", [CELERY, DRAMATIQ], ids=["celery", "dramatiq"])
@pytest.mark.parametrize(
    "url", ["http://x", "x", "user:hidden@host", "AMQP://h//", "amqp://h//;http://user:hidden@i"]
)
def test_a_broker_nobody_speaks_to_is_told_with_those_that_are_known(
    backend: dict[str, Any], url: str
) -> None:
    with pytest.raises(ConfigurationError) as told:
        load_settings(broker_url=url, **backend)
    assert str(told.value) == f"BROKER_URL: has to begin with {ALL_BROKERS}"


@pytest.mark.parametrize("backend", [LEDGER, LIMITER], ids=["ledger", "limiter"])
def test_so_is_a_redis(backend: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"^REDIS_URL: has to begin with redis:// or"):
        load_settings(redis_url="amqp://h//", **backend)


@pytest.mark.parametrize(
    "url", ["amqp://h:port//", "amqp://u:hid/den@h", "redis://:1/hidden@h", "redis://u:2?hidden@h",
            "redis://u:3#hidden@h", "redis://[h/0"],
)  # fmt: skip
def test_of_an_address_in_pieces_nothing_is_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        load_settings(broker_url=url, redis_url=url.replace("amqp", "redis"), **CELERY, **LEDGER)
    assert [line.partition(":")[0] for line in str(told.value).splitlines()] == [
        "BROKER_URL", "REDIS_URL",
    ]  # fmt: skip
    assert "hid" not in str(told.value)


@pytest.mark.parametrize(
    "url", ["amqp://h", "amqps://u:p%40@h:5671/v?heartbeat=9", "amqp://h//;amqps://i:5671/v",
            "redis://:a;b@h/0", "rediss://[::1]:6380/1"],
)  # fmt: skip
def test_every_address_that_works_passes(url: str) -> None:
    assert load_settings(broker_url=url, **CELERY).broker_url.get_secret_value() == url


def test_an_address_that_is_not_used_may_be_any() -> None:
    load_settings(broker_url="http://x", redis_url="http://x", queue_backend="memory")


def test_no_website_whatever_may_act_for_who_is_logged_in() -> None:
    with pytest.raises(ConfigurationError, match=r"^CORS_ORIGINS: .*CORS_ALLOW_CREDENTIALS"):
        load_settings(cors_origins="https://a.example,*", cors_allow_credentials=True)
    assert load_settings(cors_origins="*").cors_origins == ("*",)
    named = load_settings(cors_origins="https://a.example", cors_allow_credentials=True)
    assert named.cors_allow_credentials


@pytest.mark.parametrize("origin", ["a.example", "https://a.example/", "https://a.example/app"])
def test_an_origin_no_browser_would_send_is_refused(origin: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^CORS_ORIGINS: "):
        load_settings(cors_origins=f"https://b.example,{origin}")
