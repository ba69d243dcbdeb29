"""Whether a prompt may be painted."""

from abc import ABC, abstractmethod


class Moderation(ABC):
    """Stands in front of every model that takes a prompt."""

    __slots__ = ()

    @abstractmethod
    async def judge(self, prompt: str) -> str | None:
        """Why `prompt` is refused, in a sentence for whoever wrote it; None where it is not.
        Raises `Unavailable` where nobody can tell at the moment: then nothing is accepted."""
