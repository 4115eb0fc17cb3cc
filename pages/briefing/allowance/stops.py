"""Stops of the allowance against the deaths to be expected, unit by unit, for a quarter."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import badge, esc, num, source_line, status, table
from pages.ui.kit.months import REPORTS_ZH
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from warehouse.read.month import allowance
from warehouse.read.receipt import derived
from warehouse.read.receipt.month_receipts import QUARTER
from warehouse.wording import allowance_months as words
from warehouse.wording import months as month_words
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import full_value, plain

Row = Mapping[str, Any]


def stops_against_deaths(view: View, month: date) -> None:
    """The quarter's death stops of each unit against those to be expected; silent units are named in the claim."""
    drawing = view.once(_figure, month)
    if drawing is not None:
        drawing.show("stops")


def _figure(view: View, month: date) -> Drawing | None:
    stops = view.ask(allowance.stops, city_area_id=view.city, month=month).frame.to_dicts()
    if not stops:
        return None
    reasons = _reasons_of(view, month)
    # Bars of nobody are no picture: where no unit has a number the table of what was to be expected is one press away.
    bars = _stop_bars(stops) if any(row["death_stops"] is not None for row in stops) else ""
    return Drawing(
        claim_zh=words.stops_claim(stops),
        what_zh=f"三个月（至{month_zh(month)}）去世停发人数，"
        + ("横条为实际，竖线为预期" if bars else "没有一个单位有可以列出的数；各单位的预期见表"),
        drawn_html=bars + _sums(view, stops, month) + _reasons(reasons, month),
        foot_html=source_line(REPORTS_ZH, month_zh(month), view.release_id)
        + f'<p class="how">{esc(words.EXPECTED_RULE_ZH)}。</p>',
        twin_html=stops_table(stops) + _sums(view, stops, month) + _reasons_table(reasons, month),
    )


def _reasons_of(view: View, month: date) -> list[Row]:
    """Why the city stopped paying in the month, the total first; empty where no reason was reported."""
    found = view.ask(allowance.reasons, area_id=view.city, month=month).frame.to_dicts()
    total = [row for row in found if row["breakdown_code"] == "total"]
    parts = [row for row in found if row["breakdown_code"] != "total"]
    return [*total, *parts] if total and parts else []


def _stopped(row: Row) -> str:
    text = words.cell(row["value"], "人", row["status_code"])
    return num(text, ref("mart.indicator_month", row["row_key"]) if row["value"] is not None else None)


def _reasons(reasons: Sequence[Row], month: date) -> str:
    """One reason after the other in a sentence; nothing where there are none."""
    if not reasons:
        return ""
    total, *parts = reasons
    told = "，".join(f"{esc(row['reason_zh'])}{_stopped(row)}" for row in parts)
    return f'<p class="reasons">{esc(month_zh(month))}全市停发{_stopped(total)}：{told}。</p>'


def _reasons_table(reasons: Sequence[Row], month: date) -> str:
    """The same as a table."""
    if not reasons:
        return ""
    total, *parts = reasons
    body = [[esc(row["reason_zh"]), _stopped(row)] for row in parts]
    body.append(["<b>合计</b>", f"<b>{_stopped(total)}</b>"])
    return table(["停发原因", f"{month_zh(month)}全市"], body, caption="按原因停发")


def _sums(view: View, stops: Sequence[Row], month: date) -> str:
    """Both sums of the claim, each opening the units it was summed from; nothing where no unit has stops."""
    units = words.summed(stops)
    if not units:
        return ""
    opens = ref(
        "mart.indicator_month", f"{view.city}|allowance_stopped_count|reason_death|{month}", derived.EXPECTED_DEATHS
    )
    total = num(f"{plain(sum(row['death_stops'] for row in units))}人", opens)
    due = num(words.due_zh(units), opens)
    return f'<p class="reasons">{words.of_whom_zh(units, stops)}合计：去世停发{total}，预期{due}。</p>'


def _stop_bars(stops: Sequence[Row]) -> str:
    top = (
        max([row["death_stops"] or 0 for row in stops] + [row["expected_deaths"] or 0 for row in stops] + [1.0]) * 1.05
    )
    return f'<div class="progs">{"".join(_stop_bar(row, top) for row in stops)}</div>'


def _stop_bar(row: Row, top: float) -> str:
    value, due = row["death_stops"], row["expected_deaths"]
    drawn = '<i class="unknown" style="width:100%"></i>' if value is None else f'<i class="done" style="width:{value / top * 100:.2f}%"></i>'  # fmt: skip
    goal = "" if due is None else f'<i class="goal" style="left:{due / top * 100:.2f}%"></i>'
    text = words.cell(value, "人", row["death_status"])
    opens = ref("mart.indicator_month", row["row_key"], QUARTER) if value is not None else None
    return (
        f'<div class="prog"><div class="name">{esc(row["area_zh"])}{" " + badge("功能区") if row["kind_code"] == "functional_zone" else ""}</div>'
        f'<div class="bullet" aria-hidden="true"><i class="rail"></i>{drawn}{goal}</div>'
        f'<div class="val">{num(text, opens)}</div><div class="says">{_stop_said(row)}</div></div>'
    )


def _stop_said(row: Row) -> str:
    due = row["expected_deaths"]
    lacking = "在享人数" if row["recipient_months"] is None else "以前的数"
    expected = f"预期{_expected(row)}" if due is not None else f"没有{lacking}，不算预期"
    if row["death_status"] != "reported":
        return (
            f'<span class="soft">{esc(month_words.LEFT_OUT_ZH.get(row["death_status"], ""))}，不判断；{expected}</span>'
        )
    if row["death_stops"] == 0 and (due or 0) >= words.FEWEST_EXPECTED:
        return f"{status('一例也没有', 'watch')} {expected}"
    return f'<span class="soft">{expected}</span>'


def _expected(row: Row) -> str:
    """The deaths to be expected, opening all units with the person-months they follow from."""
    return num(
        f"约{plain(row['expected_deaths'])}人", ref("mart.indicator_month", row["row_key"], derived.EXPECTED_DEATHS)
    )


def _quarter(row: Row, indicator_code: str, value: float | None, unit: str) -> str:
    """Three months of an indicator together, opening each of them."""
    if value is None:
        return esc(words.cell(None, unit, "missing"))
    area, _, _, month = row["row_key"].split("|")
    return num(full_value(value, unit), ref("mart.indicator_month", f"{area}|{indicator_code}|total|{month}", QUARTER))


def stops_table(stops: Sequence[Row]) -> str:
    """The same as a table, with all stops."""
    body = [
        [
            esc(row["area_zh"]),
            num(
                words.cell(row["death_stops"], "人", row["death_status"]),
                ref("mart.indicator_month", row["row_key"], QUARTER) if row["death_stops"] is not None else None,
            ),
            "—" if row["expected_deaths"] is None else _expected(row),
            _quarter(row, "allowance_stopped_count", row["all_stops"], "人"),
            _quarter(row, "allowance_recipient_count", row["recipient_months"], "人月")
            if row["recipient_months"] is not None
            else "—",
        ]
        for row in stops
    ]
    return table(["单位", "去世停发（季）", "预期", "全部停发（季）", "在享人月"], body, caption="停发与预期去世")
