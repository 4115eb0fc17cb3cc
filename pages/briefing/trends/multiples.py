"""Small multiples of 趋势: one row a place with its own short line, its newest value, its change and its verdict."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.briefing.trends import rows
from pages.briefing.trends.parts import Choice, indicator_of, place_zh, places_of, series_for
from pages.ui.kit import filters
from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import esc, source_line, table
from pages.ui.kit.months import REPORTS_ZH, change_html, controls, quality_badges, value_html, verdict_html
from pages.ui.kit.view import View
from pages.ui.marks.sparks import Spark, scale_of, spark
from warehouse.wording import months as words
from warehouse.wording.grammar.alike import ZONE
from warehouse.wording.grammar.dates import month_zh

Row = Mapping[str, Any]
SCALES = {"same": "同一刻度", "own": "各自刻度"}
MOST_AREAS = 16
ACT = "area:"
SIDES_ZH = {"signal_up": "向上", "signal_down": "向下"}
ORDER_ZH = "有新信号的在前，再按变化大小"


def small_multiples(view: View, choice: Choice) -> None:
    """One row a place on one scale: the units of the city by default, any others the reader adds."""
    if not choice.has_months:
        return
    chosen, scale = _pick_places(view, choice)
    if chosen:
        drawing = view.once(_figure, choice, tuple(place["area_id"] for place in chosen), scale)
        act = drawing.show("multiples") or ""
        if act.startswith(ACT):
            filters.put("area", act.removeprefix(ACT))
            st.rerun()


def _figure(view: View, choice: Choice, area_ids: tuple[str, ...], scale: str) -> Drawing:
    places = {row["area_id"]: row for row in places_of(view, choice)}
    indicator = indicator_of(view, choice)
    found = [(places[area_id], series_for(view, choice, area_id)) for area_id in area_ids]
    found = sorted(((place, series) for place, series in found if series.rows), key=lambda one: _by_change(*one))
    sparks = [_spark(series) for _, series in found]
    from_zero = indicator["kind_code"] != "ratio" and choice.basis == rows.LEVEL
    common = scale_of(sparks, from_zero=from_zero)
    same = scale == "same"
    shared = _shared_verdict([series for _, series in found])
    drawn = {
        place["area_id"]: _multiple(
            view, choice, place, series, one, common if same else scale_of([one], from_zero=from_zero), shared
        )
        for (place, series), one in zip(found, sparks, strict=True)
    }
    zones = [place["area_id"] for place, _ in found if place["kind_code"] == ZONE]
    drawn_rows = "".join(html for area_id, html in drawn.items() if area_id not in zones)
    if zones:
        drawn_rows += "<h3>功能区（单列，不与县（区）混排）</h3>" + "".join(drawn[area_id] for area_id in zones)
    ends = f"同一刻度，{_end(common[0], found)}至{_end(common[1], found)}，高低可以互比" if same and found else ""
    return Drawing(
        claim_zh=_multiples_claim(found),
        what_zh=f"{indicator['label_zh']}，{month_zh(choice.first)}至{month_zh(choice.last)}；"
        + (ends or "各自刻度，只看形状，高低不能互比")
        + (f"；未另写判断的，最新一月{shared}" if shared else "")
        + f"；{ORDER_ZH}，点地名放大",
        drawn_html=f'<div class="multiples small-lines">{drawn_rows}</div>',
        foot_html=source_line(REPORTS_ZH, month_zh(choice.last), view.release_id),
        twin_html=_multiples_table(view, found),
    )


def _verdict_zh(series: rows.Series) -> str:
    return words.verdict_zh(series.chart.verdict_code, subject_zh=series.subject_zh, signal=series.chart.newest)


def _shared_verdict(found: Sequence[rows.Series]) -> str:
    """The quiet verdict that most places share, said once over all pictures; empty where no two share one."""
    quiet = [one for one in found if not words.is_spoken(one.chart.verdict_code, one.chart.newest)]
    told = Counter(map(_verdict_zh, quiet)).most_common(1)
    return told[0][0] if told and told[0][1] > 1 else ""


def _by_change(place: Row, series: rows.Series) -> tuple:
    """What changed stands first: new signals, then the largest change; who has no comparison stands last."""
    newest = series.rows[-1]
    is_spoken = words.is_spoken(series.chart.verdict_code, series.chart.newest)
    change = _change(series)
    moved = newest[words.CHANGE_COLUMNS[change]]
    return (not is_spoken, moved is None, -abs(moved or 0.0), place["area_id"])


def _change(series: rows.Series) -> str:
    """The comparison a small picture tells: with last year, where there is one."""
    newest = series.rows[-1]
    return next((code for code in ("yoy", "mom") if newest[words.CHANGE_COLUMNS[code]] is not None), "yoy")


def _end(value: float, found: Sequence[tuple[Row, rows.Series]]) -> str:
    return rows.text_of(value, found[0][1])


def _pick_places(view: View, choice: Choice) -> tuple[list[Row], str]:
    units = [row for row in places_of(view, choice) if row["level_code"] == "unit"]
    own = [row["area_id"] for row in units if row["city_area_id"] == view.city]
    known = {row["area_id"]: row for row in places_of(view, choice)}
    asked = [part for part in (st.query_params.get("areas") or "").split(",") if part in known]
    key = "pick_areas"
    st.session_state[key] = asked or own

    def changed() -> None:
        picked = st.session_state[key]
        filters.put("areas", None if not picked or set(picked) == set(own) else ",".join(picked))

    with controls("places"):
        with st.popover("换并排看的地方"):
            st.multiselect(
                "并排看哪些地方",
                list(known),
                format_func=lambda code: place_zh(known[code], view),
                key=key,
                on_change=changed,
                max_selections=MOST_AREAS,
                placeholder="添加地区",
                width=720,
            )
        scale = filters.choice("scale", "刻度", SCALES, "same", what_zh="刻度")
    return [known[code] for code in st.session_state[key]], scale


def _spark(series: rows.Series) -> Spark:
    newest = series.rows[-1]
    text = rows.text_of(rows.value_of(newest, series.indicator, series.basis), series, newest["status_code"])
    line = rows.line_of(series, (), ())
    return Spark(
        values=[point.value for point in line.points],
        alt_zh=f"{newest['area_zh']}{month_zh(newest['month'])}{text}，{_verdict_zh(series)}",
        hollow=newest["quality_code"] == "provisional",
        # In so small a picture only the newest point is called out.
        signals=[*([""] * (len(line.points) - 1)), line.signals[-1]] if line.signals else (),
        band=(line.segments[-1].lower, line.segments[-1].upper) if line.segments else None,
    )


def _multiple(
    view: View, choice: Choice, place: Row, series: rows.Series, one: Spark, scale: tuple[float, float], shared: str
) -> str:
    newest, name = series.rows[-1], place_zh(place, view)
    change = _change(series)
    here = " here" if place["area_id"] == choice.area_id else ""
    word = next((each.word_zh for each in words.changes(newest, series.indicator) if each.code == change), "同比")
    verdict = verdict_html(
        series.chart.verdict_code, series.indicator, subject_zh=series.subject_zh, signal=series.chart.newest
    )
    return (
        f'<div class="multiple"><div class="who{here}"><button type="button" data-act="{ACT}{esc(place["area_id"])}"'
        f' aria-label="放大{esc(name)}">{esc(name)}</button><span class="val">{value_html(newest, series.indicator)}</span></div>'
        f'<div class="plot">{spark(one, scale)}</div>'
        f'<div class="say"><span class="soft">{esc(word)}</span>{change_html(newest, series.indicator, change)}'
        f"{'' if _verdict_zh(series) == shared else f'　{verdict}'}</div></div>"
    )


def _multiples_claim(found: Sequence[tuple[Row, rows.Series]]) -> str:
    if not found:
        return "没有选地区"
    indicator = found[0][1].indicator
    # Each place is judged in its own way: what moved (the value, its change) is told with those it moved in.
    spoken: dict[tuple[str, str], list[str]] = {}
    gone: dict[str, list[str]] = {}
    for place, series in found:
        newest = series.rows[-1]
        if series.chart.is_new and series.chart.verdict_code in SIDES_ZH:
            spoken.setdefault((series.chart.verdict_code, series.subject_zh), []).append(place["area_zh"])
        if newest["value"] is None:
            gone.setdefault(words.LEFT_OUT_ZH.get(newest["status_code"], "没有数"), []).append(place["area_zh"])
    parts = [f"{words.listed(spoken[key])}{key[1]}出现{SIDES_ZH[key[0]]}信号" for key in sorted(spoken, reverse=True)]
    judged = sum(series.chart.verdict_code in words.JUDGED for _, series in found)
    none = f"能判断的{judged}个近三个月没有新的信号" if judged else "都还不能判断有没有信号"
    parts = parts or ["近三个月都没有新的信号" if judged == len(found) else none]
    parts += [f"{words.listed(names)}最新一月{word}" for word, names in gone.items()]
    return f"{len(found)}个地方的{indicator['label_zh']}：{'；'.join(parts)}"


def _multiples_table(view: View, found: Sequence[tuple[Row, rows.Series]]) -> str:
    body = [
        [
            esc(place_zh(place, view)),
            f"{value_html(series.rows[-1], series.indicator)} {quality_badges(view, series.rows[-1]['quality_code'])}",
            change_html(series.rows[-1], series.indicator, "mom"),
            change_html(series.rows[-1], series.indicator, "yoy"),
            verdict_html(
                series.chart.verdict_code, series.indicator, subject_zh=series.subject_zh, signal=series.chart.newest
            ),
        ]
        for place, series in found
    ]
    return table(["地方", "最新一月", "较上月", "同比", "判断"], body, text_columns=(4,), caption="各地最新一月")
