"""The fields of a declaration: each says in Chinese what it is."""

from dataclasses import field
from typing import Any


def told(meaning_zh: str, *, codes: str = "", name: str = "", **how: Any) -> Any:
    """A field of a declaration: its meaning, the code set it is closed by, its name in the TOML if another."""
    return field(metadata={"meaning_zh": meaning_zh, "codes": codes, "name": name}, **how)


def optional(meaning_zh: str, *, codes: str = "", name: str = "") -> Any:
    """A field that may be left out."""
    return told(meaning_zh, codes=codes, name=name, default=None)
