"""`darkroom demo`: the shipped photo, four times as large, and the proof."""

from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

from entrypoints.cli.destination import BY_SUFFIX
from entrypoints.cli.ephemeral import ephemeral
from entrypoints.cli.faults import ExitStatus, Fault
from entrypoints.cli.outcome import failed
from entrypoints.cli.progress import watched
from entrypoints.cli.streams import note, put

MODEL = "superres-x4"


def demo(
    folder: Annotated[Path, typer.Option("--folder", help="Where the pictures go.")] = Path("demo"),
) -> None:
    """Upscale the shipped photo over HTTP, and write a before/after picture."""
    from entrypoints.cli.before_after import write_before_after

    result, together = folder / "photo-x4.png", folder / "before-after.png"
    photo = _photo()
    folder.mkdir(parents=True, exist_ok=True)
    note(f"starting a service for this command; {MODEL} runs on this machine's CPU")
    seconds = _upscale(photo, result)
    write_before_after(photo, result, together)
    note(f"{MODEL} took {seconds:.1f} s")
    put(str(result))
    put(str(together))


def _photo() -> bytes:
    """The first picture under `darkroom/samples`."""
    with as_file(files("darkroom") / "samples") as folder:
        found = sorted(path for path in folder.iterdir() if path.suffix in BY_SUFFIX)
        if not found:
            raise Fault(
                ExitStatus.CONFIGURATION, "The sample photo is missing.",
                why=f"no picture in {folder.name}/ of the package",
                fix="install Darkroom again", more="darkroom run --help",
            )  # fmt: skip
        return found[0].read_bytes()


def _upscale(photo: bytes, result: Path) -> float:
    """Write the upscaled photo; answers the seconds it took on the server."""
    with ephemeral(MODEL) as service, service.client() as darkroom:
        task = darkroom.submit(MODEL, image=photo)
        with watched(MODEL, quiet=False) as on_update:
            task = darkroom.wait(task["task_id"], on_update=on_update)
        if task["status"] != "SUCCESS":
            raise failed(task)
        result.write_bytes(darkroom.result(task["task_id"]))
        return float(task["timing"]["total_ms"]) / 1000
