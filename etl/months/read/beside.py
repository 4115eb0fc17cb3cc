"""What stands beside the tables of a form: entries (填报单位, 数据期, 单位 …), and sentences that correct a figure."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from etl.months.read.cells import address
from etl.months.read.labels import plain
from etl.months.read.recognise import Recognised
from warehouse.persons import COMPOUND_SURNAMES

_META = {
    "unit": ("填报单位", "报送单位", "填表单位", "报表单位", "单位名称"),
    "data_period": ("数据期", "数据月份", "数据所属期", "数据所属月份", "所属月份", "所属期", "统计期", "报告期"),
    "pay_period": ("发放月份", "发放期", "发放月"),
    "filled_by": ("填报人", "填表人", "制表人", "经办人"),
    "reviewed_by": ("审核人", "复核人", "审核"),
    "filled_on": ("填报日期", "填表日期", "报送日期", "报出日期", "日期"),
    "units": ("单位", "计量单位"),
    "correction": ("更正说明", "更正原因", "修订说明"),
    "": (
        "联系电话",
        "电话",
        "单位负责人",
        "统计负责人",
        "分管领导",
        "负责人",
        "表号",
        "制定机关",
        "批准文号",
        "有效期",
        "联系人",
    ),
}
_KEY_OF = {word: key for key, words in _META.items() for word in words}
_ENTRY = re.compile(
    rf"({'|'.join(sorted(map(re.escape, _KEY_OF), key=len, reverse=True))})\s*(?:\((?:盖章|公章|签章|章)\))?\s*:\s*"
)
_UNITS_IN_WORDS = re.compile(
    r"以([^\s,，。;；、以]{1,4}?)(?:为(?:计量)?单位|计(?![划算数入]))|(?:金额|人数|数|计量)的?单位[为是]([^\s,，。;；、]{1,4})"
)
"""金额以千元计, 金额单位为千元: a unit said in a sentence."""
_LABEL_ALONE = re.compile(rf"({'|'.join(map(re.escape, _KEY_OF))})\s*(?:\((?:盖章|公章|签章|章)\))?")


def entries(found: Recognised) -> dict[str, list[str]]:
    """Entries of the lines above and below the tables; of units all that are said, in title and notes too.

    Of whose the form is and for which month also what is said a second time and is not the same (`unit_again`,
    `data_period_again`), and the month a sentence beside the tables gives (`as_of`).
    """
    grid, first, last = found.grid, found.anchors[0].top, found.anchors[-1].end_row
    known: dict[str, list[str]] = {}
    units: list[list[str]] = []
    for row in grid.row_numbers:
        if first <= row < last:
            continue
        columns = sorted(grid.rows[row])
        for position, column in enumerate(columns):
            text, said, matches = _entries(grid.rows[row][column])
            units += [[unit, address(row, column), "text"] for unit in said]
            if (row, column) == found.title_at:
                matches = [match for match in matches if _KEY_OF[match[1]] == "units"]
            for number, match in enumerate(matches):
                following = matches[number + 1] if number + 1 < len(matches) else None
                key = _KEY_OF[match[1]]
                value = text[match.end() : following.start() if following else len(text)].strip(" ;,，；、")
                at, kind = column, "text"
                if not value and following is None and position + 1 < len(columns):
                    beside = unicodedata.normalize("NFKC", grid.rows[row][columns[position + 1]]).strip()
                    if not _ENTRY.search(beside) and beside not in _KEY_OF:
                        value, at = beside, columns[position + 1]
                        kind = grid.sheet.cells[row, at].kind
                if key == "units" and value:
                    units.append([value, address(row, at), kind])
                elif key and value and key not in known:
                    known[key] = [_surname(value) if key.endswith("_by") else value, address(row, at), kind]
                elif key in ("unit", "data_period") and value and plain(value) != plain(known[key][0]):
                    known.setdefault(f"{key}_again", [value, address(row, at), kind])
            as_of = _as_of(text) if not matches and (row, column) != found.title_at else ""
            if as_of and "as_of" not in known:
                known["as_of"] = [as_of, address(row, column), "text"]
    for text in (*grid.sheet.drawn, *grid.sheet.printed):
        text, said, matches = _entries(text)
        starts = [(match, following) for match, following in zip(matches, [*matches[1:], None], strict=False)]
        said += tuple(
            text[match.end() : following.start() if following else len(text)].strip(" ;,，；、")
            for match, following in starts
            if _KEY_OF[match[1]] == "units"
        )
        units += [[unit, "", "text"] for unit in said if unit]
    if units:
        known["units"] = ["、".join(dict.fromkeys(text for text, *_ in units)), *units[0][1:]]
        known["units_at"] = ["\n".join(f"{at} {text}" for text, at, _ in units), units[0][1], "text"]
    return known


@lru_cache(maxsize=8192)
def _entries(written: str) -> tuple[str, tuple[str, ...], Sequence[re.Match]]:
    """A text beside the tables: in half width, the units it names in words, and the entries that begin in it."""
    text = unicodedata.normalize("NFKC", written).strip()
    units = tuple(said[1] or said[2] for said in _UNITS_IN_WORDS.finditer(text))
    return text, units, (":" in text and list(_ENTRY.finditer(text))) or _bare_label(text)


_AS_OF = re.compile(
    r"(?:截[至止]到?|(?:[本此上]表|以上|表[内中])(?:各?数|数据)?均?[为是系]|^数据[为是系])[:：]?"
    r"((?:20\d\d年|20\d\d[./-])?(?:\d{1,2}|十[一二]?|[一二三四五六七八九])月(?:\d{1,2}[日号])?|20\d\d[./-]\d{1,2}(?!\d))"
)
_SENT_BY = re.compile(r"上报|报送|报出|报市|提交|反馈|填报")
"""截至8月5日前上报: when, not what."""


@lru_cache(maxsize=8192)
def _as_of(text: str) -> str:
    """The month of which a sentence beside the tables says that their figures are: 此表统计时间截止2026年9月30日."""
    tidy = re.sub(r"\s", "", text)
    found = _AS_OF.search(tidy)
    return found[1] if found and not _SENT_BY.search(tidy, found.end()) else ""


def _bare_label(text: str) -> list[re.Match]:
    """A label alone in its cell, without a colon; “单位” alone is a column of a table."""
    found = _LABEL_ALONE.fullmatch(text)
    return [found] if found and found[1] not in ("单位", "日期", "电话", "审核") else []


def _surname(name: str) -> str:
    name = re.sub(r"\s", "", name)
    return name[:2] if name[:2] in COMPOUND_SURNAMES else name[:1]


_CORRECTED = re.compile(r"应为|应是|改为|更正为|实为|误[报填写]|[漏少多][报填]|有误|不包?含|暂估|估算")
_NOT_AS_IT_STANDS = re.compile(
    r"(?:以上|表[内中]|[本此]表|部分|数据)[^,，。;；]{0,8}(?:预[计估]|估[计算]|推算|匡算|暂[估定]|沿用)|沿用上|数据?不(?:完?全|完整)|"
    r"(?:乡|镇|街道|部分\w{0,6})(?:尚?未[上填]?报|缺报|漏报)|"
    r"与(?:实际|事实|台账|系统)(?:情况|数据)?(?:不符|不一致|有出入|有差异|有误差)|数(?:据|字)?[^,，。;；]{0,4}(?<![如若])(?:有误|有错|不准|不实)|"
    r"未(?:经)?(?:审核|核实|核对|核准)(?![^。;；]{0,8}(?:不得|不能|不予))|(?:待|尚需|还需)(?:进一步)?(?:核实|核对|核准|更正|完善)|以(?:明细|分项|分表|系统|后报|下月|更正)[^,，。;；]{0,6}为准|"
    r"(?<![不未])含[^,，。;；]{0,8}(?:规划|在建|拟建|筹建|未建成|未投[入用]|未运营|停业|停用|关停|注销)|括号[内中里][^,，。;；]{0,4}[为是系]|"
    r"(?:以上|表[内中]|[本此]表|数据?|数字)(?:各?数|数据|数字)?均?[为是系][^,，。;；]{0,6}(?:上年|去年|同期|上月|上期|累计)"
)
"""All of a table in one sentence: 以上均为预计数, 沿用上月, 马庄桥镇未报, 合计有误以明细为准, 含在建2处, 以上为上年同期数."""


@lru_cache(maxsize=8192)
def _tells_another(words: str) -> bool:
    """Whether a sentence says of figures that they are not as they stand, or not whole."""
    if _CORRECTED.search(words) and re.search(r"\d", words):
        return True
    return _NOT_AS_IT_STANDS.search(words) is not None


def correcting(found: Recognised) -> tuple[int, int] | None:
    """Where the first sentence beside the tables stands that says a figure should be another; None where none does."""
    grid, inside = found.grid, [(anchor.top, anchor.end_row) for anchor in found.anchors]
    printed = {plain(note) for note in found.layout.notes_zh}
    for row in grid.row_numbers:
        if not inside or any(top <= row < end for top, end in inside):
            continue
        for column, text in grid.rows[row].items():
            words = plain(text)
            if words in printed or not _tells_another(words):
                continue
            is_entry = any(_KEY_OF[match[1]] == "correction" for match in _ENTRY.finditer(words))
            # The entry 更正说明 has its words beside it.
            before = plain(grid.rows[row].get(column - 1, ""))
            if not is_entry and _KEY_OF.get(before.rstrip(":")) != "correction":
                return row, column
    return None


def told_on_paper(found: Recognised) -> list[str]:
    """What header and footer of the printed page say of figures: that they should be others, or of another day."""
    texts = found.grid.sheet.printed
    return [text for text in texts if _tells_another(plain(text)) or _as_of(unicodedata.normalize("NFKC", text))]


_DISOWNED = re.compile(r"(?<![原前旧])(?:作废|废表)|测试|演练|示例|样例|试填|草稿|初稿|征求意见稿|样表|空表")
_OF_OTHER_FIGURES = re.compile(
    r"预[计估测]|估算|计划(?!完成|执行)|目标(?!任务|完成)|任务(?!完成|进展)|同比|环比|增量|新增|增减|减少|去年|上年|同期|"
    r"(?<![\d〇零一二三四五六七八九])年报|[季周旬]报|日报表|规划(?!期)|在建|拟建|上[月季]|不含|"
    r"\((?:农村|城镇|城区|民办|公办|男性?|女性?|部分[^()]*)\)"
)
"""In a title, what makes other figures of those of the month: a plan, a growth, a quarter."""
_OF_ANOTHER = re.compile(r"(?:原|前|上|旧|已报|之前|此前|以前)[^,，。;；]*作废")
"""“原表作废，以本表为准” is said of another form."""
_LONGEST_REMARK = 14
"""Longer texts beside a table speak of other things: “平台测试期间的工单不计”."""


def disowning(found: Recognised) -> tuple[str, tuple[int, int] | None] | None:
    """The words with which a form says of itself that it is void or a trial, in its title, beside its tables, in a text
    box, in header or footer of the page or in the name of its sheet, and the cell; None where it says nothing like it."""
    grid, inside = found.grid, [(anchor.top, anchor.end_row) for anchor in found.anchors]
    beside = [
        (text, (row, column))
        for row in grid.row_numbers
        if not any(top <= row < end for top, end in inside)
        for column, text in grid.rows[row].items()
        if len(text) <= _LONGEST_REMARK or (row, column) == found.title_at
    ]
    drawn = [
        (text, None)
        for text in (*grid.sheet.drawn, *grid.sheet.printed, grid.sheet.name)
        if len(text) <= _LONGEST_REMARK
    ]
    for text, place in (*beside, *drawn):
        if (said := _DISOWNED.search(text)) and not _OF_ANOTHER.search(text):
            return said[0], place
    top = min((top for top, _ in inside), default=0)
    for row in grid.row_numbers:
        for column, text in grid.rows[row].items() if row < top else ():
            is_title = (row, column) == found.title_at or ("表" in text and not _entries(text)[2])
            if is_title and (said := _OF_OTHER_FIGURES.search(plain(text))):
                return said[0], (row, column)
    return None
