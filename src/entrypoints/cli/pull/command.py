"""The command: what will come and under which licence, the way there, and what to do with it."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from entrypoints.cli.faults import ExitStatus, Fault
from entrypoints.cli.pull.hub import MORE, describe, page_of
from entrypoints.cli.pull.keeping import keep, make_room
from entrypoints.cli.pull.repository import FOLDER_MARK, WEIGHTS, RemoteFile, Repository
from entrypoints.cli.pull.words import readable
from entrypoints.cli.streams import note, person, put
from entrypoints.configuration import load_settings

RUNNERS = {"StableDiffusionPipeline": "sd15", "StableDiffusionXLPipeline": "sdxl"}
"""By the class that a diffusers folder names."""


def pull(
    repository: Annotated[str, typer.Argument(help="OWNER/NAME on Hugging Face.")],
    include: Annotated[
        list[str] | None, typer.Option(help="Only files of this pattern; may be given again.")
    ] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit.")] = None,
    to: Annotated[str | None, typer.Option(help="Folder in MODELS_DIR; default: NAME.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Only tell what would come.")] = False,
) -> None:
    """Fetch weights into MODELS_DIR, check their hashes, and show the lines for models.yaml.
    Run again after an interruption, it goes on where it was. Token: HF_TOKEN; server: HF_ENDPOINT.

    darkroom models pull stable-diffusion-v1-5/stable-diffusion-v1-5
    """
    folder = _folder(load_settings().models_dir, to or PurePosixPath(repository).name)
    found = describe(repository, revision)
    files = found.needed(include or ())
    if not files:
        raise _nothing(found)
    _introduce(found, files, folder)
    if dry_run:
        return
    make_room(folder, files)
    with _shown(sum(each.bytes for each in files)) as advance:
        for each in files:
            keep(found, each, folder, advance)
    note("All hashes are right. In models.yaml:\n")
    put(_entry(folder, files))


def _folder(models_dir: Path, name: str) -> Path:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise Fault(
            ExitStatus.USAGE, f"{name!r} is no folder in MODELS_DIR.", why="it leads out of it",
            fix="give a plain name with --to", more=MORE,
        )  # fmt: skip
    return models_dir / path


def _introduce(found: Repository, files: Sequence[RemoteFile], folder: Path) -> None:
    for each in files:
        note(f"{readable(each.bytes):>10}  {each.name}")
    total = readable(sum(each.bytes for each in files))
    note(f"{total:>10}  in all, of {found.name} at {found.revision[:12]}, to {folder}")
    if found.licence is None:
        note(f"licence: none is named; {page_of(found.name)} may tell. Without one you have no")
        note("         right to use it.")
    else:
        note(f"licence: {found.licence}; to keep to it is up to you: {page_of(found.name)}")


@contextmanager
def _shown(total: int) -> Iterator[Callable[[int], None]]:
    """A bar where somebody looks."""
    console = person()
    columns = BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=total)
        yield lambda count: progress.advance(bar, count)


def _entry(folder: Path, files: Sequence[RemoteFile]) -> str:
    """The three lines that make a model of it."""
    names = [each.name for each in files]
    if FOLDER_MARK in names:
        runner, weights = _runner(folder / FOLDER_MARK), folder.name
    else:
        first = next((n for n in names if any(PurePosixPath(n).match(w) for w in WEIGHTS)), "…")
        runner, weights = "esrgan", f"{folder.name}/{first}"
    return f"{folder.name.lower()}:\n  runner: {runner}\n  weights: {weights}"


def _runner(index: Path) -> str:
    try:
        return RUNNERS[json.loads(index.read_text(encoding="utf-8"))["_class_name"]]
    except (ValueError, KeyError, TypeError):
        return "…  # none of ours is known to run this kind"


def _nothing(found: Repository) -> Fault:
    names = ", ".join(each.name for each in found.files[:20]) or "nothing"
    return Fault(
        ExitStatus.USAGE, f"{found.name} has no file that fits.", why=f"it has: {names}",
        fix="name some with --include", more=MORE,
    )  # fmt: skip
