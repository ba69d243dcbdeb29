"""docker-compose.yml, as far as it can be judged without an engine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from entrypoints.configuration import ConfigurationError, load_settings
from entrypoints.settings import Settings
from entrypoints.settings_docs import STACK
from tests.contract.infra.stack import (
    COMPOSE_FILES,
    ROOT,
    VARIABLE,
    compose,
    filled,
    services,
)

OURS = ("gateway", "worker", "collector")
EVERY = pytest.mark.parametrize("name", sorted(services()))


def test_it_is_valid_by_the_compose_specification() -> None:
    command = [Path(sys.executable).parent / "check-jsonschema",
               "--builtin-schema", "vendor.compose-spec", *COMPOSE_FILES]  # fmt: skip
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_stack_is_all_there() -> None:
    assert set(services()) == {
        *OURS, "rabbitmq", "redis", "s3", "minio", "prometheus", "grafana", "flower"
    }  # fmt: skip


@pytest.mark.parametrize("file", COMPOSE_FILES, ids=lambda file: file.name)
def test_every_variable_is_in_the_example_with_the_same_default(file: Path) -> None:
    example = (ROOT / ".env.example").read_text()
    used = VARIABLE.findall(file.read_text())
    assert used
    assert [name for name, _ in used if f"\n#{name}=" not in example] == []
    defaults = {name: default for name, default, _ in STACK}
    if file == COMPOSE_FILES[0]:
        assert {n: d for n, d in used if n in defaults} == defaults


def test_without_any_variable_every_service_gets_a_value() -> None:
    """`cp .env.example .env` is all there is to do: a copy sets nothing."""
    assert [name for name, default in VARIABLE.findall(COMPOSE_FILES[0].read_text())
            if not default] == []  # fmt: skip


@EVERY
def test_images_are_pinned(name: str) -> None:
    service = services()[name]
    tag = service["image"].rpartition(":")[2]
    built_here = service["image"].endswith(":local")
    assert built_here or re.search(r"\d+[.-]\d+", tag), service["image"]


@EVERY
def test_ports_are_on_loopback(name: str) -> None:
    for port in services()[name].get("ports", []):
        assert str(port).startswith("127.0.0.1:"), port


@EVERY
def test_each_says_whether_it_is_well(name: str) -> None:
    check = services()[name]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(check)


@EVERY
def test_what_it_waits_for_and_mounts_exists(name: str) -> None:
    service, known = services()[name], compose()["volumes"]
    for other, how in service.get("depends_on", {}).items():
        assert how == {"condition": "service_healthy"}
        assert "healthcheck" in services()[other]
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        there = (ROOT / source).exists() or source == "./models"
        assert there if source.startswith(".") else source in known, volume


@pytest.mark.parametrize("name", OURS)
def test_ours_run_without_rights(name: str) -> None:
    service = services()[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["env_file"] == [{"path": ".env", "required": False}]


def test_rows_are_neither_evicted_nor_lost_in_a_restart() -> None:
    command = " ".join(services()["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert services()["redis"]["volumes"] == ["redis:/data"]


def test_the_flower_page_is_on_its_port() -> None:
    assert services()["flower"]["ports"] == ["127.0.0.1:5555:5555"]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """What the containers get where nothing is set."""
    for name in (*Settings.model_fields, "api_key"):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    for name, value in services()["gateway"]["environment"].items():
        assert name.lower() in Settings.model_fields, name
        monkeypatch.setenv(name, filled(value))
    return monkeypatch


def test_the_trial_values_start(environment: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert (settings.app_env, settings.storage_backend) == ("PROD", "s3")
    assert settings.s3_endpoint == "http://s3:8333"
    assert settings.s3_public_endpoint == "http://127.0.0.1:8333"


def test_the_trial_values_are_refused_where_it_is_meant(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ALLOW_DEV_SECRETS", "false")
    with pytest.raises(ConfigurationError, match=r"API_KEYS: PROD refuses[^§]*S3_SECRET_KEY: PROD"):
        load_settings()


def test_a_worker_has_time_to_drain(environment: pytest.MonkeyPatch) -> None:
    grace_s = int(services()["worker"]["stop_grace_period"].removesuffix("s"))
    assert grace_s > load_settings().drain_grace_s + 10
