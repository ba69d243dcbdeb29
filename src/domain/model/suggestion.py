"""Did you mean …? For fields nobody knows."""

from collections.abc import Iterable
from difflib import get_close_matches

from domain.model.errors import FieldError

MAX_NAME_CHARS = 64


def escape_pointer(name: str) -> str:
    """One token of an RFC 6901 JSON pointer. Lone surrogates, which JSON's escapes let in and
    UTF-8 can't say, are written as escapes."""
    text = name.encode(errors="backslashreplace").decode()
    return text.replace("~", "~0").replace("/", "~1")


def unknown_field(parent: str, name: str, known: Iterable[str]) -> FieldError:
    """The error for `name` below the pointer `parent`, with the nearest known spelling."""
    names, name = sorted(known), name[:MAX_NAME_CHARS]
    near = get_close_matches(name, names, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(names) or 'none'}."
    pointer = f"{parent}/{escape_pointer(name)}"
    return FieldError(pointer, "unknown_field", f"Unknown field {name!r}.{hint}")
