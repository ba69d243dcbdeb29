"""`darkroom models`: what can be run, and why something can't."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from domain.model.model_registry import RegisteredModel
from entrypoints.cli.faults import ExitStatus, Fault
from entrypoints.cli.pull.command import pull
from entrypoints.cli.service import running_service
from entrypoints.cli.streams import note, put_columns, put_json
from entrypoints.configuration import load_settings

app = typer.Typer(help="List, show, check and fetch the models.", invoke_without_command=True)
app.command()(pull)

ROLES = ("image", "mask", "control_image", "prompt", "negative_prompt")
SETUP = (
    "weights", "precision", "device_memory_mb", "max_pixels", "controlnet", "safety_checker",
    "lora_folder", "accelerator",
)  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="With schemas and examples.")]


@app.callback()
def models(context: typer.Context, as_json: AsJson = False) -> None:
    """Without a command: ls."""
    if context.invoked_subcommand is None:
        list_models(as_json)


@app.command("ls")
def list_models(as_json: AsJson = False) -> None:
    """List the models of the server, or of this installation where none runs."""
    found = known()
    if as_json:
        put_json(found)
        return
    put_columns(
        ("NAME", "NEEDS", "MAKES", "DESCRIPTION"),
        [(each["name"], needs(each), makes(each), each["description"]) for each in found],
    )
    for each in found:
        if not each["available"]:
            note(f"{each['name']} is not available: {each['reason']}")


@app.command("info")
def info(name: Annotated[str, typer.Argument(help="As `darkroom models ls` shows it.")]) -> None:
    """One model with its schemas and examples, as JSON; where no server runs, also as this
    installation has it set up."""
    found = {alias: each for each in known() for alias in (each["name"], *each["aliases"])}
    if name not in found:
        raise Fault(
            ExitStatus.USAGE, f"No model is named {name!r}.", why=f"known: {', '.join(found)}",
            fix="take one of these", more="darkroom models ls",
        )  # fmt: skip
    put_json(found[name])


@app.command("check")
def check(
    load: Annotated[
        bool, typer.Option("--load", help="Load each one, too, on DEVICE, one after the other.")
    ] = False,
) -> None:
    """Read MODELS_FILE and the heads of all weights here: what would run, and what would not.
    Exit 1 where a model that the file or MODELS names can't run, 3 where the file is wrong."""
    from entrypoints.container.models import build_models
    from entrypoints.models_file import read_models_file

    settings = load_settings()
    found = build_models(settings).models
    unavailable = {one.spec.name: one.unavailable for one in found if one.unavailable}
    failed = failures(found, settings.device) if load else {}
    states = {**unavailable, **failed}
    put_columns(
        ("NAME", "LOAD", "STATE"),
        [(one.spec.name, one.loading, states.get(one.spec.name, "ok")) for one in found],
    )
    wanted = {*read_models_file(settings), *settings.models}
    if failed or wanted & unavailable.keys():
        raise typer.Exit(ExitStatus.TASK_FAILED)


def failures(models: Sequence[RegisteredModel], device: str) -> Mapping[str, str]:
    """Why a model can't be loaded although its weights look right, by name."""
    found = dict[str, str]()
    for each in models:
        if each.unavailable is None:
            runner = each.runner()
            try:
                runner.load(device)
            except Exception as error:
                found[each.spec.name] = " ".join(f"{type(error).__name__}: {error}".split())
            finally:
                runner.release()
    return found


def known() -> list[Mapping[str, Any]]:
    """Model documents, as `GET /v1/models` has them."""
    service = running_service()
    if service is not None:
        with service.client() as darkroom:
            return list(darkroom.models())
    from entrypoints.container.models import build_models
    from entrypoints.http.model_view import registered_document

    found = build_models(load_settings()).models
    return [{**registered_document(each), "setup": set_up(each)} for each in found]


def set_up(model: RegisteredModel) -> Mapping[str, Any] | None:
    """None for a built-in model as it comes."""
    setup = model.runner.setup
    return {name: getattr(setup, name) for name in SETUP} if setup is not None else None


def needs(model: Mapping[str, Any]) -> str:
    fields = model["input"]["properties"]
    return ", ".join(role for role in ROLES if {role, f"{role}_url"} & fields.keys())


def makes(model: Mapping[str, Any]) -> str:
    if not model["makes_picture"]:
        return "JSON"
    return f"picture ×{model['scale']}" if (model["scale"] or 1) > 1 else "picture"
