"""Cells as read: text, kind and place, nothing converted."""

from collections.abc import Set
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
"""Error values by the name the readers give them."""


class Cell(NamedTuple):
    """One filled cell. kind: text, number, date, bool, error (#DIV/0!), formula (never worked out), scaled (a number of
    which the sheet shows other digits)."""

    text: str
    kind: str


OUR_COMMENTS_ZH = "报送前检查"
"""Who signs the comments of a checked copy: they are no words of the unit's."""

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
"""Raised digits keep their raised signs: 10² is not 102."""


@dataclass
class SheetCells:
    """One sheet: filled cells by (row, column) from 0, and what stands around them.

    merges are (first row, first column, last row, last column); None when the format does not tell.
    """

    name: str
    hidden: bool = False
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] | None = None
    date_1904: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    struck: dict[tuple[int, int], str] = field(default_factory=dict)
    """Text that was crossed out, and so not read, by cell."""
    unseen: frozenset[tuple[int, int]] = frozenset()
    """Cells that hold something and show nothing: letters in the colour of their ground, an empty number format."""
    noted: frozenset[tuple[int, int]] = frozenset()
    """Cells with a comment, which is not read."""
    drawn: tuple[str, ...] = ()
    """Words in text boxes and other shapes over the cells."""
    printed: tuple[str, ...] = ()
    """Words in the header and the footer of the printed page."""
    looks_known: bool = True
    """Whether the format tells what is crossed out, hidden, unseen or commented on."""
    is_worksheet: bool = True


@dataclass(frozen=True)
class Extras:
    """What one sheet has besides its values. Places are (row, column) from 0.

    cells: to be read instead of the value; struck: what was crossed out; formats: number formats that change what is seen;
    drawn: words in shapes; printed: words in header and footer of the page; has_errors: whether a cell may hold an error value that is not in `cells`.
    """

    cells: dict = field(default_factory=dict)
    hidden_rows: Set[int] = frozenset()
    hidden_columns: Set[int] = frozenset()
    date_1904: bool = False
    struck: dict = field(default_factory=dict)
    formats: dict = field(default_factory=dict)
    unseen: Set = frozenset()
    noted: Set = frozenset()
    drawn: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()
    has_errors: bool = True


def address(row: int, column: int) -> str:
    """The address people read, e.g. (2, 2) → C3."""
    return f"{letters_of(column)}{row + 1}"


@cache
def letters_of(column: int) -> str:
    """The letters of a column, e.g. 2 → C."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
