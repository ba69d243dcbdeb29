"""The `input` block of a submit: which fields a model takes, and pictures sent inline."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice

from domain.model.errors import (
    BodyTooLarge,
    FieldError,
    InvalidRequest,
    UnknownField,
    UnsupportedImageFormat,
)
from domain.model.json_value import Json
from domain.model.model_spec import ModelSpec
from domain.model.picture import sniff
from domain.model.request import LOGO_ROLE, PICTURE_ROLES, TEXT_ROLES
from domain.model.suggestion import unknown_field

KNOWN = (*(f"{role}_{how}" for role in PICTURE_ROLES for how in ("url", "base64")), *TEXT_ROLES)
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""JSON's escapes let these in; nothing behind the gateway could store or send them."""
MAX_UNKNOWN = 20
"""A body of megabytes can hold a million unknown fields: enough is told by the first few."""
MAX_TEXT_CHARS = 10_000
"""Far more than any model reads of a prompt."""
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
            role: _file(picture_pointer(role, "base64"), text, max_bytes)
            for role, text in _by_role(body, "base64").items()
        },
        texts={role: body[role] for role in TEXT_ROLES if body.get(role) is not None},
    )


def with_logo(inputs: Inputs, logo: Mapping[str, str], max_bytes: int) -> Inputs:
    """`inputs` and the picture of an image watermark: `logo` holds its `image_url` or its
    `image_base64`, or nothing. Raises as `read_inputs` does."""
    urls = {LOGO_ROLE: logo["image_url"]} if "image_url" in logo else {}
    files = {}
    if "image_base64" in logo:
        pointer = picture_pointer(LOGO_ROLE, "base64")
        files = {LOGO_ROLE: _file(pointer, logo["image_base64"], max_bytes)}
    return replace(inputs, urls={**inputs.urls, **urls}, files={**inputs.files, **files})


def picture_pointer(role: str, how: str) -> str:
    """Where a body has the picture of this role. `how`: url or base64."""
    return f"/output/watermark/image_{how}" if role == LOGO_ROLE else f"/input/{role}_{how}"


def _misfits(body: Mapping[str, Json], spec: ModelSpec) -> list[FieldError]:
    return [
        *(error for role in PICTURE_ROLES for error in _role_misfits(role, body, spec)),
        *_mask_alone(body, spec),
        *(error for role in TEXT_ROLES for error in _text_misfits(role, body, spec)),
    ]


def _text_misfits(role: str, body: Mapping[str, Json], spec: ModelSpec) -> list[FieldError]:
    text = body.get(role)
    if text is not None and role not in spec.needs | spec.takes:
        return [FieldError(f"/input/{role}", "not_taken", f"{spec.name} takes no {role}.")]
    if text is None and role in spec.needs & REQUIRED_TEXTS:
        return [FieldError(f"/input/{role}", "missing", f"{spec.name} needs a {role}.")]
    if not isinstance(text, str):
        return []
    if role in REQUIRED_TEXTS and not text.strip():
        return [FieldError(f"/input/{role}", "empty", f"{role} has to say something.")]
    if len(text) > MAX_TEXT_CHARS:
        detail = f"{role} has {len(text)} characters; the limit is {MAX_TEXT_CHARS}."
        return [FieldError(f"/input/{role}", "too_long", detail)]
    return []


def _mask_alone(body: Mapping[str, Json], spec: ModelSpec) -> list[FieldError]:
    """Of a model that may have both, or neither."""
    given = _by_role(body, "url").keys() | _by_role(body, "base64").keys()
    if "image" in spec.takes and "mask" in given and "image" not in given:
        return [FieldError("/input/image_url", "missing", "A mask needs an image to lie over.")]
    return []


def _role_misfits(role: str, body: Mapping[str, Json], spec: ModelSpec) -> list[FieldError]:
    given = [how for how in ("url", "base64") if body.get(f"{role}_{how}") is not None]
    if role not in spec.needs | spec.takes:
        return [
            FieldError(f"/input/{role}_{how}", "not_taken", f"{spec.name} takes no {role}.")
            for how in given
        ]
    if len(given) == 1 or (role in spec.takes and not given):
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
        # Base64 is long and ASCII, which a string knows of itself.
        if isinstance(value, str) and not value.isascii() and LONE_SURROGATE.search(value)
    ]


def _by_role(body: Mapping[str, Json], how: str) -> dict[str, str]:
    found = {role: body.get(f"{role}_{how}") for role in PICTURE_ROLES}
    return {role: text for role, text in found.items() if text is not None}


def _file(pointer: str, text: str, max_bytes: int) -> bytes:
    """The bytes of the raw or `data:` base64 string at `pointer`, judged by size and first bytes
    only."""
    name = pointer.rpartition("/")[2]
    if text.startswith("data:"):
        head, _, text = text.partition(",")
        if not head.endswith(";base64"):
            raise _bad(pointer, "A data: address has to end its head in `;base64`.")
    if len(text) > 4 * (max_bytes // 3 + 2):
        raise BodyTooLarge(f"{name} is larger than {max_bytes} bytes.")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _bad(pointer, f"{name} is not valid base64: {error}.") from error
    if len(data) > max_bytes:
        raise BodyTooLarge(f"{name} is larger than {max_bytes} bytes.")
    if sniff(data[:12]) is None:
        detail = UnsupportedImageFormat.title()
        raise UnsupportedImageFormat(errors=[FieldError(pointer, "format", detail)])
    return data


def _bad(pointer: str, detail: str) -> InvalidRequest:
    return InvalidRequest(detail, errors=[FieldError(pointer, "base64", detail)])
