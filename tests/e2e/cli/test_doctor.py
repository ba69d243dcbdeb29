import json
from pathlib import Path

import pytest
import torch

from entrypoints.cli.faults import ExitStatus
from tests.e2e.cli.terminal import told, typed


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENV", "DEV")
    monkeypatch.setenv("MODELS", "invert")
    monkeypatch.setenv("INFERENCE_BACKEND", "memory")


@pytest.mark.usefixtures("small")
def test_a_healthy_house() -> None:
    ended = typed("doctor", "--json")
    assert ended.exit_code == ExitStatus.OK
    findings = {finding["port"]: finding for finding in json.loads(ended.stdout)}
    assert findings["TaskStore"]["adapter"] == "SqliteTaskStore"
    assert {finding["status"] for finding in findings.values()} == {"ok"}


@pytest.mark.usefixtures("small")
def test_a_part_that_is_down_is_named_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("SQLITE_PATH", str(tmp_path / "a-file" / "ledger.db"))
    ended = typed("doctor", "--json")
    assert ended.exit_code == ExitStatus.TASK_FAILED
    findings = {finding["port"]: finding for finding in json.loads(ended.stdout)}
    assert findings["TaskStore"]["status"] == "fail"
    assert "SQLITE_PATH" in findings["TaskStore"]["fix"]
    assert findings["BlobStore"]["status"] == "ok"
    assert "fix: Set SQLITE_PATH" in ended.stderr


@pytest.mark.skipif(torch.version.cuda is not None, reason="this torch knows CUDA")
@pytest.mark.usefixtures("small")
def test_a_device_this_machine_lacks_is_told_and_doctor_lives_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEVICE", "cuda:0")
    monkeypatch.setenv("MODELS", "superres-x2")
    monkeypatch.setenv("INFERENCE_BACKEND", "device")
    ended = typed("doctor", "--json")
    findings = {finding["port"]: finding for finding in json.loads(ended.stdout)}
    assert findings["Inference"]["status"] == "fail"
    assert "Torch not compiled with CUDA" in findings["Inference"]["reason"]
    assert "DEVICE" in findings["Inference"]["fix"]
    assert "process ends" not in ended.stderr


@pytest.mark.usefixtures("small")
def test_a_folder_that_cannot_be_used_is_told_in_four_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATA_DIR", "/proc/nowhere")
    assert "DATA_DIR" in told(typed("doctor"), ExitStatus.CONFIGURATION)[1]
