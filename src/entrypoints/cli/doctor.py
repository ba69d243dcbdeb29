"""`darkroom doctor`: each part, what it is, whether it works, and how to mend it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
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

Fault = tuple[str, str] | None
"""Why it does not work, and what to do about it."""

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
    """One finding a part that has a life, in the order of their start; closed again in reverse."""
    from entrypoints.container.embedded import build_embedded
    from entrypoints.container.parts import parts

    settings = load_settings()
    container = build_embedded(settings)
    container.sickness.override(lambda _why: None)  # it is to tell of a sick device, not to end
    where = places(settings, [spec.name for spec in container.models()])
    named = {id(part): port for port, part in parts(container).items()}
    lives = [part for part in container.lifetimes() if isinstance(part, Lifecycle)]
    started = [(part, *await _timed(part.start, timeout_s)) for part in lives]
    try:
        return [
            await _finding(part, named.get(id(part), "Redis"), where, ms, fault, timeout_s)
            for part, ms, fault in started
        ]
    finally:
        for part in reversed(lives):
            await part.aclose()


async def _finding(
    part: Lifecycle, port: str, where: Mapping[str, str], ms: int, fault: Fault, timeout_s: float
) -> Finding:
    """What starting it told, or else what its probe tells."""
    if fault is None:
        probe_ms, fault = await _timed(part.ping, timeout_s)
        ms += probe_ms
    found = Finding(port, type(part).__name__, where.get(port, IN_PROCESS), "ok", ms)
    return found if fault is None else replace(found, status="fail", reason=fault[0], fix=fault[1])


async def _timed(call: Callable[[], Awaitable[None]], timeout_s: float) -> tuple[int, Fault]:
    """Its milliseconds, and why it did not work, if it did not."""
    began_s, fault = perf_counter(), None
    try:
        async with asyncio.timeout(timeout_s):
            await call()
    except DarkroomError as error:
        fault = error.detail, error.hint
    except TimeoutError:
        fault = f"no answer within {timeout_s:g} s", "see whether it runs and can be reached"
    return round(1000 * (perf_counter() - began_s)), fault


def _table(findings: list[Finding]) -> Table:
    table = Table("port", "adapter", "where", "", "ms", "reason", title="Darkroom")
    for one in findings:
        row = (one.port, one.adapter, one.where, SIGN[one.status], str(one.latency_ms), one.reason)
        table.add_row(*row)
    return table
