"""The `input` block of a submit: which fields a model takes, and pictures sent inline."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from domain.model.errors import (
    BodyTooLarge,
    FieldError,
    InvalidRequest,
    UnknownField,
    UnsupportedImageFormat,
)
from domain.model.picture import sniff
from domain.model.request import PICTURE_ROLES, TEXT_ROLES
from domain.model.runner import Json, ModelSpec
from domain.model.suggestion import unknown_field

KNOWN = (*(f"{role}_{how}" for role in PICTURE_ROLES for how in ("url", "base64")), *TEXT_ROLES)
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""JSON's escapes let these in; nothing behind the gateway could store or send them."""
MAX_UNKNOWN = 20
"""A body of megabytes can hold a million unknown fields: enough is told by the first few."""
REQUIRED_TEXTS = frozenset({"prompt"})
"""A text the model needs has to be sent; a `negative_prompt` is one it can do without."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """`urls` and `files` by picture role (a role is in one of them), `texts` by text role."""

    urls: Mapping[str, str]
    files: Mapping[str, bytes]
    texts: Mapping[str, str]


def read_inputs(body: Mapping[str, Json], spec: ModelSpec, max_bytes: int) -> Inputs:
    """The inputs `spec` needs, inline pictures decoded. Raises `InvalidRequest` with one
    `FieldError` a wrong field, `BodyTooLarge` or `UnsupportedImageFormat`."""
    strangers = islice((name for name in body if name not in KNOWN), MAX_UNKNOWN)
    unknown = [unknown_field("/input", name, KNOWN) for name in strangers]
    if unknown:
        raise UnknownField(unknown[0].detail, errors=unknown)
    wrong = [*_misfits(body, spec), *_not_text(body)]
    if wrong:
        raise InvalidRequest(wrong[0].detail, errors=wrong)
    return Inputs(
        urls=_by_role(body, "url"),
        files={
            role: _file(role, text, max_bytes) for role, text in _by_role(body, "base64").items()
        },
        texts={role: body[role] for role in TEXT_ROLES if body.get(role) is not None},
    )


def _misfits(body: Mapping[str, Json], spec: ModelSpec) -> list[FieldError]:
    return [error for role in PICTURE_ROLES for error in _role_misfits(role, body, spec)] + [
        error for role in TEXT_ROLES for error in _text_misfits(role, body, spec)
    ]


def _text_misfits(role: str, body: Mapping[str, Json], spec: ModelSpec) -> list[FieldError]:
    given = body.get(role) is not None
    if given and role not in spec.needs:
        return [FieldError(f"/input/{role}", "not_taken", f"{spec.name} takes no {role}.")]
    if not given and role in spec.needs & REQUIRED_TEXTS:
        return [FieldError(f"/input/{role}", "missing", f"{spec.name} needs a {role}.")]
    return []


def _role_misfits(role: str, body: Mapping[str, Json], spec: ModelSpec) -> list[FieldError]:
    given = [how for how in ("url", "base64") if body.get(f"{role}_{how}") is not None]
    if role not in spec.needs:
        return [
            FieldError(f"/input/{role}_{how}", "not_taken", f"{spec.name} takes no {role}.")
            for how in given
        ]
    if len(given) == 1:
        return []
    state = "both" if given else "neither"
    detail = f"Send {role}_url or {role}_base64: exactly one; this request has {state}."
    return [FieldError(f"/input/{role}_url", "one_of", detail)]


def _not_text(body: Mapping[str, Json]) -> list[FieldError]:
    given = {name: value for name, value in body.items() if value is not None}
    return [
        FieldError(f"/input/{name}", "type", f"{name} has to be a string.")
        for name, value in given.items()
        if not isinstance(value, str)
    ] + [
        FieldError(f"/input/{name}", "text", f"{name} has a lone surrogate, which is no text.")
        for name, value in given.items()
        if isinstance(value, str) and LONE_SURROGATE.search(value)
    ]


def _by_role(body: Mapping[str, Json], how: str) -> dict[str, str]:
    found = {role: body.get(f"{role}_{how}") for role in PICTURE_ROLES}
    return {role: text for role, text in found.items() if text is not None}


def _file(role: str, text: str, max_bytes: int) -> bytes:
    """The bytes of a raw or `data:` base64 string, judged by size and first bytes only."""
    pointer = f"/input/{role}_base64"
    if text.startswith("data:"):
        head, _, text = text.partition(",")
        if not head.endswith(";base64"):
            raise _bad(pointer, "A data: address has to end its head in `;base64`.")
    if len(text) > 4 * (max_bytes // 3 + 2):
        raise BodyTooLarge(f"{role}_base64 is larger than {max_bytes} bytes.")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad(pointer, f"{role}_base64 is not valid base64: {error}.") from error
    if len(data) > max_bytes:
        raise BodyTooLarge(f"{role}_base64 is larger than {max_bytes} bytes.")
    if sniff(data[:12]) is None:
        detail = UnsupportedImageFormat.title()
        raise UnsupportedImageFormat(errors=[FieldError(pointer, "format", detail)])
    return data


def _bad(pointer: str, detail: str) -> InvalidRequest:
    return InvalidRequest(detail, errors=[FieldError(pointer, "base64", detail)])
