"""Text of users and of tracebacks, made fit for a line of the log."""

MAX_CHARS = 4_000
KEPT_HEAD = 1_000


def clipped(text: str) -> str:
    """At most `MAX_CHARS`: the head, and the tail, where a traceback says what happened."""
    if len(text) <= MAX_CHARS:
        return text
    tail = MAX_CHARS - KEPT_HEAD
    left_out = len(text) - MAX_CHARS
    return f"{text[:KEPT_HEAD]} …{left_out} characters left out… {text[-tail:]}"


def printable(text: str) -> str:
    """`text` for a terminal. Control characters could rewrite the screen (CWE-150), so they are
    escaped; a further line is indented, so that it can't pass for a line of the log."""
    lines = ("".join(map(_shown, line)) for line in text.split("\n"))
    return "\n    ".join(lines)


def _shown(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
