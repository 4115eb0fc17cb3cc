"""One cell into one figure: blanks are four things, units become stored units, what is not understood is refused."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from etl.months.findings import Finding, Rule
from etl.months.model import Figure
from etl.months.read.labels import plain
from etl.months.rules import cells
from etl.months.rules.cells import Examined
from etl.months.rules.notes import bracket_fault
from etl.months.rules.registry import FUNCTIONS
from etl.quantity import Quantity, QuantityError, parse_quantity

MISSING = frozenset(
    ["", "未报", "缺", "缺报", "漏报", "待报", "暂缺", "不详", "未统计", "未掌握", "尚未统计", "…", "......", "?"]
)
NOT_APPLICABLE = frozenset(["-", "--", "/", "\\", "×", "不适用", "无此项", "不涉及", "n/a", "无此业务"])
SUPPRESSED = frozenset(["保密", "*", "**", "***", "涉密"])
AMBIGUOUS = frozenset(["无", "没有", "暂无", "无数据", "na", "null", "none", "nan"])

_FAMILIES = {
    "money": {"元": 1, "千元": 1000, "万元": 10_000, "亿元": 100_000_000},
    "persons": {"人": 1, "万人": 10_000},
    "times": {"人次": 1, "万人次": 10_000},
    "places": {"个": 1, "家": 1, "所": 1, "处": 1},
    "beds": {"张": 1},
    "orders": {"单": 1, "件": 1},
    "share": {"%": 1},
    "households": {"户": 1},
}
_FAMILY_OF = {unit: family for family, units in _FAMILIES.items() for unit in units}
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
_NOTED = re.compile(r"(?P<number>[^()\[\]【】]+)[(\[【](?P<note>[^()]*)[)\]】]?")
_COMMAS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


@lru_cache(maxsize=1024)
def factor_between(written: str, stored: str) -> Decimal | None:
    """How many stored units one written unit is (万元 → 元: 10000); None when they do not belong together."""
    family = _FAMILY_OF.get(written)
    if family is None or family != _FAMILY_OF.get(stored):
        return None
    return Decimal(_FAMILIES[family][written]) / Decimal(_FAMILIES[family][stored])


_SCALED = re.compile(r"[十百千万亿]+")


def contradicted(written: str, said: Iterable[str]) -> str:
    """The unit said over a form under which a column in the unit `written` would hold another number; else empty.

    Of one family only one can hold; 百张 and a bare 百 are units of no column at all.
    """
    for unit in said:
        bare = _SCALED.sub("", unit)
        is_other = factor_between(unit, written) not in (None, Decimal(1))
        is_foreign = unit not in _FAMILY_OF and unit != bare and (not bare or factor_between(bare, written) is not None)
        if is_other or is_foreign:
            return unit
    return ""


def scale_of(unit: str) -> int:
    """How many of the unit figures are stored in one of a form is: 10,000 for 万元 and 万人次, 1 for 元 and 个."""
    family = _FAMILY_OF.get(unit)
    return _FAMILIES[family][unit] if family else 1


def smallest_of(unit: str) -> str:
    """The unit a figure is stored in that a form writes in `unit`: 元 for 万元, the same where it is one already."""
    return unit if scale_of(unit) == 1 else next(iter(_FAMILIES[_FAMILY_OF[unit]]))


def on_form(value: Any, unit: str) -> Any:
    """A stored number as a form in that unit writes it: 12345 of 万元 is 1.2345; what is no number stays."""
    scale = scale_of(unit)
    return value if scale == 1 or not isinstance(value, (int, float)) else float(Decimal(str(value)) / scale)


@lru_cache(maxsize=8192)
def _everyday(text: str, kind: str) -> float | None:
    """What nearly every cell holds, a plain whole number, as a number; None for all that needs a closer look."""
    is_plain = kind in ("number", "text") and len(text) <= 7 and text.isascii() and text.isdecimal()
    return float(text) if is_plain and (text[0] != "0" or text == "0") else None


@dataclass
class CellReader:
    """Reads the cells of one sheet. `rules` are the declared rules, for their limits."""

    sheet: str
    rules: Mapping[str, Rule]
    findings: list[Finding] = field(default_factory=list)

    def read(self, raw: list[str], *, label: Callable[[], str], factor: Decimal, unit: str) -> Figure:
        """The figure of a cell.

        Args:
            raw: text, kind and cell.
            label: how people call the figure; asked for only when there is something to say.
            factor: stored units in one unit of the form.
            unit: stored unit; money may have cents.

        Returns:
            A figure; `value` is None and status missing when the cell was refused, with the reason in `findings`.
        """
        text, kind, at = raw
        if factor == 1 and (everyday := _everyday(text, kind)) is not None:
            return Figure(everyday, "reported", at, text)
        is_money = unit == "元"
        limits = self.rules["E15"].limits
        if kind in ("number", "text") and _PLAIN.fullmatch(text) and not text.startswith("-"):
            value = Decimal(text) * factor
            # The everyday case: nothing to interpret and nothing to object to.
            if value < 10_000_000 and not value % (Decimal("0.01") if is_money else 1) and not _zero_led(text):
                return Figure(float(value), "reported", at, text)
        words = plain(text)
        if (status := _blank_status(words, kind)) is not None:
            return Figure(None, status, at, text.strip())
        cell = Examined(text.strip(), kind, words, label(), is_money, limits["largest_count"], limits["largest_money"])
        low_high = self._interpret(cell, factor, unit)
        said = self._say(cell, at)
        if said or cell.value is None:
            return Figure(None, "missing", at, cell.text)
        low, high = low_high
        return Figure(float(cell.value), "reported", at, cell.text, cell.inner_note, low, high)

    def _say(self, cell: Examined, at: str) -> bool:
        """Findings of the rules that speak; whether one of them refuses the cell."""
        for code in cells.ORDER:
            examine: Callable[[Examined], dict[str, str] | None] = FUNCTIONS[code]
            words = examine(cell)
            if words is None:
                continue
            self.findings.append(Finding(rule=code, sheet=self.sheet, cell=at, words={"label": cell.label, **words}))
            if self.rules[code].severity == "blocking":
                return True
        return False

    def _interpret(self, cell: Examined, factor: Decimal, unit: str) -> tuple[float | None, float | None]:
        """Fills in value, quantity, note or error of the cell; returns bounds where the wording was a rounded one."""
        if cell.kind in ("error", "formula", "merged", "date"):
            return None, None
        if cell.kind == "scaled":
            cell.error = (
                f"存的是 {cell.text}，单元格格式让它显示成另外的数字，分不清是哪个数；请把格式改为“常规”，核对后填"
            )
            return None, None
        if cell.kind == "bool":
            cell.error = f"“{cell.text}”是逻辑值，不是数"
            return None, None
        if cell.words.lower() in AMBIGUOUS:
            cell.error = f"“{cell.text}”分不清是零、没有这一事项还是没有掌握"
            return None, None
        words = cell.words
        if re.match(r"(?:本年|全年|历年|自?年初以来)?累计(?=.*\d)", words):
            cell.error = f"“{cell.text}”写的是累计，与表头所说的期间分不清，请只写表头所说期间的数"
            return None, None
        if re.search(r"[0-9]\s+[0-9]", unicodedata.normalize("NFKC", cell.text)):
            lines = "分了行" if re.search(r"[0-9]\s*\n\s*[0-9]", cell.text) else "有空格"
            shown = re.sub(r"\s+", " ", cell.text)
            cell.error = f"“{shown}”的数字中间{lines}，分不清是一个数还是两个数，请只写一个数"
            return None, None
        if (found := _NOTED.fullmatch(words)) and re.search(r"\d", found["number"]):
            words, cell.inner_note = found["number"], found["note"]
        try:
            # With its blanks: “1 234” may be one number or two. An apostrophe marks text in a spreadsheet.
            quantity = parse_quantity(words if cell.inner_note else cell.text.removeprefix("'"))
        except QuantityError as error:
            cell.error = str(error)
            return None, None
        cell.quantity = quantity
        if quantity.value is None or quantity.qualifier != "exact":
            return None, None
        own = factor_between(quantity.unit_zh, unit) if quantity.unit_zh else None
        if quantity.unit_zh and own is None and "+" not in words:
            cell.error = f"“{cell.text}”的单位“{quantity.unit_zh}”与本栏不合"
            return None, None
        # A wording with a scale of its own (66.7万, 12万元) says its unit itself; the header's 万元 is not applied again.
        has_scale = bool(re.search("[百千万亿]", words))
        if own is None:
            own = Decimal(1) if has_scale else factor
        if cell.inner_note and not self._stands(cell, quantity, unit, own):
            return None, None
        cell.value = quantity.value * own
        cell.extra["value"] = f"{cell.value.normalize():f}"
        if has_scale and quantity.low is not None and quantity.high is not None and quantity.low < quantity.high:
            return float(quantity.low * own), float(quantity.high * own)
        return None, None

    def _stands(self, cell: Examined, quantity: Quantity, unit: str, own: Decimal) -> bool:
        """Whether the words in brackets leave the number as it is; else the cell says why not."""
        written = factor_between(cell.inner_note, unit) if cell.inner_note in _FAMILY_OF else None
        is_unit = cell.inner_note in _FAMILY_OF
        if _blank_status(cell.inner_note, "text") or cell.inner_note.lower() in AMBIGUOUS:
            cell.error = f"“{cell.text}”又写数又写“{cell.inner_note}”，分不清有没有这个数，请只留一样"
            return False
        kind, reason = bracket_fault(
            cell.inner_note, quantity.value, (written or Decimal(0)) / own if is_unit else None
        )
        if kind == "hedge":
            cell.quantity = replace(quantity, qualifier="about")
        elif kind:
            cell.error = f"“{cell.text}”的{reason}，请只填本月的确数"
        return not kind


def _blank_status(words: str, kind: str) -> str | None:
    if kind == "blank" or words.lower() in MISSING:
        return "missing"
    if words.lower() in NOT_APPLICABLE:
        return "not_applicable"
    return "suppressed" if words in SUPPRESSED else None


def _zero_led(text: str) -> bool:
    return len(text) > 1 and text[0] == "0" and text[1] != "."


def decimals(figure: Figure) -> int:
    """Decimals as written, e.g. 2 for 12.30."""
    return len(plain(figure.raw).partition(".")[2].rstrip("万元"))
