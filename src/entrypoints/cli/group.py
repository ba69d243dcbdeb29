"""The root command: every fault told in four lines, with its exit status."""

from typing import Any

import typer
from typer.core import TyperGroup

from entrypoints.cli.faults import ExitStatus, Told, fault_of
from entrypoints.cli.streams import note


class TellingGroup(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            note("interrupted")
            raise typer.Exit(ExitStatus.INTERRUPTED) from None
        except Told as error:
            fault = fault_of(error)
            for line in fault.lines:
                note(line)
            raise typer.Exit(fault.status) from None
