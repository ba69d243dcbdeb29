"""sd15 and sdxl from a submit to the file in the bucket: gateway, Celery, worker, S3. What comes
out is compared with what the runner paints right here."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx2
import numpy as np
import pytest
from PIL import Image

from adapters.runners.diffusion.runner import StableDiffusion15
from domain.model.model_setup import ModelSetup
from domain.model.picture import Picture
from tests.contract.runners.diffusion import lora_files, tiny
from tests.contract.runners.diffusion.works import Studio, apart
from tests.contract.services import free_port, missing, require_program
from tests.e2e.pictures import inline, png
from tests.e2e.production import Client, Stack
from tests.e2e.production_process import until
from tests.e2e.service import await_end
from tests.servers.rclone import rclone_path, rclone_s3
from tests.servers.redis_server import RedisServer

pytest_plugins = ["tests.e2e.production_stack"]

SMALL = {"resolution": "64x64", "steps": 2, "seed": 1}
MODELS = """
filtered: {runner: sd15, weights: filtered, load: lazy}
mine:
  runner: sd15
  weights: my-folder
"""
SUBMITTERS = 8


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A MODELS_DIR with everything."""
    folder = tmp_path_factory.mktemp("models")
    sd15 = tiny.saved_sd15(folder / "stable-diffusion-v1-5")
    tiny.saved_controlnet(folder / "control_v11p_sd15_canny")
    tiny.saved_sdxl(folder / "stable-diffusion-xl-base-1.0")
    tiny.saved_safety_checker(copytree(sd15, folder / "filtered"), threshold=-2.0)
    copytree(sd15, folder / "my-folder")
    (folder / "lora").mkdir()
    both = lora_files.random_lora(1, "unet", "text_encoder")
    lora_files.saved_diffusers(both, folder / "lora" / "ink.safetensors")
    lora_files.saved_kohya(both, folder / "lora" / "oil.safetensors", alpha=1.0)
    (folder / "models.yaml").write_text(MODELS)
    return folder


@pytest.fixture(scope="module")
def studio(weights: Path) -> Iterator[Studio]:
    setup = ModelSetup(
        name="sd15", weights=str(weights / "stable-diffusion-v1-5"),
        controlnet=str(weights / "control_v11p_sd15_canny"), lora_folder=str(weights / "lora"),
    )  # fmt: skip
    made = Studio(StableDiffusion15.set_up(setup))  # type: ignore[arg-type]
    yield made
    made.runner.release()


@pytest.fixture(scope="module")
def service(
    weights: Path, vhost: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Client, Path]]:
    """A client of the whole stack, and the folder that is its bucket."""
    folder = tmp_path_factory.mktemp("painting")
    program = rclone_path() or missing("the program rclone is not installed")
    (folder / "s3").mkdir()
    redis = RedisServer(require_program("redis-server"), folder, free_port())
    with rclone_s3(program, folder / "s3", free_port()) as s3:
        stack = Stack(
            folder, QUEUE_BACKEND="celery", BROKER_URL=vhost, REDIS_URL=redis.url,
            STORAGE_BACKEND="s3", S3_ENDPOINT=f"http://{s3.endpoint}",
            S3_ACCESS_KEY=s3.access_key, S3_SECRET_KEY=s3.secret_key,
            MODELS="sd15,sdxl,filtered,mine,superres-x2", MODELS_DIR=str(weights),
            MODELS_FILE=str(weights / "models.yaml"), TORCH_THREADS="1", WORKER_CONCURRENCY="6",
        )  # fmt: skip
        try:
            with stack.serve() as client, stack.worker():
                yield client, folder / "s3" / "darkroom"
        finally:
            redis.kill()


@pytest.fixture(scope="module")
def client(service: tuple[Client, Path]) -> Client:
    return service[0]


def submitted(
    client: Client, model: str = "sd15", prompt: str = "a cat", output: Any = None,
    pictures: dict[str, bytes] | None = None, **params: Any,
) -> httpx2.Response:  # fmt: skip
    files = {f"{role}_base64": inline(data) for role, data in (pictures or {}).items()}
    body = {"model": model, "input": {"prompt": prompt, **files}, "params": {**SMALL, **params},
            "output": output or {}}  # fmt: skip
    return client.post("/v1/tasks", json=body)


def done(client: Client, **asked: Any) -> dict[str, Any]:
    answer = submitted(client, **asked)
    assert answer.status_code in (200, 202), answer.text
    return await_end(client, answer.json()["task_id"], 180)


def file_of(url: str) -> Any:
    answer = httpx2.get(url, trust_env=False)
    assert answer.status_code == 200
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def made(client: Client, **asked: Any) -> Any:
    task = done(client, **asked)
    assert task["status"] == "SUCCESS", task
    return file_of(task["result"]["url"])


MIXED: list[dict[str, Any]] = [
    {"prompt": prompt, "seed": seed, **more}
    for seed, prompt in enumerate(["a cat", "a dog in the rain"])
    for more in (
        {}, {"lora_name": "ink"}, {"lora_name": "ink", "lora_weight": 0.5}, {"lora_name": "oil"},
        {"resolution": "72x64"}, {"sampler": "DPM++ 2M Karras"}, {"steps": 4}, {"cfg_scale": 3},
        {"clip_skip": 1},
    )
]  # fmt: skip


def test_tasks_of_every_kind_at_once_are_what_each_would_be_alone(
    client: Client, studio: Studio
) -> None:
    with ThreadPoolExecutor(SUBMITTERS) as pool:
        pictures = list(pool.map(lambda asked: made(client, **asked), MIXED))
    for asked, pixels in zip(MIXED, pictures, strict=True):
        assert apart(pixels, studio.pixels(**asked)) <= 1, asked


def test_the_manifest_paints_it_again(service: tuple[Client, Path]) -> None:
    client, bucket = service
    params = {"lora_name": "ink", "lora_weight": 0.7, "sampler": "euler a"}
    task = done(client, seed=None, **params)
    told = task["result"]["data"]
    assert (told["model"], len(told["model_sha256"]), told["sampler"]) == ("sd15", 64, "Euler a")
    assert (told["lora"]["name"], len(told["lora"]["sha256"]), told["steps"]) == ("ink", 64, 2)
    assert (bucket / task["result"]["s3_key"]).is_file()
    first = file_of(task["result"]["url"])
    assert apart(made(client, seed=told["seed"], **params), first) <= 1
    assert apart(made(client, seed=told["seed"] + 1, **params), first) > 5


def test_four_pictures_of_one_task(service: tuple[Client, Path], studio: Studio) -> None:
    client, bucket = service
    task = done(client, seed=5, num_images=4, output={"upscale": 2})
    result = task["result"]
    assert result["data"]["seeds"] == [5, 6, 7, 8]
    assert len(result["further"]) == 3
    for at, each in enumerate([result, *result["further"]]):
        assert each["size"] == [128, 128]
        assert (bucket / each["s3_key"]).stat().st_size == each["bytes"]
        small = Image.fromarray(file_of(each["url"])).resize((64, 64), Image.Resampling.BOX)
        gap = np.abs(np.asarray(small).astype(int) - studio.pixels(seed=5 + at)).mean()
        assert gap < 12, "the same picture, only larger"


@pytest.mark.parametrize(
    "roles", [("image",), ("image", "mask"), ("control_image",), ("image", "mask", "control_image")]
)
def test_pictures_to_paint_on(client: Client, studio: Studio, roles: tuple[str, ...]) -> None:
    files = {role: png(64, 64, seed) for seed, role in enumerate(roles)}
    decoded = {
        role: Picture(np.asarray(Image.open(io.BytesIO(file)))) for role, file in files.items()
    }
    steering = {"control_preprocessor": "canny"} if "control_image" in roles else {}
    model = "controlnet_canny" if "control_image" in roles else "sd1.5"
    found = made(client, model=model, pictures=files, **steering)
    [expected] = studio.painted(studio.work(pictures=decoded, **steering))
    assert apart(found, expected.pictures[0].pixels) <= 1


def test_three_lines_plug_in_ones_own_folder(client: Client, studio: Studio) -> None:
    assert apart(made(client, model="mine"), studio.pixels()) <= 1


def test_sdxl_is_painted_too(client: Client) -> None:
    assert made(client, model="sdxl").shape == (64, 64, 3)


def test_a_prompt_that_is_too_long_is_warned_of(client: Client) -> None:
    task = done(client, prompt="x" * 90)
    assert task["warnings"] == [
        "The model read only the start of the prompt: it is 15 tokens too long."
    ]


def test_what_the_safety_checker_withholds_fails_for_good(client: Client) -> None:
    task = done(client, model="filtered")
    assert (task["status"], task["error"]["code"]) == ("FAILURE", "content_filtered")
    assert (task["attempt"], task["result"]) == (1, None)


def test_a_cancel_ends_it_at_the_next_step(client: Client, studio: Studio) -> None:
    task_id = submitted(client, steps=150, resolution="256x256").json()["task_id"]
    until(lambda: client.task(task_id)["progress"] > 0, 120)
    assert client.post(f"/v1/tasks/{task_id}/cancel").status_code == 202
    task = client.await_status(task_id, "CANCELED", 120)
    assert (task["result"], 0 < task["progress"] < 100) == (None, True)
    assert apart(made(client), studio.pixels()) <= 1


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        *(("resolution", text, "multiples of 8 from 64 to 2048")
          for text in ("0x0", "512*512", "99999x99999", "513x512")),
        ("sampler", "Magic", "'Euler', 'Euler a'"),
        ("steps", -1, "greater than or equal to 1"),
        ("num_images", 5, "less than or equal to 4"),
        *(("lora_name", name, "Known: ink, oil.") for name in ("water", "../ink", "/etc/passwd")),
    ],
)  # fmt: skip
def test_a_wrong_wish_is_told_what_is_allowed_and_nothing_is_queued(
    client: Client, field: str, value: Any, allowed: str
) -> None:
    before = client.get("/v1/tasks", params={"limit": 1}).json()["data"][:1]
    answer = submitted(client, **{field: value})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == f"/params/{field}"
    assert allowed in error["detail"]
    assert client.get("/v1/tasks", params={"limit": 1}).json()["data"][:1] == before


@pytest.mark.parametrize("prompt", ["", "  "])
def test_an_empty_prompt_is_refused(client: Client, prompt: str) -> None:
    answer = submitted(client, prompt=prompt)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/input/prompt"
