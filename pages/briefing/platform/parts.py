"""The parts of the page 平台与培训: who uses it, how far orders get, who answers; trainings, persons, certificates."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pages.ui.kit.block import block
from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import badge, esc, long_text, num, source_line, table
from pages.ui.kit.months import REPORTS_ZH, indicators_of, moves_html, no_months, quality_badges, value_html
from pages.ui.kit.opening import opening
from pages.ui.kit.refs import links_of, ref
from pages.ui.kit.view import View
from warehouse.read.document import documents
from warehouse.read.month import months, platform, trend
from warehouse.read.month.platform import Stage
from warehouse.read.receipt import derived
from warehouse.wording import months as month_words
from warehouse.wording import platform_months as words
from warehouse.wording.grammar.alike import by_value, together
from warehouse.wording.grammar.bases import against_all_zh, base_source_zh, base_zh
from warehouse.wording.grammar.cited import Cited
from warehouse.wording.grammar.dates import month_zh, period_zh
from warehouse.wording.grammar.numbers import compact, mark, percent, plain

Row = Mapping[str, Any]
COHORTS = 12


def without_months(view: View) -> None:
    """What documents print of platform and training, and what they leave out."""
    codes = ("enrolled_count", "service_person_times_total", "smart_platform_count", *platform.TRAINING)
    found = [row for code in codes for row in view.ask(documents.figures, area_id=view.city, indicator_code=code, kind_code="actual").frame.to_dicts()]  # fmt: skip
    newest = [row for row in found if row["indicator_code"] == "enrolled_count"]
    if newest:
        last = max(newest, key=lambda row: row["period_end_on"])
        said = f"{view.city_name_zh}平台登记{last['value_as_written']}（{period_zh(last['period_start_on'], last['period_end_on'])}），{words.NOT_GIVEN_ZH}；工单与满意率还没有月报。"
        links = [(last["value_as_written"], ref("core.fct_document_figure", last["figure_id"]))]
    else:
        said, links = f"{view.city_name_zh}没有公布平台登记数，{words.NOT_GIVEN_ZH}；工单与满意率还没有月报。", []
    opening(
        "平台与培训", view.city_name_zh, said, links, deck_zh="登记不是使用，人次不是人，培训不是取证；各自分开列。"
    )
    if found:
        body = [
            [
                esc(row["indicator_label_zh"]),
                num(row["value_as_written"], ref("core.fct_document_figure", row["figure_id"])),
                esc(period_zh(row["period_start_on"], row["period_end_on"])),
                long_text(row["source_title_zh"]),
                badge(words.NOT_GIVEN_ZH, "watch") if row["indicator_code"] == "enrolled_count" else "",
            ]
            for row in found
        ]
        block(
            table(["指标", "公开文件数", "时点", "文件", ""], body, text_columns=(2, 3, 4), caption="公开文件数")
            + source_line("公开文件", "见各行", view.release_id),
            key="printed",
        )
    no_months(view, "工单漏斗、满意率与评价率、培训人次与人数、取证与进度。")


def head(view: View, month: date) -> None:
    """Kicker, finding and deck."""
    said = view.once(_finding, month)
    opening(
        "平台与培训",
        f"{view.city_name_zh} · {month_zh(month)}",
        said.text,
        links_of(said),
        deck_zh="登记不是使用，人次不是人，培训不是取证；满意率只在评过的单里算，旁边必有评价率。",
    )


def _finding(view: View, month: date) -> Cited:
    cohorts = _cohorts(view, month)
    newest = cohorts[0] if cohorts and cohorts[0]["month"] == month else None
    absent = view.ask(trend.absent_units, city_area_id=view.city, indicator_code="order_placed_count", month=month)
    return words.finding(view.city_name_zh, view.city, newest, absent)


def use(view: View, month: date) -> None:
    """Registered, active, served: side by side, never the first alone."""
    html = view.once(_use, month)
    if html:
        block(html, key="use")


def _use(view: View, month: date) -> str:
    indicators, rate = indicators_of(view), view.on_base("enrolment_rate")
    found = view.ask(
        months.month_of_city, city_area_id=view.city, month=month, indicator_codes=(*platform.USE, rate)
    ).frame.to_dicts()
    city = {row["indicator_code"]: row for row in found if row["area_id"] == view.city}
    if not city:
        return ""

    def value(code: str) -> float | None:
        return city[code]["value"] if code in city else None

    active = city.get("active_person_count")
    steps = [
        _step(city.get("enrolled_count"), indicators["enrolled_count"], "登记（入网）", _enrolment_note(city.get(rate), indicators[rate])),
        _step(active, indicators["active_person_count"], "当月活跃", _rate_note(city.get("active_rate"))) if active and active["value"] is not None
        else f'<div class="card"><div class="name">当月活跃</div><div class="value mark">{mark("missing")}</div><div class="line">{badge(words.not_given_zh(active), "watch")}</div></div>',
        _step(city.get("service_person_times"), indicators["service_person_times"], "当月服务人次", "人次不去重，一人可多次"),
    ]  # fmt: skip
    return (
        f'<div class="fig"><h2>{esc(words.use_claim(value("enrolled_count"), value("active_person_count"), value("active_rate"), words.not_given_zh(active)))}</h2>'
        f'<div class="what">{esc(month_zh(month))}；活跃＝当月至少完成一次服务的老年人，去重</div></div><div class="cards">{"".join(steps)}</div>'
        + source_line(f"{REPORTS_ZH}；{base_source_zh(view.base)}", month_zh(month), view.release_id)
    )


def _step(row: Row | None, indicator: Row, name: str, note: str) -> str:
    value = value_html(row, indicator)
    return (
        f'<div class="card"><div class="name">{esc(name)}</div><div class="value">{value}</div>'
        f'<div class="line">{moves_html(row, indicator)}</div><div class="line soft">{note}</div></div>'
    )


def _enrolment_note(row: Row | None, indicator: Row) -> str:
    if row is None or row["status_code"] == "not_applicable":
        return "没有可对照的老年人口"
    if row["value"] is None:
        return "全市登记数缺，不算占老年人口多少"
    opens = ref(month_words.MONTH, month_words.key_of(row))
    base = f"为{num(base_zh(row, indicator), opens, wrap=True)}的{num(percent(row['value']), opens)}"
    said = against_all_zh(row, indicator, "大于100%：疑为登记数，含外出、去世未销")
    return f"{base}，{esc(said)}" if said else base


def _rate_note(row: Row | None) -> str:
    if row is None or row["value"] is None:
        return ""
    return f"活跃率{num(percent(row['value']), ref(month_words.MONTH, month_words.key_of(row)))}（÷登记数）"


def funnel(view: View, month: date) -> None:
    """Six stages of the month's orders as bars from one line, and the twelve months as a table."""
    drawing = view.once(_funnel, month)
    if drawing is not None:
        drawing.show("funnel")


def _cohorts(view: View, month: date) -> list[Row]:
    """The orders of twelve months, the newest first: the stages of one row are of one cohort."""
    return view.ask(platform.funnel, area_id=view.city, last_month=month, count=COHORTS).frame.to_dicts()


def _funnel(view: View, month: date) -> Drawing | None:
    cohorts = _cohorts(view, month)
    row = next((one for one in cohorts if one["month"] == month), None)
    if row is None or row["order_placed_count"] is None:
        return None
    stages = view.ask(platform.stages)
    return Drawing(
        claim_zh=_funnel_claim(row, stages),
        what_zh=f"{month_zh(month)}的工单各环节，单；同一个月的单，每一环不多于前一环；百分数为占前一环的比例；各月见表",
        drawn_html=_funnel_bars(view, row, stages),
        foot_html=source_line(REPORTS_ZH, month_zh(month), view.release_id),
        twin_html=_stages_table(view, row, stages) + cohort_table(view, cohorts, stages),
    )


def _funnel_claim(row: Row, stages: Sequence[Stage]) -> str:
    # An order that was rated badly is not lost: the last stage is no loss.
    known = [(one, row[one.rate_code]) for one in stages[1:-1] if row[one.rate_code] is not None]
    if not row["is_falling"]:
        return "有一环多于前一环，这个月的工单数有矛盾，存疑待核"
    if not row["order_placed_count"]:
        return "这个月没有点单"
    if not known:
        return f"点单{plain(row['order_placed_count'])}单，其余环节缺"
    # By the share that got through, not by the number lost: a late stage has fewer to lose.
    narrow = by_value(known, lambda one: one[1], 0, lowest_first=True)[0]
    if narrow[0][1] >= 1:
        return f"{'' if len(known) == len(stages) - 2 else '有数的'}各环节都没有丢单"
    names = together(words.stage_zh(one.label_zh) for one, _ in narrow)
    return f"丢的比例最高的一环是{names}：前一环的{percent(narrow[0][1])}走到这里"


def _funnel_bars(view: View, row: Row, stages: Sequence[Stage]) -> str:
    top = row["order_placed_count"] or 1
    lines = "".join(_stage(view, row, one, top) for one in stages)
    return f'<div class="stages">{lines}</div>'


def _stage(view: View, row: Row, stage: Stage, top: float) -> str:
    value = row[stage.code]
    drawn = (
        f'<i class="done" style="width:{value / top * 100:.2f}%"></i>'
        if value is not None
        else '<i class="unknown" style="width:100%"></i>'
    )
    return (
        f'<div class="stage"><div class="who">{words.stage_zh(stage.label_zh)}</div><div class="bullet" aria-hidden="true">{drawn}</div>'
        f'<div class="val">{_count(view, row, stage.code)}</div><div class="rate">{_rate(view, row, stage.rate_code)}</div></div>'
    )


def _count(view: View, row: Row, code: str) -> str:
    """The orders of a stage as a number that opens its receipt, or 缺."""
    value = row[code]
    return num(mark("missing"), None) if value is None else num(f"{compact(value)}单", _opens(view, row, code))


def _rate(view: View, row: Row, rate_code: str) -> str:
    """The share of the stage before that came so far; nothing where there is none."""
    rate = row[rate_code] if rate_code else None
    return "" if rate is None else num(percent(rate), _opens(view, row, rate_code))


def _opens(view: View, row: Row, code: str) -> str:
    return ref("mart.indicator_month", f"{view.city}|{code}|total|{row['month'].isoformat()}")


def _stages_table(view: View, row: Row, stages: Sequence[Stage]) -> str:
    """The month drawn, a row a stage."""
    body = [
        [
            words.stage_zh(one.label_zh),
            _count(view, row, one.code),
            _rate(view, row, one.rate_code) or mark("not_applicable"),
        ]
        for one in stages
    ]
    return table(["环节", month_zh(row["month"]), "占前一环"], body, caption="这个月各环节")


def cohort_table(view: View, cohorts: Sequence[Row], stages: Sequence[Stage]) -> str:
    """Twelve months, a row a month: each stage and the two rates that are always read together."""
    body = []
    for row in cohorts:
        counts = [
            num(
                plain(row[one.code]) if row[one.code] is not None else mark("missing"),
                _opens(view, row, one.code) if row[one.code] is not None else None,
            )
            for one in stages
        ]
        rates = [_rate(view, row, code) or mark("not_applicable") for code in ("rating_rate", "satisfaction_rate")]
        doubt = "" if row["is_falling"] else badge("环节矛盾", "watch")
        body.append(
            [f"{esc(month_zh(row['month']))} {quality_badges(view, row['quality_code'])}{doubt}", *counts, *rates]
        )
    heads = ["月份", *(words.stage_zh(one.label_zh) for one in stages), "评价率", "满意率"]
    return table(heads, body, caption="各月工单（单）")


def satisfaction(view: View, month: date) -> None:
    """Satisfaction beside the rate of answers, unit by unit: a high one on few answers says little."""
    drawing = view.once(_satisfaction, month)
    if drawing is not None:
        drawing.show("satisfaction")


def _satisfaction(view: View, month: date) -> Drawing | None:
    rows = view.ask(platform.unit_rates, city_area_id=view.city, month=month).frame.to_dicts()
    if not rows:
        return None
    known = [row for row in rows if row["satisfaction_rate"] is not None or row["rating_rate"] is not None]
    ordered = sorted(rows, key=lambda row: (row["rating_rate"] is None, row["rating_rate"] or 0))
    claim = "各单位都没有满意率"
    if known:
        claim = words.satisfaction_claim(rows, indicators_of(view)["rating_rate"]["smallest_difference"])
    return Drawing(
        claim_zh=claim,
        what_zh=f"{month_zh(month)}，评价率低的在前；满意率＝满意单÷评单，评价率＝评单÷完成单；全长为100%",
        drawn_html=f'<div class="pairs">{_pair_head()}{"".join(_pair(row) for row in ordered)}</div>',
        foot_html=source_line(REPORTS_ZH, month_zh(month), view.release_id),
        twin_html=_satisfaction_table(ordered),
    )


def _pair_head() -> str:
    return '<div class="two head"><div></div><div>评价率</div><div></div><div>满意率（评过的单）</div><div></div><div></div></div>'


def _pair(row: Row) -> str:
    def drawn(rate: float | None) -> str:
        inner = (
            '<i class="unknown" style="width:100%"></i>'
            if rate is None
            else f'<i class="done" style="width:{rate * 100:.2f}%"></i>'
        )
        return f'<div class="bullet" aria-hidden="true"><i class="rail"></i>{inner}</div>'

    zone = " " + badge("功能区") if row["kind_code"] == "functional_zone" else ""
    doubt = " " + badge("存疑", "watch") if row["quality_code"] == "doubtful" else ""
    return (
        f'<div class="two"><div class="who">{esc(row["area_zh"])}{zone}{doubt}</div>{drawn(row["rating_rate"])}'
        f'<div class="val">{_unit_rate(row, "rating_rate")}</div>{drawn(row["satisfaction_rate"])}'
        f'<div class="val">{_unit_rate(row, "satisfaction_rate")}</div>'
        f'<div class="say soft">{_known_satisfied(row)}</div></div>'
    )


def _known_satisfied(row: Row) -> str:
    """What is known for certain of the satisfied, opening the division."""
    said = words.known_satisfied_zh(row)
    key = f"{row['area_id']}|order_satisfied_count|total|{row['month'].isoformat()}"
    return num(said, ref(month_words.MONTH, key, f"{derived.OVER}order_completed_count"), wrap=True) if said else ""


def _unit_rate(row: Row, code: str) -> str:
    """One rate of a unit as a number that opens its receipt, or the mark of why there is none."""
    if row[code] is None:
        return mark(row["status_code"]) if row["status_code"] in ("missing", "not_applicable") else mark("missing")
    return num(
        percent(row[code]), ref("mart.indicator_month", f"{row['area_id']}|{code}|total|{row['month'].isoformat()}")
    )


def _satisfaction_table(rows: Sequence[Row]) -> str:
    def count(row: Row, name: str) -> str:
        if row[name] is None:
            return mark("missing")
        key = f"{row['area_id']}|order_{name}_count|total|{row['month'].isoformat()}"
        return num(plain(row[name]), ref(month_words.MONTH, key))

    body = [
        [
            esc(row["area_zh"]),
            count(row, "completed"),
            count(row, "rated"),
            count(row, "satisfied"),
            _unit_rate(row, "rating_rate"),
            _unit_rate(row, "satisfaction_rate"),
            _known_satisfied(row),
        ]
        for row in rows
    ]
    heads = ["单位", "完成（单）", "评单", "满意", "评价率", "满意率", "能确定的"]
    return table(heads, body, text_columns=(6,), caption="评价率与满意率")
