"""Proof of the programme register and the timeline: each entry stands in its document and uses known codes."""

import calendar
import re
from collections.abc import Collection
from datetime import date

from etl.documents.problems import Problem
from etl.documents.records import Declared, Event, Programme, Source
from etl.documents.text import Finder

STATUSES = ("in_force", "planned", "encouraged", "done")
PRECISIONS = ("day", "month", "year", "period")
# A sentence that sets a date ahead or a state to be reached tells a target, not what is in force.
_AHEAD = re.compile(r"到20\d\d年|^打造|^实现[^，。]*覆盖”$")
_POINT = {"year": r"\d{4}", "month": r"\d{4}-\d{2}", "day": r"\d{4}-\d{2}-\d{2}"}


def programme_problems(
    register: Declared[Programme],
    source: Source,
    finder: Finder,
    *,
    kinds: Collection[str],
    figure_ids: Collection[str],
    areas: Collection[str] | None,
) -> list[Problem]:
    """Everything wrong with one document's programme register."""
    problems: list[Problem] = []
    ids: set[str] = set()
    names: dict[str, str] = {}
    for place, row in register.rows:
        problems += _id_problems(place, row.id, source, "p", ids)
        problems += _known(place, "area_id", row.area_id, areas)
        problems += _known(place, "kind", row.kind, kinds)
        problems += _known(place, "status", row.status, STATUSES)
        problems += [fault for figure in row.figures for fault in _known(place, "figures", figure, figure_ids)]
        for field, quote in (("quote", row.quote), *(("also_at", quote) for quote in row.also_at)):
            problems += _quote_problems(place, field, quote, finder)
        if row.status in ("in_force", "done") and _AHEAD.search(row.quote):
            fact = f"记为{row.status}，原句“{row.quote}”说的却是目标"
            problems.append(Problem(place, fact, "请改为planned，或换上写明已经实施的原句"))
        if row.year is not None and not 1949 <= row.year <= 2100:
            problems.append(Problem(place, f"年份{row.year}不可能", "请照原文改正；原文没印年份就不写year"))
        if row.name_zh in names:
            fact = f"与{names[row.name_zh]}重复登记“{row.name_zh}”"
            problems.append(Problem(place, fact, "请只留一条，重复出现的原句写进also_at"))
        names.setdefault(row.name_zh, row.id)
    return problems


def event_problems(
    timeline: Declared[Event], source: Source, finder: Finder, *, areas: Collection[str] | None
) -> list[Problem]:
    """Everything wrong with one document's timeline."""
    problems: list[Problem] = []
    ids: set[str] = set()
    for place, row in timeline.rows:
        problems += _id_problems(place, row.id, source, "t", ids)
        problems += _known(place, "area_id", row.area_id, areas)
        problems += _known(place, "precision", row.precision, PRECISIONS)
        problems += _quote_problems(place, "quote", row.quote, finder)
        try:
            event_days(row)
        except ValueError as error:
            problems.append(Problem(place, f"日期on“{row.on}”与精度{row.precision}不合", str(error)))
    return problems


def event_days(event: Event) -> tuple[date, date | None]:
    """First and last day of the event; the last is None where a period has no printed end.

    Raises:
        ValueError: `on` is not written as its precision demands; says how to write it.
    """
    start, stroke, end = event.on.partition("/")
    if (event.precision == "period") != bool(stroke):
        raise ValueError("period请写成“2019/2035”，其余精度只写一个日期")
    forms = list(_POINT.values()) if stroke else [_POINT.get(event.precision, "")]
    if not any(re.fullmatch(form, start) for form in forms):
        raise ValueError("请按精度写成“2014”“2014-10”或“2014-10-01”")
    if stroke and end and not any(re.fullmatch(form, end) for form in forms):
        raise ValueError("期间的止请写成“2014”“2014-10”或“2014-10-01”，没有印出就空着")
    first, last = _days(start)[0], _days(end)[1] if end else None if stroke else _days(start)[1]
    if last and last < first:
        raise ValueError("止日早于起日，请核对原文")
    return first, last


def _days(point: str) -> tuple[date, date]:
    """First and last day of a year, month or day; ValueError for a day the calendar does not have."""
    parts = [int(part) for part in point.split("-")]
    try:
        first = date(*(parts + [1, 1])[:3])
        month = first.month if len(parts) > 1 else 12
        last_day = parts[2] if len(parts) == 3 else calendar.monthrange(first.year, month)[1]
        return first, date(first.year, month, last_day)
    except ValueError:
        raise ValueError("日历上没有这一天，请核对") from None


def _id_problems(place: str, row_id: str, source: Source, letter: str, ids: set[str]) -> list[Problem]:
    problems = []
    if not re.fullmatch(rf"{re.escape(source.source_id)}:{letter}\d{{2,3}}", row_id):
        problems.append(Problem(place, f"编号“{row_id}”不合格式", f"请写成“{source.source_id}:{letter}01”的样子"))
    if row_id in ids:
        problems.append(Problem(place, f"编号“{row_id}”用了两次", "请另编一个号"))
    ids.add(row_id)
    return problems


def _known(place: str, field: str, value: str, known: Collection[str] | None) -> list[Problem]:
    if known is None or value in known:
        return []
    return [Problem(place, f"{field}“{value}”没有登记", "请改为已登记的代码或编号")]


def _quote_problems(place: str, field: str, quote: str, finder: Finder) -> list[Problem]:
    if finder.find(quote):
        return []
    remedy = "请照原文逐字改正；原文若在句中换行，请把断处列入sources.toml的broken_lines"
    return [Problem(place, f"{field}“{quote}”不在原文的任何一段中", remedy)]
