"""Records as JSON values, and back: the dataclasses themselves are the schema."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from operator import attrgetter
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from domain.model.json_value import Json

T = TypeVar("T")
Read = Callable[[Json], Any]
Write = Callable[[Any], Json]

SCALARS = frozenset({str, int, float, bool, type(None)})


class UnreadableMessage(ValueError):
    """This is no message, row or request of a version that is known here."""


def record_to_json(value: Any) -> dict[str, Json]:
    found: dict[str, Json] = _writer(value.__class__)(value)
    return found


def record_from_json(kind: type[T], data: Json) -> T:
    """Raises `UnreadableMessage`."""
    hint: Any = kind
    found: T = _reader(hint)(data)
    return found


@cache
def _writer(kind: Any) -> Write:
    """What writes a record of the type `kind`. Most fields are JSON as they are, and rows are
    written all the time: only the others are looked at one by one."""
    names, hints = tuple(field.name for field in fields(kind)), get_type_hints(kind)
    values = attrgetter(*names)
    others = [(name, other) for name in names if (other := _writing(hints[name]))]

    def write(value: Any) -> dict[str, Json]:
        found = dict(zip(names, values(value), strict=True))
        for name, other in others:
            found[name] = other(found[name])
        return found

    return write


def _writing(hint: Any) -> Write | None:
    """What writes a value of the type `hint`; None: it is JSON as it is."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return _plain
    if hint in SCALARS or origin is Literal:
        return None
    if origin in (Union, UnionType):
        return _optionally(_writing(next(each for each in inner if each is not type(None))))
    if origin in (dict, Mapping):
        return _by_name(_writing(inner[1]))
    if origin is Sequence and hasattr(inner[0], "__dataclass_fields__"):
        return _each(_writer(inner[0]))
    if origin in (Sequence, tuple):
        return _plain
    if issubclass(hint, StrEnum):
        return attrgetter("value")
    return _writer(hint)


def _optionally(write: Write | None) -> Write | None:
    return write and (lambda value: None if value is None else write(value))


def _by_name(write: Write | None) -> Write:
    if write is None:
        return dict
    return lambda value: {key: write(item) for key, item in value.items()}


def _each(write: Write) -> Write:
    return lambda value: [write(item) for item in value]


def _plain(value: Any) -> Json:
    """Free JSON: tuples become lists, mappings of any kind objects."""
    if value.__class__ in SCALARS:
        return value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value]


@cache
def _reader(hint: Any) -> Read:
    """What reads a value of the type `hint`; built once a type."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return lambda value: value
    if origin in (Union, UnionType):
        return _optional(inner)
    if origin is Literal:
        return _one_of(inner)
    if origin in (dict, Mapping):
        return _mapping(_reader(inner[1]))
    if origin is Sequence:
        return _sequence(_reader(inner[0]))
    if origin is tuple:
        return _fixed(tuple(_reader(item) for item in inner))
    if is_dataclass(hint):
        return _record(hint)
    return _named(hint) if issubclass(hint, StrEnum) else _scalar(hint)


def _optional(inner: tuple[Any, ...]) -> Read:
    read = _reader(next(hint for hint in inner if hint is not type(None)))
    return lambda value: None if value is None else read(value)


def _one_of(names: tuple[str, ...]) -> Read:
    def read(value: Json) -> Any:
        if value not in names:
            raise UnreadableMessage(f": one of {', '.join(names)} expected")
        return value

    return read


def _mapping(read_item: Read) -> Read:
    def read(value: Json) -> Any:
        return {key: read_item(item) for key, item in _of(dict, value).items()}

    return read


def _sequence(read_item: Read) -> Read:
    return lambda value: tuple(read_item(item) for item in _of(list, value))


def _fixed(readers: tuple[Read, ...]) -> Read:
    def read(value: Json) -> Any:
        if len(_of(list, value)) != len(readers):
            raise UnreadableMessage(f": {len(readers)} items expected, not {len(value)}")
        return tuple(read_item(item) for read_item, item in zip(readers, value, strict=True))

    return read


def _record(cls: Any) -> Read:
    readers = {name: _reader(hint) for name, hint in get_type_hints(cls).items()}

    def read(value: Json) -> Any:
        known, name = {}, ""
        try:
            for name, item in _of(dict, value).items():
                if name in readers:
                    known[name] = readers[name](item)
        except UnreadableMessage as error:
            raise UnreadableMessage(f".{name}{error}" if name else str(error)) from error
        try:
            return cls(**known)
        except TypeError as error:
            raise UnreadableMessage(f": {error}") from error

    return read


def _named(names: type[StrEnum]) -> Read:
    def read(value: Json) -> Any:
        try:
            return names(value)
        except ValueError as error:
            raise UnreadableMessage(f": {error}") from error

    return read


def _scalar(kind: type) -> Read:
    if kind is float:
        return _number
    return lambda value: _of(kind, value)


def _number(value: Json) -> float:
    try:
        return float(value if type(value) is int else _of(float, value))
    except OverflowError as error:
        raise UnreadableMessage(f": {error}") from error


def _of(kind: type, value: Json) -> Any:
    """`value` if it is exactly a `kind`: a bool is no int here."""
    if type(value) is not kind:
        raise UnreadableMessage(f": {kind.__name__} expected, not {type(value).__name__}")
    return value
