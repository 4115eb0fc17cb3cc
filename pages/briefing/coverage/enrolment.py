"""Registered, active, served: the three are never shown one without the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import badge, esc, linked, long_text, num, source_line, table
from pages.ui.kit.months import REPORTS_ZH, indicators_of, moves_html, quality_badges, value_html
from pages.ui.kit.refs import links_of, ref
from pages.ui.kit.view import View
from warehouse.read.document import checks, documents
from warehouse.read.meta import catalog
from warehouse.read.month import months
from warehouse.read.place import areas
from warehouse.wording import months as month_words
from warehouse.wording.grammar.bases import against_all_zh, base_source_zh, base_zh
from warehouse.wording.grammar.dates import date_zh, month_zh, period_zh
from warehouse.wording.grammar.numbers import mark, percent, show_value
from warehouse.wording.grammar.sentences import check_line
from warehouse.wording.platform_months import not_given_zh

# The road from a name on a list to a service given; the two in the middle are the ones that are easily left out.
STEPS = ("enrolled_count", "active_person_count", "service_person_times_total")
MONTH_STEPS = ("enrolled_count", "active_person_count", "service_person_times")
FIGURE, PROFILE = "core.fct_document_figure", "mart.area_profile"
# Checks that stand on one population only; the others say the same whatever the reader chose.
ON_POPULATION = {"enrolled_2023_on_census": False, "enrolled_2023_on_projection": True, "enrolled_2024_on_projection": True}  # fmt: skip

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the road: its number as HTML, where and when it is from; `is_known` False prints a mark."""

    label_zh: str
    value_html: str
    when_zh: str
    source_zh: str
    is_known: bool
    note_html: str = ""


def show(view: View) -> None:
    """The steps of one city, with what does not fit about the registered number: from months where there are any."""
    view.once(_of_months if view.has_months else _of_documents).show("enrolment")


def _of_months(view: View) -> Drawing:
    month = view.ask(months.months)[-1]
    rate_code = view.on_base("enrolment_rate")
    indicators = indicators_of(view)
    found = view.ask(
        months.month_of_city,
        city_area_id=view.city,
        month=month,
        indicator_codes=(*MONTH_STEPS, rate_code, "active_rate"),
    ).frame.to_dicts()
    city = {row["indicator_code"]: row for row in found if row["area_id"] == view.city}
    steps = [_people(city.get(rate_code), indicators[rate_code], view)]
    steps += [_month_step(view, city.get(code), indicators[code]) for code in MONTH_STEPS]
    units = [row for row in found if row["area_id"] != view.city]
    return Drawing(
        claim_zh=_claim(city, rate_code),
        what_zh=f"智慧养老服务平台，{month_zh(month)}：从老年人口到登记、活跃、服务；活跃＝当月至少完成一次服务的老年人，去重",
        drawn_html=_cards(steps),
        twin_html=_table(steps) + _units_table(view, units, rate_code),
        foot_html=source_line(
            f"{REPORTS_ZH}；{base_source_zh(view.base)}",
            month_zh(month),
            view.release_id,
        ),
    )


def _claim(city: Mapping[str, Row], rate_code: str) -> str:
    enrolled, active, rate = (city.get(code) for code in ("enrolled_count", "active_person_count", rate_code))
    if not enrolled or enrolled["value"] is None:
        return f"{_not_whole_zh(enrolled)}登记数不合计；登记不是使用"
    told = f"登记{show_value(enrolled['value'], '人')}"
    if rate and rate["value"] is not None:
        told += f"，为老年人口的{percent(rate['value'])}"
    if not active or active["value"] is None:
        return f"{told}；{not_given_zh(active)}：登记不是使用"
    fewer = "只有" if active["value"] < enrolled["value"] else "有"
    return f"{told}；当月活跃的{fewer}{show_value(active['value'], '人')}：登记不是使用"


def _not_whole_zh(row: Row | None) -> str:
    """Why the city has no number: some units did not give theirs, or none did."""
    return "有单位没有可用的数，全市" if row is not None and row["reported_count"] else "各单位都没有报，全市"


def _people(rate: Row | None, indicator: Row, view: View) -> Step:
    """The people the rate stands on; without a rate, those of the census."""
    if rate is None or rate["denominator"] is None:
        return _census(view)
    base = f"{rate['area_id']}|{indicator['denominator']}|{rate['denominator_as_of_on'].isoformat()}"
    return Step(
        label_zh="60岁及以上常住人口",
        value_html=num(show_value(rate["denominator"], "人"), ref("core.fct_base", base)),
        when_zh=base_zh(rate, indicator).rpartition("（")[2].removesuffix("）"),
        source_zh="非官方" if view.is_projected else "第七次全国人口普查",
        is_known=True,
        note_html=f"登记数为它的{value_html(rate, indicator)}"
        + (f" {badge(said, 'watch')}" if (said := against_all_zh(rate, indicator, "疑为登记数")) else ""),
    )


def _month_step(view: View, row: Row | None, indicator: Row) -> Step:
    label = f"{indicator['label_zh']}（登记）" if indicator["indicator_code"] == STEPS[0] else indicator["label_zh"]
    if row is None or row["value"] is None:
        return Step(
            label_zh=label,
            value_html=num(mark(row["status_code"] if row else "missing"), None),
            when_zh="",
            source_zh=not_given_zh(row) if indicator["indicator_code"] == STEPS[1] else f"{_not_whole_zh(row)}不合计",
            is_known=False,
        )
    return Step(
        label_zh=label,
        value_html=value_html(row, indicator),
        when_zh=month_words.when_zh(row["month"], indicator["timing_code"]),
        source_zh=REPORTS_ZH,
        is_known=True,
        note_html=f"{moves_html(row, indicator, most=1)} {quality_badges(view, row['quality_code'])}".strip(),
    )


def _units_table(view: View, rows: Sequence[Row], rate_code: str) -> str:
    """The same of each unit: registered never without active."""
    indicators = indicators_of(view)
    codes = ("enrolled_count", rate_code, "active_person_count", "active_rate")
    of: dict[str, dict[str, Row]] = {}
    for row in rows:
        of.setdefault(row["area_zh"], {})[row["indicator_code"]] = row
    body = [[esc(name), *(value_html(own.get(code), indicators[code]) for code in codes)] for name, own in of.items()]
    return table(["单位", "登记（入网）", "入网率", "当月活跃", "活跃率"], body, caption="各单位登记与活跃")


def _of_documents(view: View) -> Drawing:
    printed = [_printed(view, code) for code in STEPS]
    steps = [_census(view, printed[0][1]), *(step for step, _ in printed)]
    latest = max(((day, step.when_zh) for step, day in printed if day), default=None)
    doubts = [
        row
        for row in view.ask(checks.cross_checks, area_id=view.city).frame.iter_rows(named=True)
        if row["check_id"].startswith(("enrolled", "service"))
        and ON_POPULATION.get(row["check_id"], view.is_projected) == view.is_projected
    ]
    known = any(step.is_known for step, _ in printed)
    lines = "".join(_doubt(row) for row in doubts)
    return Drawing(
        claim_zh="入网是登记，不是使用；活跃人数没有公布"
        if known
        else "平台登记了多少人、多少人在用，公开文件都没有印",
        what_zh="智慧养老服务平台：从老年人口到登记、活跃、服务；各数时点不同，不相除",
        drawn_html=_cards(steps) + (f'<ul class="plain doubts">{lines}</ul>' if lines else ""),
        twin_html=_table(steps) + (_doubts_table(doubts) if doubts else ""),
        foot_html=source_line(
            f"公开文件与{base_source_zh(view.base)}",
            latest[1] if latest else "未公布",
            view.release_id,
        ),
    )


def _census(view: View, on: date | None = None) -> Step:
    """The elders of the city: counted, or projected to the day of the registered number."""
    if view.is_projected and (row := view.ask(areas.projected, area_id=view.city, on=on)):
        return Step(
            label_zh="60岁及以上常住人口",
            value_html=num(show_value(row["value"], "人"), ref("core.fct_base", row["row_key"])),
            when_zh=f"{month_zh(row['as_of_on'])}推算",
            source_zh="非官方",
            is_known=True,
        )
    found = view.ask(areas.profiles, area_ids=(view.city,)).frame
    row = found.row(0, named=True) if found.height else None
    persons = row["aged_60_plus"] if row else None
    return Step(
        label_zh="60岁及以上常住人口",
        value_html=num(
            show_value(persons, "人") if persons is not None else mark("missing"),
            ref(PROFILE, view.city, "aged_60_plus") if row else None,
        ),
        when_zh=date_zh(row["as_of_on"]) if row else "",
        source_zh=row["source_title_zh"] if row else "没有普查数",
        is_known=persons is not None,
    )


def _printed(view: View, code: str) -> tuple[Step, date | None]:
    """The newest printed figure of an indicator with its day, or the fact that none is printed."""
    label = view.ask(catalog.indicators, indicator_code=code).frame["label_zh"][0]
    printed = view.ask(documents.figures, area_id=view.city, indicator_code=code, kind_code="actual").frame
    if printed.is_empty():
        missing = num(mark("missing"), None)
        return Step(label_zh=label, value_html=missing, when_zh="", source_zh="文件未公布", is_known=False), None
    row = printed.sort("period_end_on").row(-1, named=True)
    step = Step(
        label_zh=f"{label}（登记）" if code == STEPS[0] else label,
        value_html=num(row["value_as_written"], ref(FIGURE, row["figure_id"])),
        when_zh=period_zh(row["period_start_on"], row["period_end_on"]),
        source_zh=row["source_title_zh"],
        is_known=True,
    )
    return step, row["period_end_on"]


def _cards(steps: Sequence[Step]) -> str:
    cells = "".join(
        f'<div class="card"><div class="name">{esc(step.label_zh)}</div>'
        f'<div class="value{"" if step.is_known else " mark"}">{step.value_html}</div>'
        + (f'<div class="line">{step.note_html}</div>' if step.note_html else "")
        + f'<div class="line soft">{esc(" · ".join(part for part in (step.when_zh, step.source_zh) if part))}</div></div>'
        for step in steps
    )
    return f'<div class="cards four">{cells}</div>'


def _doubt(row: Row) -> str:
    said = check_line(row)
    return f"<li>{badge(_doubt_zh(row), 'watch')} {linked(said.text, links_of(said))}</li>"


def _doubt_zh(row: Row) -> str:
    return row["badge_zh"] or row["verdict_label_zh"]


def _doubts_table(doubts: Sequence[Row]) -> str:
    """What does not fit about the numbers: the result of each check, and the whole of what is said of it."""
    body = []
    for row in doubts:
        said = check_line(row)
        results = " ".join(num(wording, receipt) for wording, receipt in links_of(said))
        body.append([esc(row["title_zh"]), results, esc(_doubt_zh(row)), long_text(said.text)])
    return table(["核对", "结果", "结论", "说明"], body, text_columns=(2, 3), caption="登记数的核对")


def _table(steps: Sequence[Step]) -> str:
    """The steps, with what stands under their numbers where anything does."""
    has_notes = any(step.note_html for step in steps)
    rows = [
        [
            esc(step.label_zh),
            step.value_html,
            *([step.note_html] if has_notes else []),
            esc(step.when_zh),
            esc(step.source_zh),
        ]
        for step in steps
    ]
    head = ["环节", "数", *(["对照"] if has_notes else []), "时点", "来源"]
    return table(head, rows, text_columns=range(2, len(head)), caption="登记、活跃、服务")
