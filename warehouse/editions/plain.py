"""Declared shapes as plain data and back: what is frozen as JSON is read again as the same objects."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

_T = TypeVar("_T")


def to_plain(value: Any) -> Any:
    """`value` as what JSON can hold; dates in their ISO form, tuples as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: to_plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def from_plain(shape: type[_T], held: Any) -> _T:
    """What `to_plain` made of an object of that shape, as that object; a field that is not held takes its default.

    Raises:
        ValueError: it is not of that shape.
    """
    try:
        return _read(shape, held)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a {getattr(shape, '__name__', shape)}: {error!r}") from error


@cache
def _hints(shape: type) -> dict[str, Any]:
    return get_type_hints(shape)


def _read(shape: Any, held: Any) -> Any:
    origin, inner = get_origin(shape), get_args(shape)
    if is_dataclass(shape):
        hints = _hints(shape)
        return shape(**{one.name: _read(hints[one.name], held[one.name]) for one in fields(shape) if one.name in held})
    if origin is tuple:
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_read(inner[0], one) for one in held)
        return tuple(_read(kind, one) for kind, one in zip(inner, held, strict=True))
    if origin in (Union, UnionType):
        if held is None and NoneType in inner:
            return None
        return _read(next(one for one in inner if one is not NoneType), held)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {key: _read(inner[1], one) for key, one in held.items()}
    if shape is datetime:
        return datetime.fromisoformat(held)
    return date.fromisoformat(held) if shape is date else held
