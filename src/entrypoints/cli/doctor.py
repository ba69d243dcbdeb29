"""`darkroom doctor`: each part, what it is, whether it works, and how to mend it."""

import asyncio
import json
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Annotated

import typer
from rich.table import Table

from domain.model.errors import DarkroomError
from entrypoints.cli.adapter_table import IN_PROCESS, places
from entrypoints.cli.faults import ExitStatus
from entrypoints.cli.streams import note, person, put
from entrypoints.configuration import load_settings
from ports.lifecycle import Lifecycle

SIGN = {"ok": "[green]ok[/]", "fail": "[red]fail[/]"}


@dataclass(frozen=True, slots=True)
class Finding:
    """`port` is filled by `adapter`, which lies at `where`; `latency_ms` of its start and probe."""

    port: str
    adapter: str
    where: str
    status: str
    latency_ms: int
    reason: str = ""
    fix: str = ""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    timeout_s: Annotated[float, typer.Option("--timeout", help="Seconds a part may take.")] = 10.0,
) -> None:
    """Start and probe every part of the configured service, and say what to mend.

    darkroom doctor --json
    """
    findings = asyncio.run(examine(timeout_s))
    if as_json:
        put(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        person().print(_table(findings))
    for finding in findings:
        if finding.status != "ok":
            note(f"fix: {finding.fix}")
    if any(finding.status != "ok" for finding in findings):
        raise typer.Exit(ExitStatus.TASK_FAILED)


async def examine(timeout_s: float) -> list[Finding]:
    """One finding a port, in the order of the house. What was started is closed again."""
    from entrypoints.container.embedded import build_embedded
    from entrypoints.container.parts import parts

    settings = load_settings()
    container = build_embedded(settings)
    where = places(settings, [spec.name for spec in container.models()])
    return [
        await _finding(port, part, where.get(port, IN_PROCESS), timeout_s)
        for port, part in parts(container).items()
    ]


async def _finding(port: str, part: object, where: str, timeout_s: float) -> Finding:
    began_s = perf_counter()
    fault = await _fault(part, timeout_s) if isinstance(part, Lifecycle) else None
    latency_ms = round(1000 * (perf_counter() - began_s))
    known = Finding(port, type(part).__name__, where, "ok", latency_ms)
    if fault is None:
        return known
    return Finding(known.port, known.adapter, where, "fail", latency_ms, *fault)


async def _fault(part: Lifecycle, timeout_s: float) -> tuple[str, str] | None:
    """Why it does not work, and what to do about it."""
    try:
        async with asyncio.timeout(timeout_s):
            await part.start()
            await part.ping()
    except DarkroomError as error:
        return error.detail, error.hint
    except TimeoutError:
        return f"no answer within {timeout_s:g} s", "see whether it runs and can be reached"
    finally:
        await part.aclose()
    return None


def _table(findings: list[Finding]) -> Table:
    table = Table("port", "adapter", "where", "", "ms", "reason", title="Darkroom")
    for one in findings:
        row = (one.port, one.adapter, one.where, SIGN[one.status], str(one.latency_ms), one.reason)
        table.add_row(*row)
    return table
