"""Rules on one cell: what it must not be, and what is taken from it all the same.

Each takes the cell under examination and answers whether the rule speaks; the words fill the rule's sentence.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from etl.months.rules.registry import rule
from etl.quantity import Quantity
from warehouse.persons import is_hidden

_DATE_GLUED = re.compile(r"20[0-4]\d(0[1-9]|1[0-2])([0-2]\d|3[01])\d*\.?")
_SCIENTIFIC = re.compile(r"[+-]?\d(\.\d+)?[eE][+-]?\d+")
_LONG_CODE = re.compile(r"\d{15,18}[\dXx]?|1[3-9]\d(\d{8}|\*{4}\d{4})|\d{6}\*{8}\d{3}[\dXx]|0\d{2,3}-?\d{7,8}")

Words = dict[str, str]


@dataclass
class Examined:
    """A cell on its way to a value. `words` is the text in half width without blanks; error says why it is no number."""

    text: str
    kind: str
    words: str
    label: str
    is_money: bool
    largest_count: float
    largest_money: float
    quantity: Quantity | None = None
    value: Decimal | None = None
    inner_note: str = ""
    error: str = ""
    extra: Words = field(default_factory=dict)


@rule("V1")
def error_value(cell: Examined) -> Words | None:
    """#DIV/0! and its like are an error of the form, not a blank."""
    return {"text": cell.text} if cell.kind == "error" or cell.words.startswith("#") else None


@rule("V2")
def formula_without_result(cell: Examined) -> Words | None:
    """A formula nobody has worked out has no value yet."""
    return {} if cell.kind == "formula" else None


@rule("V3")
def merged_figure(cell: Examined) -> Words | None:
    """One number across two figures."""
    return {"text": cell.text} if cell.kind == "merged" else None


@rule("E10")
def date_for_number(cell: Examined) -> Words | None:
    """A number shown as a date, or a date typed where a number belongs."""
    typed = re.fullmatch(r"20\d{2}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?月?", cell.words)
    if cell.kind != "date" and not typed:
        return None
    return {"fact": f"“{cell.label}”一格是日期（{cell.text}），不是数；请把格式改为“常规”并核对"}


@rule("E15")
def glued_figure(cell: Examined) -> Words | None:
    """A date glued to a number, or a number larger than any county can have."""
    largest = cell.largest_money if cell.is_money else cell.largest_count
    too_large = cell.value is not None and abs(cell.value) >= Decimal(largest) and not _LONG_CODE.fullmatch(cell.words)
    glued = not cell.is_money and _DATE_GLUED.fullmatch(cell.words) is not None
    return {"text": cell.text} if too_large or glued else None


@rule("E17")
def code_for_number(cell: Examined) -> Words | None:
    """Identity and telephone numbers, and what a spreadsheet makes of them: 4.11E+17."""
    if is_hidden(cell.text):
        return {"text": cell.text}
    if _SCIENTIFIC.fullmatch(cell.words) or _LONG_CODE.fullmatch(cell.words):
        return {"text": cell.text if "*" in cell.text or _SCIENTIFIC.fullmatch(cell.words) else cell.text[:3] + "……"}
    return None


@rule("E7")
def hedged_figure(cell: Examined) -> Words | None:
    """余, 近, 约, 多, 以上: a report of a unit's own figures has no use for them."""
    if cell.quantity is None or (cell.quantity.qualifier == "exact" and cell.quantity.value is not None):
        return None
    return {"text": cell.text}


@rule("E8")
def composite_figure(cell: Examined) -> Words | None:
    """1+6 is seven platforms, one of the city and six of counties."""
    if "+" in cell.words and cell.quantity is not None and cell.quantity.value is not None:
        return {"text": cell.text, "value": f"{cell.quantity.value.normalize():f}"}
    return None


@rule("E9")
def not_a_number(cell: Examined) -> Words | None:
    """Letters for digits, several numbers in one cell, 无: nothing is guessed."""
    return {"fact": cell.error} if cell.error else None


@rule("E11")
def note_inside(cell: Examined) -> Words | None:
    """313（含在建5）: the number is taken, the words become its note."""
    if not cell.inner_note:
        return None
    fact = f"“{cell.label}”填“{cell.text}”，括注已作为说明保留，数按 {cell.extra.get('value', '')} 采用"
    return {"fact": fact, "ask": "请把注解写到说明栏"}


@rule("C7")
def whole_and_not_negative(cell: Examined) -> Words | None:
    """Counts are whole and not negative; money is not negative and ends at the cent."""
    if cell.value is None:
        return None
    kind = "金额" if cell.is_money else "整数"
    if cell.value < 0:
        return {"text": cell.text, "what": "是负数", "kind": kind}
    step = Decimal("0.01") if cell.is_money else Decimal(1)
    if cell.value % step:
        return {"text": cell.text, "what": "不足一分的零头" if cell.is_money else "不是整数", "kind": kind}
    return None


ORDER = ("V1", "V2", "V3", "E10", "E17", "E15", "E9", "E7", "C7", "E8", "E11")
"""In this order; the first of a blocking kind is the one that is said, a cell has one fault at a time."""
