"""The numbered pages under docs/, as the tests read them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("[0-9][0-9]-*.md"))

FENCE = re.compile(r"^```(\w*)(.*)\n((?:.*\n)*?)```$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block. `words`: what stands behind its language."""

    language: str
    words: tuple[str, ...]
    text: str

    @property
    def runs(self) -> bool:
        """```sh run``` is typed by a test, the blocks of a page one after the other."""
        return self.language == "sh" and "run" in self.words

    @property
    def needs(self) -> tuple[str, ...]:
        """The servers it needs: `needs=rabbitmq,redis`."""
        found = [word.removeprefix("needs=") for word in self.words if word.startswith("needs=")]
        return tuple(found[0].split(",")) if found else ()


def blocks(page: Path) -> list[Block]:
    return [
        Block(language, tuple(words.split()), text)
        for language, words, text in FENCE.findall(page.read_text())
    ]
