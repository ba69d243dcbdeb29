"""What the command line says when something went wrong, and the exit status it leaves."""

from enum import IntEnum

from darkroom.problem import DarkroomProblem
from domain.model.errors import DarkroomError, Unavailable
from entrypoints.configuration import ConfigurationError


class ExitStatus(IntEnum):
    OK = 0
    TASK_FAILED = 1
    USAGE = 2
    CONFIGURATION = 3
    UNREACHABLE = 4
    AUTH = 5
    LIMIT = 6
    TIME_OUT = 7
    INTERRUPTED = 130


class Fault(Exception):
    """Four lines for a person: what failed, why, how to fix it, where to read more."""

    def __init__(self, status: ExitStatus, what: str, *, why: str, fix: str, more: str) -> None:
        super().__init__(what)
        self.status = status
        self.lines = (what, f"why: {why}", f"fix: {fix}", f"more: {more}")


Told = (Fault, ConfigurationError, DarkroomProblem, DarkroomError, TimeoutError)
"""What a command may raise on purpose; anything else is a bug and keeps its traceback."""

BY_CODE = {
    "unexpected_answer": ExitStatus.UNREACHABLE,
    "storage_unavailable": ExitStatus.UNREACHABLE,
    "rate_limited": ExitStatus.LIMIT,
    "overloaded": ExitStatus.LIMIT,
    "daily_quota_exceeded": ExitStatus.LIMIT,
    "queue_quota_exceeded": ExitStatus.LIMIT,
    "invalid_api_key": ExitStatus.AUTH,
    "api_key_expired": ExitStatus.AUTH,
    "api_key_revoked": ExitStatus.AUTH,
    "insufficient_scope": ExitStatus.AUTH,
    "key_not_found": ExitStatus.USAGE,
    "device_missing": ExitStatus.CONFIGURATION,
    "task_failed": ExitStatus.TASK_FAILED,
    "task_expired": ExitStatus.TASK_FAILED,
}


def fault_of(error: Exception) -> Fault:
    """`error`, one of `Told`, in four lines. What our side can't do and no further try would mend
    is a matter of the settings."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, ConfigurationError):
        fix = "correct the variable in the environment, in .env or in CONFIG_FILE"
        return _misconfigured("\n     ".join(str(error).splitlines()), fix)
    if isinstance(error, DarkroomProblem):
        return _refused(error)
    if isinstance(error, Unavailable) and not error.retryable:
        return _misconfigured(error.detail, error.hint)
    if isinstance(error, DarkroomError):
        return Fault(
            status_of(error.code, None), f"Darkroom can't do that: {error.code}",
            why=error.detail, fix=error.hint, more="darkroom config show",
        )  # fmt: skip
    return Fault(
        ExitStatus.TIME_OUT, "The time is up.", why=str(error),
        fix="give it longer with --timeout; on a server the task goes on",
        more="darkroom tasks get --help",
    )  # fmt: skip


def status_of(code: str, http_status: int | None) -> ExitStatus:
    """The exit status for an error of the catalogue."""
    if code in BY_CODE:
        return BY_CODE[code]
    caller_can_mend_it = http_status is not None and http_status < 500
    return ExitStatus.USAGE if caller_can_mend_it else ExitStatus.TASK_FAILED


def remedy_of(code: str, root: type[DarkroomError] = DarkroomError) -> str:
    """The remedy of the catalogue for `code`; the root's for a code nobody knows."""
    found = [remedy_of(code, kind) for kind in root.__subclasses__() if _covers(kind, code)]
    return found[0] if found else root.remedy


def _covers(kind: type[DarkroomError], code: str) -> bool:
    return kind.code == code or any(_covers(below, code) for below in kind.__subclasses__())


def _misconfigured(why: str, fix: str) -> Fault:
    return Fault(
        ExitStatus.CONFIGURATION, "Darkroom can't start with these settings.", why=why, fix=fix,
        more="darkroom config docs; darkroom config show",
    )  # fmt: skip


def _refused(problem: DarkroomProblem) -> Fault:
    if problem.status is None:
        return Fault(
            ExitStatus.UNREACHABLE, "No server answered.", why=problem.detail,
            fix="start `darkroom up`, or correct DARKROOM_URL", more="darkroom up --help",
        )  # fmt: skip
    fields = [f"{wrong['pointer']}: {wrong['detail']}" for wrong in problem.errors]
    needs_key = problem.code == "invalid_api_key"
    request = f", request {problem.request_id}" if problem.request_id else ""
    return Fault(
        status_of(problem.code, problem.status), f"The server refused: {problem.code}",
        why="\n     ".join(fields or [problem.detail]),
        fix="set DARKROOM_API_KEY to a key of this server" if needs_key else problem.remedy,
        more=(problem.page or "darkroom --help") + request,
    )  # fmt: skip
