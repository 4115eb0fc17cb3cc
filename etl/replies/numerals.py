"""The figures of a draft where they stand: each read as a quantity, with the words before and behind it."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from etl.documents.load import FOLDER
from etl.quantity import Quantity, QuantityError, parse_quantity
from warehouse.errors import FormError

COUNTED = ("个", "家", "所", "处", "座")
PERSONS = ("人", "名", "位")
UNITS = (
    "个百分点", "平方米", "人次", "公里", "分钟", "小时", "部门", "户次", "刻钟", "元", *COUNTED, *PERSONS,
    "张", "支", "件", "户", "天", "年", "岁", "次", "项", "辆", "场", "篇", "吨", "亩",
)  # fmt: skip
LENGTHS = ("年", "岁", "天", "小时", "分钟", "公里")
"""Units of spans and ages, of which a draft is full and the ledger is not."""
_HEDGE = "不低于|不少于|不超过|不高于|不足|不到|至少|至多|最高|最低|最多|超过|突破|将近|接近|大约|约|近|逾|≥|≤"
_FIGURE = re.compile(
    rf"(?:每人每[月年]|每百户|人均用地)?(?:(?:{_HEDGE})(?:达到|达|共|建有)?)?"
    rf"(?P<number>\d[\d,]*(?:\.\d+)?(?:\s*[余多几来])?|(?P<zh>[零一二两三四五六七八九十百千]+(?:[余多几])?))"
    rf"\s*(?:万亿|亿|千万|百万|万|千|百)?(?:[余多])?\s*(?P<unit>%|{'|'.join(UNITS)})?(?:及以上|以上|以下|以内|左右|上下)?"
)
_SUM = re.compile(r"(?<!\d)(\d+)\+(\d+)(?!\d)")
_FULL = str.maketrans("０１２３４５６７８９．％，＋", "0123456789.%，+")
_CLAUSE = re.compile(r"[，。；、：！？（）()\n]")
_PHRASE = re.compile(r"[，；：]")
_SENTENCE = re.compile(r"[。！？\n]")
_ASIDE = re.compile(r"（[^（）]*）")
# 不低于50%，到2025年底不低于55%: of what, a clause before says.
_NAMES_NOTHING = re.compile(rf"{_HEDGE}|[\d\s.%到至达为]|年底?|月底?|底|末")
_RESPECTIVELY = re.compile(r"([^，。；：（）]+)分别(?:为|是|有|达到?|建成|发放)?([^，。；：]*)$")
_NEXT_NAME = re.compile("[、和与及]")
_QUOTES = re.compile(r"[“”\"‘’《》\s]")
REACH, NEAR, MOST_FIGURES = 18, 400, 2000
"""Signs of a clause that are compared, signs around a figure that are looked at, figures of a reply."""


@dataclass(frozen=True, kw_only=True)
class Numeral:
    """One figure of a draft. place: of its paragraph, from 1. before, behind: the words of its clause.

    phrase: from comma to comma. step: half of its last printed digit in the stored unit. earlier: what stands before its sentence, as far as it is looked at. is_first_part: of
    a sum (1+6), not the last part.
    """

    place: int
    start: int
    end: int
    wording: str
    quantity: Quantity
    step: float
    before: str
    behind: str
    phrase: str
    sentence: str
    earlier: str
    is_chinese: bool
    is_first_part: bool


def numerals(paragraphs: tuple[str, ...]) -> tuple[list[Numeral], list[tuple[int, str]]]:
    """The figures of a draft in order, and (paragraph, wording) of those that cannot be read as one quantity.

    Raises:
        FormError: there are too many for a reply.
    """
    found: list[Numeral] = []
    unread: list[tuple[int, str]] = []
    for place, paragraph in enumerate(paragraphs, start=1):
        text = paragraph.translate(_FULL)
        taken = _taken(text)
        for start, end, wording, is_chinese in _places(text):
            if any(taken[start:end]):
                continue
            if len(found) >= MOST_FIGURES:
                raise FormError(f"稿子里的数超过{MOST_FIGURES}个，不像一份答复。请只放答复本身，或分几次核对")
            try:
                quantity = parse_quantity(wording)
            except QuantityError:
                if not is_chinese:
                    unread.append((place, wording))
                continue
            found.append(_numeral(place, text, start, end, wording, quantity, is_chinese=is_chinese))
    return found, unread


@cache
def _never() -> tuple[re.Pattern, ...]:
    """What is never a figure in any document: the patterns and wordings the ledger is kept with."""
    told = tomllib.loads((FOLDER / "exclusions.toml").read_text(encoding="utf-8"))
    patterns = [re.compile(one["regex"]) for one in told["pattern"]]
    words = [re.compile(re.escape(one["text"])) for one in told["exclusion"] if one["source"] == "*"]
    more = r"\d{7,}|^[—-]?\s*\d+\s*[—-]?$|\d{3,4}-\d{7,8}|(?<!\d)1[3-9]\d{9}(?!\d)|12345|附件\s*\d+|\d{1,2}月\d{1,2}日|\d{1,2}月(?:份|底)?|第[一二三四五六七八九十\d]+"
    return (*patterns, *words, re.compile(more))


def _taken(text: str) -> bytearray:
    """A mark at every sign that is part of no figure."""
    marks = bytearray(len(text))
    for pattern in _never():
        for match in pattern.finditer(text):
            marks[match.start() : match.end()] = b"\x01" * len(match[0])
    return marks


def _places(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """(start, end, wording, whether in Chinese numerals) of what may be a figure; the parts of 1+6 each by itself."""
    sums = list(_SUM.finditer(text))
    for match in sums:
        for group in (1, 2):
            yield *match.span(group), match[group], False
    in_sums = {place for one in sums for place in range(*one.span())}
    for match in _FIGURE.finditer(text):
        if in_sums and not in_sums.isdisjoint(range(*match.span())):
            continue
        is_chinese = match["zh"] is not None
        # 一是, 一批, 十分: a Chinese numeral counts something only where a unit says so.
        if is_chinese and not match["unit"]:
            continue
        if not is_chinese and (match.start("number") and re.match(r"[A-Za-z.\-—]", text[match.start("number") - 1])):
            continue
        yield match.start(), match.end(), re.sub(r"\s+", "", match[0]), is_chinese


def _numeral(
    place: int, text: str, start: int, end: int, wording: str, quantity: Quantity, *, is_chinese: bool
) -> Numeral:
    left, right = text[max(0, start - NEAR) : start], text[end : end + NEAR]
    begins = max((match.end() for match in _SENTENCE.finditer(left)), default=0)
    rest = _SENTENCE.split(right, maxsplit=1)[0]
    return Numeral(
        place=place,
        start=start,
        end=end,
        wording=wording,
        quantity=quantity,
        step=_step(wording),
        before=_own_name(left[begins:], rest) or clause_before(left, len(left)),
        behind=clause_behind(right, 0),
        phrase=_PHRASE.split(left[begins:])[-1] + text[start:end] + _PHRASE.split(rest)[0],
        sentence=left[begins:] + text[start:end] + rest,
        earlier=left[:begins],
        is_chinese=is_chinese,
        is_first_part=text[end : end + 1] == "+",
    )


def _own_name(before: str, behind: str) -> str:
    """The name this figure belongs to where several names and their figures follow one another (分别为); else empty."""
    found = _RESPECTIVELY.search(before)
    if not found:
        return ""
    names = [_QUOTES.sub("", name) for name in _NEXT_NAME.split(found[1])]
    at = sum(1 for one in _FIGURE.finditer(found[2]) if one["zh"] is None)
    further = sum(1 for one in _FIGURE.finditer(_PHRASE.split(behind)[0]) if one["zh"] is None)
    return names[at][-REACH:] if len(names) == at + 1 + further > 1 else ""


def clause_before(text: str, at: int) -> str:
    """The words of the clause before a figure, without quotation marks; those of the clause before where it names nothing."""
    clauses = [_QUOTES.sub("", one) for one in _CLAUSE.split(_ASIDE.sub("", text[:at]))]
    first = len(clauses) - 1
    while first > 0 and not _NAMES_NOTHING.sub("", clauses[first]):
        first -= 1
    return "".join(clauses[first:])[-REACH:]


def clause_behind(text: str, at: int) -> str:
    """The words of the clause behind it."""
    return _QUOTES.sub("", _CLAUSE.split(text[at:], maxsplit=1)[0])[:REACH]


def _step(wording: str) -> float:
    """Half of the last printed digit, in the stored unit: 66.7万 is 500, 59% is 0.005."""
    found = re.search(r"\d[\d,]*(?:\.(\d+))?\s*[余多几来]?\s*(万亿|亿|千万|百万|万|千|百)?[余多]?\s*(%)?", wording)
    if not found:
        return 0.5
    scale = {"万亿": 1e12, "亿": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "千": 1e3, "百": 1e2}.get(
        found[2] or "", 1.0
    )
    return 0.5 * scale * (0.01 if found[3] else 1.0) / 10 ** len(found[1] or "")
