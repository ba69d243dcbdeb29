"""One scenario over REST v1, ImageGenX REST and gRPC: real processes, a real (tiny) diffusion."""

import io
import time
from collections.abc import Iterator

import pytest
from PIL import Image

from tests.contract.runners.diffusion.tiny import saved_sd15
from tests.contract.services import free_port
from tests.e2e.service import Service, serving
from tests.e2e.surfaces import ENDED, Grpc, ImageGenXRest, RestV1, Surface

WITHIN_S, PAUSE_S = 120.0, 0.05
MODELS = "tiny:\n  runner: sd15\n  weights: {weights}\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    weights = saved_sd15(folder / "tiny-sd15")
    (folder / "models.yaml").write_text(MODELS.format(weights=weights))
    with serving(
        folder, MODELS="tiny", GRPC_ENABLED="1", GRPC_PORT=str(free_port()), TORCH_THREADS="1"
    ) as service:
        yield service


@pytest.fixture(params=[RestV1, ImageGenXRest, Grpc], ids=lambda kind: kind.__name__)
def surface(request: pytest.FixtureRequest, service: Service) -> Iterator[Surface]:
    with request.param(service) as surface:
        yield surface


def watched(surface: Surface, task_id: str) -> list[tuple[str, int]]:
    """What was seen of it until it ended."""
    seen, until_s = [surface.state(task_id)], time.monotonic() + WITHIN_S
    while seen[-1][0] not in ENDED:
        assert time.monotonic() < until_s, seen[-3:]
        time.sleep(PAUSE_S)
        seen.append(surface.state(task_id))
    return seen


def test_submit_watch_fetch_replay_cancel(surface: Surface) -> None:
    name = type(surface).__name__
    asked = {"resolution": "64x64", "steps": 3, "cfg_scale": 2.0, "sampler": "DDIM"}
    task_id = surface.submit(f"{name}-1", "a boat", **asked)
    seen = watched(surface, task_id)
    assert seen[-1] == ("success", 100)
    assert [progress for _, progress in seen] == sorted(progress for _, progress in seen)
    picture = Image.open(io.BytesIO(surface.picture(task_id)))
    assert (picture.size, picture.format) == ((64, 64), "WEBP")

    assert surface.submit(f"{name}-1", "a boat", **asked) == task_id
    other = surface.submit(f"{name}-2", "a ship", **{**asked, "steps": 100})
    assert other != task_id
    surface.cancel(other)
    assert watched(surface, other)[-1][0] == "failed"
    assert surface.state(task_id) == ("success", 100)


def test_each_sees_what_the_others_submitted(service: Service) -> None:
    with RestV1(service) as rest, ImageGenXRest(service) as image, Grpc(service) as scheduler:
        surfaces = (rest, image, scheduler)
        for number, one in enumerate(surfaces):
            task_id = one.submit(f"seen-{number}", "a raft", resolution="64x64", steps=2)
            watched(one, task_id)
            assert {each.state(task_id) for each in surfaces} == {("success", 100)}
            assert len({each.picture(task_id) for each in surfaces}) == 1


def test_the_same_id_is_the_same_task_whatever_the_door(service: Service) -> None:
    """What all three say is alike, so the request is: only gRPC adds who it was for."""
    asked = {"resolution": "64x64", "steps": 2, "cfg_scale": 2.0, "sampler": "DDIM"}
    with RestV1(service) as rest, ImageGenXRest(service) as image:
        assert rest.submit("shared", "a raft", **asked) == image.submit("shared", "a raft", **asked)
