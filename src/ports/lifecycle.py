"""The life of an adapter that holds something: threads, a connection, a folder."""

from abc import ABC


class Lifecycle(ABC):  # noqa: B024 - nothing to override is a valid life
    """Construct synchronously, then `start` → any number of `ping` → `aclose`, on one loop.

    The composition root enters the chosen adapters in order and closes them in reverse.
    """

    __slots__ = ()

    async def start(self) -> None:
        """Take hold of the resource. Raises a `DarkroomError` that names the setting to mend."""
        return

    async def aclose(self) -> None:
        """Give the resource back. Safe to call twice, and without a `start`."""
        return

    async def ping(self) -> None:
        """Return if the resource is usable now; raise a `DarkroomError` if not. Readiness asks."""
        return
