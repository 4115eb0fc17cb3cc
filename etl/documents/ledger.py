"""Proof of the ledger: each figure stands in its document as quoted and says what is stored of it."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal

from etl.documents.problems import Problem
from etl.documents.records import Declared, Figure, Source
from etl.documents.text import Finder, Span
from etl.quantity import QuantityError, hedge_beside, parse_quantity

QUALIFIERS = ("exact", "about", "over", "under", "at_least", "at_most", "contradictory")
KINDS = ("actual", "target", "standard", "plan")
_SINCE = re.compile("起|以来")
_SPAN = "(?:—+|–|-|~|～|至|到)"
_YEAR = re.compile(rf"(?<!\d)((?:19|20)\d{{2}})\s*(?=年|{_SPAN}\s*(?:19|20)\d{{2}}\s*年)")
_CLAUSE = re.compile("[，；：。]")
_TO_BE = re.compile(
    r"目标(?!人群)|计划|力争|预计|拟|争取|任务|没有|未(?:能|完成|达|建)|尚未|缺口|应建|将(?:建成|达|新增|完成|培训|实现)|"
    r"要(?:建成|达到|完成|实现)|确保(?:建|完|达|实)|需要?(?:建|床位|新增)|(?<![截止])到20\d\d年(?!\d)|年底以?前"
)
_BY_A_YEAR = re.compile(r"(?<![截止])到20\d\d年[底末]?$")
_IS = re.compile("已经?(?:建成|完成|达到|实现|发放|培训|建立)|共发放|超额完成")
_ANY_UNIT = re.compile(
    "个百分点|平方公里|平方米|公里|分钟|小时|户次|人次|人|名|户|个|家|所|处|座|张|支|元|%|‰|倍|成|辆|件|次|项|亩|岁|天|场|吨"
)
_LONGER_UNIT = re.compile("[人户张件]次|元/")
_ENDS_INSIDE = re.compile(r"[0-9][.,]?$|百分之$|[几数两一二三四五六七八九十百千万]$")
_BEGINS_BARE = re.compile("[0-9一二三四五六七八九十百千万]")
_ENDS_BARE = re.compile("[0-9一二三四五六七八九十百千]$")
_GOES_ON = re.compile(r"[.,]?[0-9]+|[十百千]?[万亿]|[十百千](?![十百千万亿])")
_EACH = re.compile(r"(?:每[^，。；：、0-9]{1,8}?|[人户日月年]均)[^，。；：、0-9每均]{0,10}$")
_WIDER = re.compile("全[国省]|我[国省]")
_CHANGED = re.compile(r"[^，。；]{0,2}(?:增|减|降|升|提|扩|发展|压缩)[^，。；]{0,4}[到至为]")
_NOT_THERE = re.compile(
    r"规划(?=建|床|设置|新增|布局|为?[0-9])|拟建|筹建|在建|待建|未建成|未投[入用]|未运营|闲置|空置|停业|停用|停运|停办|关停|关闭|撤销|撤并|拆除|取缔|注销|取消"
)
"""What a clause counts that is not at work; a row that counts it says so in its name."""
_PART = re.compile("[、及和与（(]")
_NAMED_A_PLAN = re.compile("规划(?!期|纲要|内)|(?:拟建|筹建|待建)(?!投入|资金|补助|经费)|预计|力争|应建|缺口")
_OF_THE_UNIT = (
    r"(?:全[县区])?(?:民政局)?(?:20\d\d年[底末]?|今年|去年|目前|现|已|共|累计|新|建|完成|投入|培训|发放|实现|[拥设]?有|达|改造|"
    r"养老|高龄|农村|乡镇|敬老院|幸福院|床位|护理|\d\d岁|[65八六]十岁|老年)"
)
"""What follows the name of a unit of which something is told; 濮阳县光明医院 and 濮阳县代表队 tell of others."""
AROUND = 20
"""Signs before and behind a wording that are looked at."""
_FOUND_ONCE = "请改成原文里只出现一次的完整句子"


def figure_problems(
    ledger: Declared[Figure],
    source: Source,
    finder: Finder,
    *,
    areas: Collection[str] | None,
    indicators: Collection[str] | None,
    names: Mapping[str, Collection[str]] | None = None,
) -> list[Problem]:
    """Everything wrong with one document's ledger; areas and indicators are not checked when None.

    Args:
        names: what the units of the cities are called, by their codes.
    """
    problems: list[Problem] = []
    spans: dict[str, Span] = {}
    for number, (place, figure) in enumerate(ledger.rows, start=1):
        expected = f"{source.source_id}:{number:03d}"
        if figure.id != expected:
            problems.append(Problem(place, f"编号“{figure.id}”不合次序", f"请改为“{expected}”，编号按在原文出现的次序"))
        problems += _code_problems(place, figure, areas, indicators)
        problems += _wording_problems(place, figure)
        problems += _period_problems(place, figure)
        problems += _kind_problems(place, figure)
        problems += _unit_problems(place, figure, names or {})
        span, faults = _locate(place, figure, finder)
        problems += faults
        if span and figure.id not in spans:
            spans[figure.id] = span
    return problems + _order_problems(ledger, spans) + _double_problems(ledger, spans, finder)


def wording_span(figure: Figure, finder: Finder) -> Span | None:
    """Where the figure's wording stands in the document; None when its quote or wording is not found once."""
    quotes = finder.find(figure.quote)
    inside = finder.find(figure.as_written, within=quotes[0]) if len(quotes) == 1 else []
    return inside[0] if len(inside) == 1 else None


def repeated_spans(figure: Figure, finder: Finder) -> list[Span]:
    """Where the figure's number stands in the sentences that repeat it, in other words perhaps (≥1所, 至少建有1所)."""
    spans = []
    for quote in figure.also_at:
        for whole in finder.find(quote)[:1]:
            found = finder.find(figure.as_written, within=whole) or finder.find(_core(figure), within=whole)
            spans += found[:1]
    return spans


def _core(figure: Figure) -> str:
    """The number of the wording without hedge and unit."""
    return re.search(r"[0-9.]+|$", figure.as_written)[0] or figure.as_written


def _code_problems(
    place: str, figure: Figure, areas: Collection[str] | None, indicators: Collection[str] | None
) -> list[Problem]:
    checks = (
        ("area_id", "区域", figure.area_id, areas),
        ("indicator", "指标", figure.indicator, None if indicators is None else {*indicators, ""}),
        ("qualifier", "约数类别", figure.qualifier, QUALIFIERS),
        ("kind", "性质", figure.kind, KINDS),
    )
    problems = [
        Problem(place, f"{label}“{value}”（字段{field}）不在目录中", "请改为目录中的代码，或先在目录中登记")
        for field, label, value, known in checks
        if known is not None and value not in known
    ]
    for field in ("name_zh", "as_written", "quote"):
        if not getattr(figure, field):
            problems.append(Problem(place, f"字段“{field}”是空的", "请照原文填写"))
    return problems


def _wording_problems(place: str, figure: Figure) -> list[Problem]:
    """Differences between what the wording says and what is stored."""
    try:
        read = parse_quantity(figure.as_written)
    except QuantityError as error:
        return [Problem(place, f"原文写法读不出数：{error}", "请按原文写全as_written，含约数词和单位")]
    unit = read.unit_zh or figure.unit_zh
    stored = (
        ("value", figure.value, read.value),
        ("low", figure.low, read.low),
        ("high", figure.high, read.high),
        ("qualifier", figure.qualifier, read.qualifier),
        ("unit_zh", figure.unit_zh, unit),
    )
    return [
        Problem(
            place,
            f"原文写法“{figure.as_written}”的{field}应为{_shown(wanted)}，账上是{_shown(kept)}",
            "请核对原文后改正其中之一",
        )
        for field, kept, wanted in stored
        if kept != wanted
    ]


def _shown(value: object) -> str:
    if value is None:
        return "不写"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else f"“{value}”"


def _period_problems(place: str, figure: Figure) -> list[Problem]:
    """A period that runs backwards, an end without a start, a period of other years than its sentence prints."""
    start, end = figure.period_start, figure.period_end
    if end and not start:
        return [Problem(place, "有period_end而没有period_start", "时点请两个都写同一天，没有期间请都不写")]
    if start and end and end < start:
        return [Problem(place, f"期间止{end}早于期间起{start}", "请核对原文后改正")]
    printed = {int(year) for year in _YEAR.findall(figure.quote)}
    at = figure.quote.find(figure.as_written)
    nearest = [int(year) for year in _YEAR.findall(figure.quote[: max(at, 0)])][-1:]
    own = {start.year if start else None}
    # 从2014年10月起 prints the start of its period only.
    if end and not _SINCE.search(figure.quote):
        own.add(end.year)
    if nearest and start and end and not start.year <= nearest[0] <= end.year and len(printed) > 1:
        fact = f"原句里离“{figure.as_written}”最近的是{nearest[0]}年，期间却是{start}至{end}"
        return [Problem(place, fact, "请把period_start、period_end改为这个数所指的期间")]
    if printed and not own <= printed:
        years = "、".join(str(year) for year in sorted(printed))
        fact = f"原句写的是{years}年，期间却是{start or '不写'}至{end or '不写'}"
        return [Problem(place, fact, "请把period_start、period_end改为原句所指期间")]
    return []


def _kind_problems(place: str, figure: Figure) -> list[Problem]:
    """A figure that its clause says is to be, or is not, kept as what is; and the other way round."""
    at = figure.quote.find(figure.as_written)
    if at < 0:
        return []
    *earlier, clause = _CLAUSE.split(figure.quote[:at])
    clause += _CLAUSE.split(figure.quote[at:])[0]
    if earlier and _BY_A_YEAR.search(earlier[-1]):
        clause = earlier[-1] + clause
    to_be, is_done = _TO_BE.search(clause), _IS.search(clause)
    if figure.kind == "actual" and (named := _NAMED_A_PLAN.search(figure.name_zh)):
        return [Problem(place, f"名称写的是“{named[0]}”，性质却是actual（实有）", "请改正kind或name_zh")]
    if figure.kind == "actual" and to_be and not is_done:
        return [Problem(place, f"原句写的是“{to_be[0]}”，性质却是actual（实有）", "请改正kind，或把quote写全")]
    if figure.kind in ("target", "plan") and is_done and not to_be:
        return [Problem(place, f"原句写的是“{is_done[0]}”，性质却是{figure.kind}", "请改正kind，或把quote写全")]
    return []


def _unit_problems(place: str, figure: Figure, names: Mapping[str, Collection[str]]) -> list[Problem]:
    """A figure of one unit, by the words before it in its clause, that is kept as another place's."""
    at = figure.quote.find(figure.as_written)
    if at < 0 or figure.kind != "actual":
        return []
    before = _CLAUSE.split(figure.quote[:at])[-1]
    named = {
        code: said
        for code, called in names.items()
        for said in sorted(called, key=len)
        if re.search(rf"(?:(?<![\u4e00-\u9fff])|(?<=[年底月日中在市省，])){re.escape(said)}{_OF_THE_UNIT}", before)
    }
    if len(named) != 1 or figure.area_id in named or any(said in figure.name_zh for said in named.values()):
        return []
    ((code, said),) = named.items()
    return [Problem(place, f"原句这里说的是{said}，area_id却是“{figure.area_id}”", f"请改为“{code}”，或在name_zh写明")]


def _locate(place: str, figure: Figure, finder: Finder) -> tuple[Span | None, list[Problem]]:
    """Where the wording stands, with every fault of quote and repeats."""
    problems = []
    for field, quotes in (("quote", (figure.quote,)), ("also_at", figure.also_at)):
        for quote in quotes:
            count = len(finder.find(quote))
            if count == 0:
                fact = f"{field}“{quote}”不在原文的任何一段中"
                remedy = "请照原文逐字改正；原文若在句中换行，请把断处列入sources.toml的broken_lines"
                problems.append(Problem(place, fact, remedy))
            elif count > 1:
                problems.append(Problem(place, f"{field}“{quote}”在原文出现{count}次，不知指哪一处", _FOUND_ONCE))
    for quote in figure.also_at:
        for whole in finder.find(quote)[:1]:
            if not finder.find(_core(figure), within=whole):
                fact = f"also_at“{quote}”里没有“{_core(figure)}”"
                problems.append(Problem(place, fact, "请删去，或改为真正重复这个数的句子"))
    if problems:
        return None, problems
    span = wording_span(figure, finder)
    if not span:
        fact = f"“{figure.as_written}”在原句中不是正好出现一次"
        return None, [Problem(place, fact, "请把quote缩短到只含这一处，或照原句改正as_written")]
    before, behind = finder.around(span, AROUND)
    fault = _cut_off(figure, before, behind) or _of_what(figure, before, behind)
    return span, [Problem(place, *fault)] if fault else []


def _cut_off(figure: Figure, before: str, behind: str) -> tuple[str, str] | None:
    """What of the printed quantity stands beside the wording and was left out of it, and the remedy."""
    wording = figure.as_written
    whole = "请把整个数写进as_written，并改正value、low、high、unit_zh"
    if hedge := hedge_beside(before[-8:], behind[:8]):
        fact = f"原文在“{wording}”旁还有“{hedge}”，约数词丢了"
        return fact, "请把它写进as_written，并改正value、low、high、qualifier"
    if re.match(rf"{_SPAN}\s*[0-9]", behind) or re.search(rf"[0-9][万千百]?[个家张人所处座名%]?\s*{_SPAN}$", before):
        fact = f"“{wording}”只是原文里一个区间的一头"
        return fact, "请把整个区间写进as_written，并改正value、low、high"
    if _ENDS_INSIDE.search(before) and _BEGINS_BARE.match(wording):
        return f"“{wording}”只是原文里一个数的后半截", whole
    if _ENDS_BARE.search(wording) and (more := _GOES_ON.match(behind)):
        return f"原文写的是“{wording}{more[0]}”，“{wording}”只是一个数的前半截", whole
    longer = _LONGER_UNIT.match(wording[-1] + behind)
    has_unit = _ANY_UNIT.search(wording)
    if longer or (not has_unit and (printed := _ANY_UNIT.match(behind)) and printed[0] != figure.unit_zh):
        rest = longer[0][1:] if longer else printed[0]
        fact = f"原文写的是“{wording}{rest}”，单位却是“{figure.unit_zh}”"
        return fact, "请把单位写进as_written，并改正value、unit_zh"
    return None


def _of_what(figure: Figure, before: str, behind: str) -> tuple[str, str] | None:
    """What the clause says a quantity is of that the row does not: of each, of all the country, before a change."""
    clause = _CLAUSE.split(before)[-1]
    if before.endswith("第"):
        return f"原文写的是“第{figure.as_written}”，是次序，不是数量", "请删去这一条，在exclusions.toml写明理由"
    base = _EACH.search(clause)
    if base and "/" not in figure.unit_zh and not re.search("[每均]", figure.name_zh):
        fact = f"原文写的是“{base[0]}{figure.as_written}”，单位却是“{figure.unit_zh}”"
        return fact, "请把它写进as_written和unit_zh（如每人每月50元），或在name_zh写明"
    wider = _WIDER.search(clause)
    if wider and wider[0] not in figure.name_zh and figure.kind == "actual":
        return f"原句说的是{wider[0]}的数", "请改正area_id，或在name_zh写明"
    own = _PART.split(clause)[-1] + figure.as_written + _PART.split(_CLAUSE.split(behind)[0])[0]
    gone = _NOT_THERE.search(own)
    if gone and figure.kind == "actual" and not _NOT_THERE.search(figure.name_zh):
        return f"原句说的是“{gone[0]}”的", "请在name_zh写明，或改正kind"
    if re.search("[由从]$", before) and _CHANGED.match(behind) and not re.search("原|前|起", figure.name_zh):
        return f"“{figure.as_written}”在原句里是变动以前的数", "请改用变动后的数，或在name_zh、期间写明是以前的"
    return None


def _order_problems(ledger: Declared[Figure], spans: dict[str, Span]) -> list[Problem]:
    """Rows that stand before a row whose figure comes earlier in the document."""
    problems, last = [], (0, 0)
    for place, figure in ledger.rows:
        if span := spans.get(figure.id):
            here = (span.paragraph_no, span.start)
            if here < last:
                problems.append(Problem(place, "在原文中出现得比上一条早", "请按在原文出现的次序排列并重新编号"))
            last = max(last, here)
    return problems


def _double_problems(ledger: Declared[Figure], spans: dict[str, Span], finder: Finder) -> list[Problem]:
    """Rows for a figure that another row has: the same place, a repeat of it, or the same name and wording."""
    problems = []
    seen: list[tuple[Figure, Span | None, list[Span]]] = []
    for place, figure in ledger.rows:
        span = spans.get(figure.id)
        for other, its_span, repeats in seen:
            same_words = (figure.name_zh, figure.as_written) == (other.name_zh, other.as_written)
            same_place = span is not None and (span == its_span or span in repeats)
            if figure.id == other.id or same_words or same_place:
                fact = f"与{other.id}重复登记同一个数（“{figure.as_written}”）"
                problems.append(Problem(place, fact, "请只留一条，重复出现的原句写进also_at"))
                break
        seen.append((figure, span, repeated_spans(figure, finder)))
    return problems
