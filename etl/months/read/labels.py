"""Labels of forms as they are compared: full width, blanks, dashes and a unit in brackets make no difference."""

import re
import unicodedata
from functools import lru_cache

UNITS = (
    "个", "家", "张", "人", "人次", "单", "所", "户", "件", "处", "元", "千元", "万元", "亿元", "万人", "万人次",
    "%", "元/人", "元/月", "元/人·月", "分钟",
)  # fmt: skip
"""Units that may stand in brackets after a label, in a unit row or on the line above the table."""

TOTAL_WORDS = frozenset(
    [
        "合计", "总计", "共计", "小计", "全县合计", "全区合计", "全市合计", "本县合计", "本区合计", "汇总", "合计数",
        "全县", "全区", "全县总计", "全区总计", "县合计", "区合计",
    ]
)  # fmt: skip

"""Labels of a row that repeats the sum of the others."""

_FOOT = re.compile(
    r"[*※(]*(?:注(?:[:(\d]|$)|(?:填表|填报)?说明:|备注:|(?:单位|统计|主要|科室)?负责人|填表人|制表|分管领导|"
    r"联系电话|联系人|审核|审批|签字|签发|盖章|此表|本表|填报日期|报出日期|更正说明)"
)
"""How a line under a table begins."""

COLUMN_NUMBERS = frozenset(["甲", "乙", "丙", "丁", "栏次", "计量单位", "单位"])

_DASHES = re.compile(r"[‐‑‒–—―−－~〜～]+")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[至到](?=\d)")
_BLANKS = re.compile(r"\s+")
_UNIT_IN_BRACKETS = re.compile(r"\((?:单位:)?([^()]+)\)$")
_NUMBERING = re.compile(r"^(?:[①-⑳]|\(?[一二三四五六七八九十]{1,3}[)、.]+|\(?\d{1,2}[)、]+|\d{1,2}\.(?!\d))")
_CIRCLED = tuple("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_MARK = re.compile(r"[①-⑳¹²³⁴-⁹*＊★☆▲△]+(?=\s*(?:[（(][^（）()]*[）)])?\s*[:：]?\s*$)")
"""A mark behind a label that leads to a note under the table: 登记人数①（人）."""
_HOW_MANY = re.compile(r"\(共?\d+个?(?:乡镇|镇街|街道|乡镇街道|乡\(镇、街道\))?\)$")
_OF_WHICH = re.compile(r"^(?:其中|其)[::]?(?=.)")


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """The text in half width, without blanks, every dash as "-", "80至89" as "80-89"."""
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", text)).strip("'")
    return _BETWEEN_DIGITS.sub("-", _DASHES.sub("-", text))


@lru_cache(maxsize=65536)
def label_and_unit(text: str) -> tuple[str, str]:
    """A label as compared, and the unit it carries ("金额（元）" → 金额, 元); the unit is empty when it carries none."""
    label = plain(_MARK.sub("", text)).rstrip(":*")
    unit = ""
    found = _UNIT_IN_BRACKETS.search(label)
    if found and found[1] in UNITS:
        label, unit = label[: found.start()], found[1]
    elif label.endswith("%") and len(label) > 1:
        label, unit = label[:-1], "%"
    return label, unit


@lru_cache(maxsize=65536)
def item_label(text: str) -> str:
    """The label of a row without numbering and “其中”, e.g. "（二）其中：护理型床位（张）" → 护理型床位."""
    stripped = _MARK.sub("", text).strip()
    for _ in range(3):
        shorter = _OF_WHICH.sub("", _NUMBERING.sub("", plain(stripped) if stripped[:1] not in _CIRCLED else stripped))
        if shorter == stripped:
            break
        stripped = shorter
    return label_and_unit(stripped)[0]


def unnumbered(text: str) -> str:
    """A name as compared, without the number of its row before it ("1.城关镇", "③城关镇")."""
    return plain(_NUMBERING.sub("", text.strip() if text.strip()[:1] in _CIRCLED else plain(text)))


def is_total(text: str) -> bool:
    """Whether a row label names a sum of the other rows."""
    return _HOW_MANY.sub("", plain(text)).strip(":()") in TOTAL_WORDS


def is_foot(text: str) -> bool:
    """Whether a line belongs to the notes and signatures under a table."""
    return _FOOT.match(plain(text)) is not None


def is_unit(text: str) -> bool:
    """Whether a cell holds nothing but a unit."""
    return plain(text).strip("()") in UNITS
