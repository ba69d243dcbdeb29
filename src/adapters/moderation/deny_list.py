"""Prompts judged by a list of words that none may have."""

import re
import unicodedata
from collections.abc import Iterable

from ports.moderation import Moderation

INVISIBLE = frozenset({"Cf", "Mn", "Me"})
"""Unicode categories that hide a word from a list, or dress it up: joiners, accents, rings."""


class DenyListModeration(Moderation):
    """`entries`: words or phrases, matched as whole words, whatever their case, accents and
    spacing. An empty list refuses nothing."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Iterable[str] = ()) -> None:
        words = sorted({plain(entry) for entry in entries} - {""}, key=len, reverse=True)
        either = "|".join(re.escape(word) for word in words)
        self._entries = re.compile(rf"(?<!\w)(?:{either})(?!\w)") if words else None

    async def judge(self, prompt: str) -> str | None:
        found = self._entries.search(plain(prompt)) if self._entries is not None else None
        return f"This server paints nothing with {found[0]!r} in its prompt." if found else None


def plain(text: str) -> str:
    """One spelling for all that look alike: small letters, no accents, nothing invisible, single
    spaces."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    seen = "".join(each for each in apart if unicodedata.category(each) not in INVISIBLE)
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())


def entries_of(text: str) -> Iterable[str]:
    """One a line; what follows a `#` is a remark."""
    return (line.partition("#")[0].strip() for line in text.splitlines())
