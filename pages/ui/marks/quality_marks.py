"""The quality of many numbers at once: the one most of them share at the head of their column, another at its number."""

from collections.abc import Mapping, Sequence
from typing import Any

from pages.ui.kit.html import badge
from pages.ui.kit.months import quality_zh
from pages.ui.kit.view import View
from warehouse.wording.months import QUALITY_TONES

Row = Mapping[str, Any]


def usual(rows: Sequence[Row]) -> str | None:
    """The quality most of the rows share; None where no row has a value."""
    codes = [row["quality_code"] for row in rows if row["value"] is not None and row["quality_code"]]
    return max(sorted(set(codes)), key=codes.count) if codes else None


def head_zh(view: View, usual_code: str | None) -> str:
    """What stands in brackets at the head of the numbers: "（初步，演示）"; empty where nothing is to be said."""
    words = [quality_zh(view)[usual_code]] if usual_code else []
    words += ["演示"] if view.is_demo else []
    return f"（{'，'.join(words)}）" if words else ""


def mark(view: View, row: Row, usual_code: str | None) -> str:
    """The badge of a number whose quality is not the usual one; nothing for the others."""
    code = row["quality_code"]
    if row["value"] is None or not code or code == usual_code:
        return ""
    return " " + badge(quality_zh(view)[code], QUALITY_TONES[code])
