"""What is set for torch before it is loaded."""

import os

import pytest

from entrypoints.container.embedded import build_embedded
from entrypoints.settings import Settings


@pytest.mark.parametrize(("asked", "set_to"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_waiting_threads_leave_their_core_unless_told_otherwise(
    asked: str | None, set_to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "")  # so that it is put back afterwards
    if asked is None:
        monkeypatch.delenv("OMP_WAIT_POLICY")
    else:
        monkeypatch.setenv("OMP_WAIT_POLICY", asked)
    settings = Settings(_env_file=None, app_env="TEST", inference_backend="device")
    build_embedded(settings).inference()
    assert os.environ["OMP_WAIT_POLICY"] == set_to
