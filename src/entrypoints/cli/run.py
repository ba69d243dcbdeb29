"""`darkroom run`: a file in, a file out."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from darkroom.client import Darkroom, Task
from darkroom.problem import DarkroomProblem
from entrypoints.cli.destination import Destination, FileFormat
from entrypoints.cli.faults import ExitStatus, Fault
from entrypoints.cli.outcome import deliver
from entrypoints.cli.params import read_params
from entrypoints.cli.progress import watched
from entrypoints.cli.service import Service, running_service
from entrypoints.cli.streams import note


class Urgency(StrEnum):
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Times(StrEnum):
    ONCE = "1"
    TWICE = "2"
    FOUR_TIMES = "4"


Source = Annotated[
    Path | None, typer.Argument(help="A JPEG, PNG or WebP picture, where the model takes one.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Default: FILE-MODEL.png beside FILE.")
]
Prompt = Annotated[str | None, typer.Option(help="What to paint.")]
Negative = Annotated[str | None, typer.Option(help="What not to paint.")]


def run(
    model: Annotated[str, typer.Argument(help="A name that `darkroom models` lists.")],
    file: Source = None,
    output: Output = None,
    prompt: Prompt = None,
    negative_prompt: Negative = None,
    format: Annotated[
        FileFormat | None, typer.Option(help="Default: as OUTPUT ends, else png.")
    ] = None,
    quality: Annotated[
        int | None, typer.Option(min=1, max=100, help="Of a JPEG or WebP file.")
    ] = None,
    upscale: Annotated[Times, typer.Option(help="Enlarge the result.")] = Times.ONCE,
    watermark: Annotated[str | None, typer.Option(help="A text to lay over the result.")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A model parameter.")
    ] = None,
    priority: Annotated[Urgency, typer.Option()] = Urgency.NORMAL,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for the end.")] = 600,
    as_json: Annotated[bool, typer.Option("--json", help="Print the task as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no notes.")] = False,
) -> None:
    """Run a model on a picture, or by a prompt.

    darkroom run superres-x4 photo.jpg -o big.png

    Uses the server of DARKROOM_URL (with DARKROOM_API_KEY), else a running local service, else
    one that lives as long as the command.
    """
    params = read_params(set_ or [])
    destination = Destination.of(model, file, output, format)
    finish = _finish(destination.format, quality, int(upscale), watermark)
    picture = _read(file) if file else None
    with _service(model, int(upscale), quiet) as service, service.client() as darkroom:
        task = darkroom.submit(
            model, image=picture, prompt=prompt, negative_prompt=negative_prompt, params=params,
            output=finish, priority=priority.value,
        )  # fmt: skip
        ended = _ended(darkroom, task, timeout, quiet)
        deliver(darkroom, ended, destination, as_json=as_json, quiet=quiet)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Fault(
            ExitStatus.USAGE, f"Can't read {file}.", why=error.strerror or str(error),
            fix="name a JPEG, PNG or WebP file", more="darkroom run --help",
        ) from error  # fmt: skip


def _finish(
    format: FileFormat, quality: int | None, upscale: int, watermark: str | None
) -> dict[str, Any]:
    """The `output` block of the submit. What was not asked stays out of it: a model without a
    picture would refuse it."""
    return {
        "format": format.value,
        **({} if quality is None else {"quality": quality}),
        **({} if upscale == 1 else {"upscale": upscale}),
        **({} if watermark is None else {"watermark": {"type": "text", "text": watermark}}),
    }


@contextmanager
def _service(model: str, upscale: int, quiet: bool) -> Iterator[Service]:
    service = running_service()
    if service is not None:
        yield service
        return
    from entrypoints.cli.ephemeral import ephemeral

    if not quiet:
        note("no service runs here: starting one for this command")
    with ephemeral(model, upscale) as own:
        yield own


def _ended(darkroom: Darkroom, task: Task, timeout_s: float, quiet: bool) -> Task:
    """The task once it has ended. Ctrl-C cancels it."""
    try:
        with watched(task["model"], quiet=quiet) as on_update:
            return darkroom.wait(task["task_id"], timeout_s, on_update)
    except KeyboardInterrupt:
        _cancel(darkroom, task["task_id"])
        raise


def _cancel(darkroom: Darkroom, task_id: str) -> None:
    try:
        darkroom.cancel(task_id)
    except DarkroomProblem as problem:
        note(f"task {task_id} could not be canceled: {problem.detail}")
    else:
        note(f"canceled task {task_id}")
