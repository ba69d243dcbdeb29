"""What a model is to clients and to the gateway."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from domain.model.json_value import Json

Params = Mapping[str, Json]


def take_all(params: Params) -> Params:
    """The validator of a model that has no parameters of its own to check."""
    return params


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """What clients and the gateway may know of a model.

    `needs`: the roles of pictures and texts that a request has to have, `takes`: those it may have
    besides (a `mask` only with an `image`). `params_schema` is JSON Schema 2020-12; `validate`
    returns the params with every default filled in, or raises `InvalidRequest` with one
    `FieldError` a wrong field (pointers start at `/params`). `deterministic`: whether equal
    requests give equal results, so that a repeated one may be answered by the first. `scale`:
    output side over input side, where fixed; 2 or more makes a deterministic model that needs an
    image alone an upscaler of any result.
    `max_pixels`: most pixels of an input picture, where it is less than everybody's limit.
    """

    name: str
    description: str
    needs: frozenset[str] = frozenset({"image"})
    takes: frozenset[str] = frozenset()
    params_schema: Mapping[str, Json] = field(default_factory=lambda: {"type": "object"})
    validate: Callable[[Params], Params] = take_all
    deterministic: Callable[[Params], bool] = lambda _params: False
    makes_picture: bool = True
    scale: int | None = None
    batchable: bool = True
    max_pixels: int | None = None
    examples: Sequence[Json] = ()
