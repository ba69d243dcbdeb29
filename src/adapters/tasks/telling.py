"""Whom a ledger tells that it changed a row."""

from collections.abc import Callable

from domain.model.task import Task

Tell = Callable[[Task], None]


def nobody(_task: Task) -> None:
    """Nobody waits for this ledger's changes."""
