"""Whose a form is and for which month: the line above the table and the title, which must not contradict each other."""

import calendar
import datetime as dt
import re

from etl.months.findings import Finding
from etl.months.model import Context
from etl.months.names import Place
from etl.months.periods import Period, PeriodError, month_zh, parse_day, parse_period
from etl.months.read.extract import RawForm
from etl.months.read.labels import plain
from etl.months.read.layouts import Layout
from warehouse.month import add_months


def unit_of(raw: RawForm, layout: Layout, context: Context, findings: list[Finding]) -> Place | None:
    """The unit named above the table, else in the title; both must agree, and one may say which the other means."""

    def say(cell: str, fact: str) -> None:
        findings.append(Finding(rule="E12", sheet=raw.sheet, cell=cell, words={"fact": fact}))

    named, cell, *_ = raw.meta.get("unit", ["", ""])
    in_title = _name_in_title(raw.title, layout)
    places = context.book.units_named(named) if named else []
    titled = context.book.units_named(in_title) if in_title else []
    if len(places) > 1:
        # Two cities may have units of one name; the other wording may say which.
        places = [place for place in places if place in titled] or places
    if len(places) == 1:
        if titled and places[0] not in titled:
            say(cell, f"填报单位写“{named}”，表题写“{in_title}”，两处不是同一个单位")
            return None
        again, again_at, *_ = raw.meta.get("unit_again", ["", ""])
        if (others := context.book.units_named(again)) and places[0] not in others:
            say(again_at, f"填报单位{cell}写“{named}”，{again_at}又写“{again}”，两处不是同一个单位")
            return None
        if in_title and not titled and (part := context.book.part_of(places[0].area_id, in_title)):
            say(
                raw.title_cell, f"填报单位写“{named}”，表题写“{in_title}”，只是其中的一部分（{part}），分不清报的是哪些"
            )
            return None
        return places[0]
    if len(places) > 1:
        both = "、".join(context.book.full_name(place) for place in places)
        say(cell, f"填报单位“{named}”可以指{both}，分不清是哪一个")
    elif named:
        is_township = context.book.owners(_OF_A_TOWNSHIP.sub("", plain(named)))
        why = "是乡镇（街道），月报由县（区）汇总后报" if is_township else "不在报送单位名单里"
        say(cell, f"填报单位“{named}”{why}")
    elif len(titled) == 1:
        return titled[0]
    else:
        say(raw.title_cell, f"没有写填报单位，表题“{raw.title}”里也认不出单位" if raw.title else "没有写填报单位")
    return None


_OF_A_TOWNSHIP = re.compile(r"(?:民政[所办]|社会事务办|人民政府|政府|办事处|党政办)(?:公室)?$")


def _name_in_title(title: str, layout: Layout) -> str:
    cut = len(title)
    for words in layout.titles:
        if (at := title.find(words)) >= 0:
            cut = min(cut, at)
    name = re.split(r"\d", title[:cut], maxsplit=1)[0]
    return re.sub(r"^(?:附件|表)[^:]*:", "", name).strip("()（）:-")


def months_of(
    raw: RawForm, layout: Layout, findings: list[Finding]
) -> tuple[dt.date | None, dt.date | None, dt.date | None]:
    """Data month, title month and pay month; the data month is None when it is not known beyond doubt."""

    def say(cell: str, fact: str) -> None:
        findings.append(Finding(rule="E10", sheet=raw.sheet, cell=cell, words={"fact": fact}))

    years: list[int] = []

    def read(entry: list[str] | None, *, inside: bool = False) -> Period | None:
        if not entry or not entry[0]:
            return None
        try:
            kind = entry[2] if len(entry) > 2 else "text"
            return parse_period(entry[0], kind=kind, date_1904=raw.date_1904, inside=inside)
        except PeriodError as error:
            # A title of the year alone (2026年度) says less than the entry of its own; it must not say otherwise.
            if inside and error.year and raw.meta.get("data_period"):
                years.append(error.year)
            else:
                say(entry[1], str(error))
            return None

    stated = read(raw.meta.get("data_period"))
    if stated and (day := _stops_within_month(stated)):
        fact = f"“{stated.text}”只到{day.month}月{day.day}日，不是整月；请报到月末，写成“{month_zh(stated.month)}”"
        say(raw.meta["data_period"][1], fact)
        stated = None
    paid = read(raw.meta.get("pay_period"))
    titled = None
    if re.search(r"\d|[〇零一二]{3}", raw.title):
        titled = read([raw.title, raw.title_cell, "text"], inside=True)
    if raw.meta.get("data_period") and stated is None:
        return None, None, None
    title_month, pay_month = titled.month if titled else None, paid.month if paid else None
    by_title = add_months(title_month, -layout.title_month_offset) if title_month else None
    month = stated.month if stated else by_title
    if month is None:
        if not any(finding.rule == "E10" for finding in findings):
            say(raw.title_cell or "A1", "没有写数据所属的月份")
        return None, title_month, pay_month
    if stated and by_title and stated.month != by_title:
        offset = "（本表表题写发放月，比数据月晚一个月）" if layout.title_month_offset else ""
        say(
            raw.meta["data_period"][1],
            f"数据期写{month_zh(stated.month)}，表题写{month_zh(title_month)}{offset}，对不上"
            + _leaning(raw, stated.month, by_title),
        )
        return None, title_month, pay_month
    if stated and years and years[0] != month.year:
        say(raw.title_cell, f"数据期写{month_zh(month)}，表题写{years[0]}年，对不上")
        return None, title_month, pay_month
    if any(finding.rule == "E10" and finding.cell == raw.title_cell for finding in findings) and not titled:
        return None, None, pay_month
    if (again := raw.meta.get("data_period_again")) and not _may_be(again[0], month):
        first = raw.meta["data_period"]
        say(again[1], f"数据期{first[1]}写“{first[0]}”，{again[1]}又写“{again[0]}”，对不上")
        return None, title_month, pay_month
    for period in (stated, titled):
        if _check_kind(raw, layout, period, month, findings):
            break
    as_of = raw.meta.get("as_of")
    if as_of and (day := _day_within(as_of[0], month)):
        fact = f"{as_of[1]}说表里是到{day.month}月{day.day}日的数，不是整月"
        ask = "请核对是不是到月末的数；不是的请改为月末数重报"
        findings.append(Finding(rule="E11", sheet=raw.sheet, cell=as_of[1], words={"fact": fact, "ask": ask}))
    elif as_of and not any(_may_be(as_of[0], one) for one in (month, title_month, pay_month) if one):
        fact = f"{as_of[1]}说表里是“{as_of[0]}”的数，数据期是{month_zh(month)}"
        ask = "请核对是哪个月的数；句子没有改的请改过来"
        findings.append(Finding(rule="E11", sheet=raw.sheet, cell=as_of[1], words={"fact": fact, "ask": ask}))
    return month, title_month, pay_month


def _may_be(text: str, month: dt.date) -> bool:
    """Whether a wording, which may leave the year out, names this month, or nothing that could be read."""
    written = text if re.search(r"\d{4}|[二〇○零]{2}", text) else f"{month.year}年{text}"
    try:
        return parse_period(written).month == month
    except PeriodError:
        return True


def _day_within(text: str, month: dt.date) -> dt.date | None:
    """The day a wording, which may leave the year out, names, where it is one of the month's but not its last."""
    day = parse_day(text if re.match(r"20\d\d", text) else f"{month.year}年{text}")
    is_within = day and day.replace(day=1) == month and day.day != calendar.monthrange(day.year, day.month)[1]
    return day if is_within else None


def _stops_within_month(period: Period) -> dt.date | None:
    """The day a period written as 10月15日 ends on, where that is within its month; a bare date may stand for a month."""
    day = parse_day(period.text) if re.search(r"\d\s*[日号]\s*$", period.text) else None
    is_within = day and day.day not in (1, calendar.monthrange(day.year, day.month)[1])
    return day if is_within and day.replace(day=1) == period.month else None


def _leaning(raw: RawForm, *readings: dt.date) -> str:
    """Which of two readings the day of filling speaks for; empty where it speaks for neither."""
    written = raw.meta.get("filled_on")
    day = parse_day(written[0], date_1904=raw.date_1904) if written else None
    if day is None or add_months(day.replace(day=1), -1) not in readings:
        return ""
    likely = add_months(day.replace(day=1), -1)
    return f"；填报日期是{day.year}年{day.month}月{day.day}日，像是{month_zh(likely)}的，请核对后把两处改成一样"


def _check_kind(raw: RawForm, layout: Layout, period: Period | None, month: dt.date, findings: list[Finding]) -> bool:
    """1—7月 over a form of single months: the figures may be cumulative. Whether it was said."""
    is_said = bool(period and (period.is_ytd or (period.text == raw.title and "累计" in raw.title)))
    is_cumulative = is_said and layout.period_kind == "month" and month.month > 1
    if is_cumulative:
        fact = f"期间写“{plain(period.text)[-20:]}”是累计，本表应报{month_zh(month)}当月（或月末）的数"
        findings.append(Finding(rule="E2", sheet=raw.sheet, cell=raw.title_cell, words={"fact": fact}))
    return is_cumulative


def old_version(raw: RawForm, layout: Layout, month: dt.date, context: Context) -> Finding:
    right = [
        other.label_zh
        for other in context.layouts.values()
        if other.form_code == layout.form_code and other.valid_in(month)
    ]
    words = {"month": month_zh(month), "form": layout.label_zh, "right": "、".join(right) or "新版表样"}
    return Finding(rule="L8", sheet=raw.sheet, cell=raw.title_cell, words=words)
