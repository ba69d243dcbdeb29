"""`darkroom models pull`, as a process of its own, from a server on loopback."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.contract.services import free_port
from tests.e2e.production_process import until
from tests.e2e.service import clean_env
from tests.servers.hub_stand_in import COMMIT, NAME, Hub, serving_hub

WEIGHTS = bytes(range(256)) * 100_000
FILES = {
    "model_index.json": json.dumps({"_class_name": "StableDiffusionPipeline"}).encode(),
    "LICENSE.md": b"Be kind.",
    "unet/config.json": b"{}",
    "unet/diffusion.safetensors": WEIGHTS,
    "unet/diffusion.fp16.safetensors": WEIGHTS[::2],
    "unet/diffusion.bin": WEIGHTS,
    "all-in-one.safetensors": WEIGHTS * 2,
}
NEEDED = {"model_index.json", "LICENSE.md", "unet/config.json", "unet/diffusion.safetensors"}
PATIENCE_S = 120


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving_hub(Hub(dict(FILES))) as hub:
        yield hub


class Pull:
    def __init__(self, folder: Path, hub: Hub) -> None:
        self.folder, self.models = folder, folder / "models"
        self.env = clean_env() | {
            "HF_ENDPOINT": hub.url, "HF_HOME": str(folder / "hf"), "APP_ENV": "TEST",
            "HF_HUB_DISABLE_TELEMETRY": "1", "NO_PROXY": "*",
        }  # fmt: skip

    def start(self, *words: str, **env: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "entrypoints.cli.main", "models", "pull", *words]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.env | env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def __call__(self, *words: str, **env: str) -> "Outcome":
        return Outcome(self.start(*words, **env))

    def kept(self) -> dict[str, bytes]:
        """What lies in MODELS_DIR, but for what is not whole."""
        found = [each for each in self.models.rglob("*") if each.is_file()]
        return {
            str(each.relative_to(self.models)): each.read_bytes()
            for each in found
            if ".parts" not in each.parts
        }


class Outcome:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.out, self.err = process.communicate(timeout=PATIENCE_S)
        self.status = process.returncode
        assert "Traceback" not in self.err, self.err


@pytest.fixture
def pull(tmp_path: Path, hub: Hub) -> Pull:
    return Pull(tmp_path, hub)


def test_size_and_licence_are_told_and_the_needed_files_come(pull: Pull) -> None:
    done = pull(NAME)
    assert done.status == 0, done.err
    assert pull.kept() == {f"their-model/{name}": FILES[name] for name in NEEDED}
    assert "25.6 MB  unet/diffusion.safetensors" in done.err
    assert f"25.6 MB  in all, of {NAME} at {COMMIT[:12]}" in done.err
    assert "licence: openrail" in done.err
    assert done.err.index("licence") < done.err.index("All hashes are right")
    assert yaml.safe_load(done.out) == {"their-model": {"runner": "sd15", "weights": "their-model"}}


def test_a_dry_run_fetches_nothing(pull: Pull, hub: Hub) -> None:
    done = pull(NAME, "--dry-run")
    assert (done.status, hub.ranges, pull.kept()) == (0, [], {})
    assert "25.6 MB" in done.err


def test_a_single_file_and_a_folder_can_be_named(pull: Pull) -> None:
    done = pull(NAME, "--include", "*in-one*", "--to", "mine")
    assert done.status == 0, done.err
    assert list(pull.kept()) == ["mine/all-in-one.safetensors"]
    assert yaml.safe_load(done.out)["mine"]["weights"] == "mine/all-in-one.safetensors"


def test_an_interrupted_download_goes_on_where_it_was(pull: Pull, hub: Hub) -> None:
    hub.stall_at = 15_000_000
    first = pull.start(NAME)
    assert hub.stalled.wait(PATIENCE_S)
    until(lambda: any(part.stat().st_size for part in pull.models.rglob(".parts/*")), PATIENCE_S)
    first.send_signal(signal.SIGINT)
    stopped = Outcome(first)
    assert stopped.status == 130, stopped.err
    assert "unet/diffusion.safetensors" not in pull.kept()
    hub.over.set()
    hub.stall_at = None
    hub.ranges.clear()
    assert pull(NAME).status == 0
    [begin] = [begin for name, begin in hub.ranges if name.startswith("unet/diffusion")]
    assert 0 < begin <= 15_000_000
    assert pull.kept()["their-model/unet/diffusion.safetensors"] == WEIGHTS
    hub.ranges.clear()
    assert pull(NAME).status == 0
    assert hub.ranges == []


def test_a_file_with_a_wrong_hash_is_not_left_behind(pull: Pull, hub: Hub) -> None:
    hub.spoilt["unet/diffusion.safetensors"] = b"x" * len(WEIGHTS)
    done = pull(NAME)
    assert done.status == 1
    assert "unet/diffusion.safetensors is not what the server says it is." in done.err
    assert "their-model/unet/diffusion.safetensors" not in pull.kept()
    hub.spoilt.clear()
    assert pull(NAME).status == 0
    assert pull.kept()["their-model/unet/diffusion.safetensors"] == WEIGHTS


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["nobody/nothing"], 2, "There is no repository nobody/nothing"),
        ([NAME, "--revision", "gone"], 2, "has no such revision"),
        (["a b"], 2, "can't be the name of a repository"),
        ([NAME, "--include", "*.ckpt"], 2, "has no file that fits"),
        ([NAME, "--to", "../elsewhere"], 2, "it leads out of it"),
    ],
    ids=["repository", "revision", "name", "pattern", "folder"],
)
def test_what_is_not_there_is_told(pull: Pull, words: list[str], status: int, said: str) -> None:
    done = pull(*words)
    assert done.status == status
    assert said in done.err
    assert [line.partition(":")[0] for line in done.err.splitlines()[-3:]] == ["why", "fix", "more"]


@pytest.mark.parametrize(
    ("answer", "code", "status", "said"),
    [
        (403, "GatedRepo", 5, "is not open to everybody"),
        (429, None, 6, "it answered with status 429"),
        (500, None, 4, "it answered with status 500"),
    ],
)
def test_what_the_server_refuses_is_told(
    pull: Pull, hub: Hub, answer: int, code: str | None, status: int, said: str
) -> None:
    hub.status, hub.error_code = answer, code
    done = pull(NAME)
    assert (done.status, said in done.err) == (status, True), done.err


def test_without_a_network_it_says_so(pull: Pull) -> None:
    done = pull(NAME, HF_ENDPOINT=f"http://127.0.0.1:{free_port()}")
    assert done.status == 4
    assert "is out of reach" in done.err
    assert pull(NAME, HF_HUB_OFFLINE="1").status == 4


def test_a_name_that_leads_out_of_the_folder_is_refused(pull: Pull, hub: Hub) -> None:
    hub.files["../../escaped.safetensors"] = b"x"
    done = pull(NAME)
    assert done.status == 1
    assert "outside of its folder" in done.err
    assert pull.kept() == {}


def test_no_licence_is_said_loudly(pull: Pull, hub: Hub) -> None:
    hub.card = {}
    assert "Without one you have no" in pull(NAME, "--dry-run").err
