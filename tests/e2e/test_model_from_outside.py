"""Open for extension: a model in somebody else's package, and no file of ours touched."""

from pathlib import Path

from tests.e2e.pictures import inline, png
from tests.e2e.service import ROOT, await_end, serving

RUNNER = """
from darkroom import ModelRunner, ModelSpec, RunnerOutput


class MeanColour(ModelRunner):
    spec = ModelSpec(name="mean-colour", description="The mean colour.", makes_picture=False)

    def load(self, device):
        self.device = device

    def prepare(self, work):
        work.checkpoint(0.5)
        return work.pictures["image"].pixels

    def infer(self, batch):
        return [pixels.reshape(-1, 3).mean(axis=0).round(2).tolist() for pixels in batch]

    def postprocess(self, output):
        return RunnerOutput(data={"rgb": output})

    def release(self):
        self.device = None
"""


def install(folder: Path) -> None:
    """What pip leaves behind for a package with one module and one entry point."""
    (folder / "mean_colour.py").write_text(RUNNER)
    info = folder / "mean_colour-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mean-colour\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[darkroom.runners]\nmean-colour = mean_colour:MeanColour\n"
    )


def test_a_package_adds_a_model_with_one_class(tmp_path: Path) -> None:
    packages = tmp_path / "site"
    packages.mkdir()
    install(packages)
    paths = f"{ROOT / 'src'}:{packages}"
    env = {"APP_ENV": "TEST", "MODELS": "mean-colour", "PYTHONPATH": paths}
    with serving(tmp_path, **env) as service, service.client() as client:
        assert client.get("/v1/models/mean-colour").json()["available"] is True
        task = client.post(
            "/v1/tasks", json={"model": "mean-colour", "input": {"image_base64": inline(png())}}
        ).json()
        done = await_end(client, task["task_id"])
    assert done["status"] == "SUCCESS", done
    assert len(done["result"]["data"]["rgb"]) == 3
