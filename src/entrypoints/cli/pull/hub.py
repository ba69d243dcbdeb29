"""Talking to Hugging Face, and what its client's errors mean to a person."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from entrypoints.cli.faults import ExitStatus, Fault
from entrypoints.cli.pull.repository import RemoteFile, Repository

MORE = "darkroom models pull --help"


def describe(name: str, revision: str | None) -> Repository:
    """What the server has under that name. Raises `Fault`."""
    with _told(name):
        from huggingface_hub import HfApi

        info = HfApi().model_info(name, revision=revision, files_metadata=True)
    files = tuple(_file(each) for each in info.siblings or ())
    return Repository(name, info.sha or "", _licence(info), files)


def fetch(
    repository: Repository, file: RemoteFile, sink: BinaryIO, advance: Callable[[int], None]
) -> None:
    """Append to `sink` what it lacks of the file; `advance` hears of the bytes, those that are
    there already included. Raises `Fault`.

    Not by `hf_hub_download`: that throws away what it has when it is interrupted."""
    there = sink.seek(0, os.SEEK_END)
    with _told(repository.name):
        from huggingface_hub import hf_hub_url
        from huggingface_hub.file_download import http_get
        from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

        http_get(
            hf_hub_url(repository.name, file.name, revision=repository.revision), sink,
            resume_size=there, headers=build_hf_headers(),
            tqdm_class=cast(Any, partial(_Bar, advance)),
        )  # fmt: skip


def page_of(name: str) -> str:
    from huggingface_hub.constants import ENDPOINT

    return f"{ENDPOINT}/{name}"


@contextmanager
def _told(name: str) -> Iterator[None]:
    """The client's errors as `Fault`."""
    try:
        yield
    except ImportError as error:
        raise Fault(
            ExitStatus.CONFIGURATION, "Nothing can be pulled by this installation.",
            why="huggingface_hub is missing", fix="pip install 'darkroom[hub]'", more=MORE,
        ) from error  # fmt: skip
    except Exception as error:
        fault = _fault(name, error)
        if fault is None:
            raise
        raise fault from error


def _fault(name: str, error: Exception) -> Fault | None:
    from httpx2 import TransportError
    from huggingface_hub import errors as hub

    match error:
        case hub.GatedRepoError():
            why = "its owner wants to know who takes it"
            fix = f"accept its terms at {page_of(name)} and set HF_TOKEN to a token of yours"
            return Fault(ExitStatus.AUTH, f"{name} is not open to everybody.", why=why, fix=fix,
                         more=page_of(name))  # fmt: skip
        case hub.RevisionNotFoundError():
            return _unknown(f"{name} has no such revision.", "leave --revision out, or correct it")
        case hub.RepositoryNotFoundError():
            fix = "correct the name; for a private one set HF_TOKEN"
            return _unknown(f"There is no repository {name} at {page_of('')[:-1]}.", fix)
        case hub.HFValidationError():
            return _unknown(f"{name!r} can't be the name of a repository.", "give it as OWNER/NAME")
        case hub.OfflineModeIsEnabled():
            return _unreachable("HF_HUB_OFFLINE forbids it", "unset HF_HUB_OFFLINE")
        case hub.HfHubHTTPError():
            return _refused(error.response.status_code)
        case hub.LocalEntryNotFoundError() | TransportError():
            words = str(error.__cause__ or error).split("\n")[0] or type(error).__name__
            fix = "check the network and HF_ENDPOINT, then run it again: it goes on where it was"
            return _unreachable(words, fix)
        case OSError():
            return Fault(ExitStatus.CONFIGURATION, "The file can't be kept.",
                         why=error.strerror or str(error), fix="see to MODELS_DIR and its disk",
                         more=MORE)  # fmt: skip
    return None


def _unknown(what: str, fix: str) -> Fault:
    return Fault(ExitStatus.USAGE, what, why="the server does not know it", fix=fix, more=MORE)


def _unreachable(why: str, fix: str) -> Fault:
    what = f"{page_of('')[:-1]} is out of reach."
    return Fault(ExitStatus.UNREACHABLE, what, why=why, fix=fix, more=MORE)


def _refused(status: int) -> Fault:
    kind = {401: ExitStatus.AUTH, 403: ExitStatus.AUTH, 429: ExitStatus.LIMIT}
    fix = "set HF_TOKEN to a token that may read it" if status in (401, 403) else "try again later"
    what = f"{page_of('')[:-1]} refused."
    why = f"it answered with status {status}"
    return Fault(kind.get(status, ExitStatus.UNREACHABLE), what, why=why, fix=fix, more=MORE)


def _file(found: Any) -> RemoteFile:
    """Where it would be written is the server's word: it is not believed."""
    path = PurePosixPath(found.rfilename)
    if path.is_absolute() or ".." in path.parts or "\\" in found.rfilename:
        raise Fault(
            ExitStatus.TASK_FAILED, "The repository is not one to be trusted.",
            why=f"it has a file {found.rfilename!r}, outside of its folder",
            fix="take another one", more=MORE,
        )  # fmt: skip
    return RemoteFile(
        found.rfilename, found.size or 0, found.lfs.sha256 if found.lfs else None, found.blob_id
    )


def _licence(info: Any) -> str | None:
    """Of its card, with the address of the text where that has one."""
    card = info.card_data.to_dict() if info.card_data else {}
    parts = [card.get("license"), card.get("license_name"), card.get("license_link")]
    return ", ".join(str(part) for part in parts if part) or None


class _Bar:
    """Looks like tqdm to the client, and passes on what it hears."""

    def __init__(self, advance: Callable[[int], None], *, initial: int = 0, **_: object) -> None:
        self._advance = advance
        advance(initial)

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def update(self, count: float = 1) -> None:
        self._advance(int(count))
