"""What words beside a figure say: whether a note explains it, and whether a bracket leaves the number as it stands.

One judge for all: the rules on jumps, copies and closed facilities, and the entry 更正说明, ask here. A note explains a
figure when it gives a reason of some substance; 无变化, 同上, 正常 and a full stop give none.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from etl.months.read.labels import plain

_NOTHING = re.compile(
    r"(?:暂?无(?:变化|变动|更正|说明|异常|调整|误)?|没有(?:变化|变动|更正|说明)?|不?需?更正|未更正|不涉及|不适用|否|是|同上|同前|同上月|"
    r"正常|一切正常|正常变动|如表|如上|见上|见表|详见?附件|略|属实|情况属实|数据属实|数据?无误|核对无误|已核对?|已核实|已确认|确认|"
    r"n/?a|null|none|nil|x|0+|ok|yes|no|更正|说明|备注|变动|有变化|变化|增加|减少|增长|下降|上升|较?比?上月(?:增加|减少|增长|下降|上升|持平)|"
    r"持平|未变|不变|数据?变化|正常增长|正常增减|自然增长|实际情况|据实(?:填报)?|按实际?(?:填报)?)",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[\s\W_]+")
_SAME = re.compile(r"(?:相同|一致|一样|没有(?:变化|变动)|无(?:变化|变动)|未(?:发生)?(?:变化|变动)|持平|未变|不变)")
_CHECKED = re.compile(r"(?:确实|核实|核对|确认|经查|属实|实际|当月|本月)")
_OF_ALL = re.compile(r"各项|各栏|各数|全部|所有|整体|普遍|整行|本行|都")
LEAST_SIGNS = 4
"""A reason of fewer signs than these says nothing that could be looked into."""


@lru_cache(maxsize=8192)
def explains(note: str) -> bool:
    """Whether a note gives a reason: words are left when empty phrases, figures and signs are taken away."""
    return any(_substance(part) >= LEAST_SIGNS for part in re.split(r"[;；。\n]", note))


def explains_sameness(note: str) -> bool:
    """Whether a note says that a figure is the same as last month's and that somebody looked, or gives a reason."""
    words = plain(note)
    return explains(note) or bool(_SAME.search(words) and _CHECKED.search(words))


def is_correction(text: str) -> bool:
    """Whether the entry 更正说明 states a correction; 暂无, 无更正, 否, 0 and N/A do not."""
    words = _SIGNS.sub("", plain(text))
    return bool(words) and _NOTHING.fullmatch(words) is None and not words.isdigit() and len(words) >= LEAST_SIGNS


def _substance(text: str) -> int:
    words = _SIGNS.sub("", plain(text))
    if _NOTHING.fullmatch(words):
        return 0
    rest = _NOTHING.sub("", words) if len(words) <= 8 else words
    return len(re.findall(r"[\u4e00-\u9fffA-Za-z]", rest))


def names(note: str, labels: Iterable[str]) -> bool:
    """Whether a note beside several figures speaks of the one with these labels: by name, or of all of them."""
    words = plain(note)
    return bool(_OF_ALL.search(words)) or any(len(label) > 1 and label in words for label in labels)


_HEDGES = (
    "约",
    "左右",
    "上下",
    "以上",
    "以下",
    "以内",
    "余",
    "近",
    "估",
    "大概",
    "大致",
    "多",
    "不足",
    "超过",
    "不到",
    "大约",
    "将近",
)
_OTHER_NUMBER = (
    "更正",
    "应为",
    "应是",
    "改为",
    "改成",
    "实为",
    "实际",
    "原为",
    "原报",
    "误",
    "修正",
    "调整为",
    "正确",
    "核实为",
)
_NOT_YET = (
    "计划",
    "目标",
    "任务",
    "拟",
    "预计",
    "预",
    "在建",
    "筹建",
    "未建成",
    "未投用",
    "未运营",
    "规划",
    "申报",
    "待",
)
_OTHER_MONTH = re.compile(
    r"(?:\d{1,2}(?:-\d{1,2})?|[一二两三四五六七八九十]+个?)月|上月|上年|去年|同期|累计|全年|本年|当年|年度|季度|半年|上期|截|20\d\d|昨|次月|下月|历年"
)
_PARTLY = re.compile(r"未报|缺报|漏报|未统计|未掌握|不全|不完整|部分")
_BARE_NUMERAL = re.compile(r"[零〇一二两三四五六七八九十百千万亿半倍成几]+")
_PART = re.compile(
    r"(?:其中|包括|内含|不含|含|新增|比上月新增|较上月新增|较上月增加|新建|另有?)[^0-9]*?(\d+(?:\.\d+)?)[^0-9]*"
)
_ONE = r"[^0-9,、;]*?\d+(?:\.\d+)?[^0-9,、;]*"
_PARTS = re.compile(rf"(?:其中|包括|内含|含){_ONE}(?:[,、;]{_ONE})+")


def bracket_fault(note: str, value: Decimal, unit_factor: Decimal | None) -> tuple[str, str]:
    """What words in brackets behind a number make of it.

    Args:
        note: the words, in half width without blanks.
        unit_factor: when the words are nothing but a unit, stored units in it over those of the column; else None.

    Returns:
        Kind and reason: ("hedge", …) when the number is not exact, ("refused", …) when it is another number, another
        month or not built yet; ("", "") when the number stands and the words are its note.
    """
    if unit_factor is not None:
        return ("", "") if unit_factor == 1 else ("refused", f"括注的单位“{note}”与本栏不合，分不清是多少")
    if _PARTS.fullmatch(note):
        # 其中：特困3人，低保2人: each of them is judged by itself, under the first one's word.
        first, *others = re.split("[,、;]", note)
        lead = re.match("其中|包括|内含|含", first)[0]
        faults = (bracket_fault(one, value, None) for one in (first, *(lead + other for other in others)))
        return next((fault for fault in faults if fault[0]), ("", ""))
    without_parts = _PART.sub("", note)
    part = _PART.fullmatch(note)
    if part and not re.search(r"约|近|余|左右|以上|估", note):
        if Decimal(part[1]) <= value or re.match("不含|另", note):
            return "", ""
        return "refused", f"括注“{note}”里的数比本格的数还大"
    for words, reason in (
        (_OTHER_NUMBER, "括注里说的是另一个数，分不清以哪个为准"),
        (_NOT_YET, "括注说明还不是实有数"),
    ):
        if any(word in without_parts for word in words):
            return "refused", reason
    if _PARTLY.search(without_parts):
        return "refused", "括注说明数不全"
    if _OTHER_MONTH.search(note):
        return "refused", "括注里写的是另一个期间，分不清是不是本月的数"
    if any(word in note for word in _HEDGES):
        return "hedge", ""
    if re.search(r"[0-9万亿千百]", without_parts) or _BARE_NUMERAL.fullmatch(without_parts):
        return "refused", "括注里还有一个数，分不清以哪个为准"
    return "", ""
