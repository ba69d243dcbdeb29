import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from entrypoints.cli.ephemeral import ephemeral
from entrypoints.cli.service import Service
from tests.e2e.cli.terminal import clean


@pytest.fixture(autouse=True)
def _own_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, no setting of this machine, and the profile without torch. Nothing
    listens on the port, so no service of this machine is found."""
    clean(monkeypatch)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.linear_gradient("L").resize((40, 30)).convert("RGB").save(path)
    return path


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service with `invert`, for all tests of the command line."""
    with pytest.MonkeyPatch.context() as patch:
        clean(patch)
        patch.chdir(tmp_path_factory.mktemp("service"))
        with ephemeral("invert") as running:
            yield running


@pytest.fixture
def pointed(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The commands talk to `service`."""
    monkeypatch.setenv("DARKROOM_URL", service.url)
    monkeypatch.setenv("DARKROOM_API_KEY", service.api_key)
    return service


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """`darkroom up` adopts the logs of its whole process, which here is the test run's."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
