"""Trainings on 平台与培训: person-times against persons, certificates apart, and the pace against the targets of the year."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import badge, esc, linked, num, source_line, table
from pages.ui.kit.months import REPORTS_ZH, indicators_of, shown
from pages.ui.kit.refs import figure_ref, links_of, ref
from pages.ui.kit.view import View
from pages.ui.marks.verdicts import chip
from warehouse.read.month import platform
from warehouse.read.receipt import derived
from warehouse.read.target import targets
from warehouse.wording import months as month_words
from warehouse.wording import platform_months as words
from warehouse.wording import targets as target_words
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import mark, percent, plain

Row = Mapping[str, Any]


def training(view: View, month: date) -> None:
    """Person-times, persons and certificates since January, unit by unit, with the pace of the year before."""
    drawing = view.once(_training, month)
    if drawing is not None:
        drawing.show("training")


def _training(view: View, month: date) -> Drawing | None:
    rows = view.ask(platform.training, city_area_id=view.city, month=month).frame.to_dicts()
    city = next((row for row in rows if row["area_id"] == view.city), None)
    units = [row for row in rows if row["area_id"] != view.city]
    if not units or all(row["person_times"] is None for row in rows):
        return None
    indicator = indicators_of(view)["training_person_times"]
    top = max([row["person_times"] or 0 for row in units] + [1.0])
    bars = "".join(_trained(row, top, indicator) for row in units)
    targets = _targets(view, month)
    return Drawing(
        claim_zh=words.training_claim(view.city_name_zh, city, month),
        what_zh=f"{month_words.when_zh(month, month_words.YEAR_TO_DATE)}累计；人次不去重，人数去重，取证是另一件事，三者不相除{f'；{pace}' if (pace := words.pace_zh(city) if city else '') else ''}",
        drawn_html=f'{_TRAINING_KEY}<div class="progs">{bars}</div>{targets}',
        foot_html=source_line(REPORTS_ZH, month_zh(month), view.release_id),
        twin_html=_training_table(rows, indicator) + targets,
    )


_TRAINING_KEY = (
    '<div class="key"><span><i class="soft-done"></i>人次</span><span><i class="persons"></i>其中去重人数</span>'
    '<span><i class="goal"></i>取证人数</span></div>'
)


def _trained(row: Row, top: float, indicator: Row) -> str:
    times, people, papers = row["person_times"], row["people"], row["certificates"]
    if times is None:
        drawn = '<i class="unknown" style="width:100%"></i>'
    else:
        drawn = f'<i class="soft-done" style="width:{times / top * 100:.2f}%"></i>'
        drawn += "" if people is None else f'<i class="persons" style="width:{people / top * 100:.2f}%"></i>'
        drawn += "" if papers is None else f'<i class="goal" style="left:{papers / top * 100:.2f}%"></i>'
    text = (
        f"{plain(times)}人次"
        if times is not None
        else mark(row["status_code"] if row["status_code"] != "reported" else "missing")
    )
    figure = words.figure_of(row["area_id"], "training_person_times", row["month"], text) if times is not None else None
    said = "；".join(part for part in (_opened(row, "training_people", people, "人") if people is not None else "没有去重人数", _per_person(row), f"取证{_opened(row, 'certificate_count', papers, '人')}" if papers is not None else "", _yoy(row, indicator)) if part)  # fmt: skip
    zone = " " + badge("功能区") if row["kind_code"] == "functional_zone" else ""
    return (
        f'<div class="prog"><div class="name">{esc(row["area_zh"])}{zone}</div><div class="bullet" aria-hidden="true"><i class="rail"></i>{drawn}</div>'
        f'<div class="val">{num(text, figure_ref(figure) if figure else None)}</div><div class="says soft">{said if times is not None else "没有可用的数，不合计"}</div></div>'
    )


def _opened(row: Row, code: str, value: float | None, unit: str) -> str:
    """An amount of an area and month that opens its receipt, or 缺."""
    if value is None:
        return mark("missing")
    return shown(words.figure_of(row["area_id"], code, row["month"], f"{plain(value)}{unit}"))


def _told(row: Row, text: str, column: str) -> str:
    """A saying about the person-times that opens what it follows from; nothing for no text."""
    key = f"{row['area_id']}|training_person_times|total|{row['month']}"
    return num(text, ref(month_words.MONTH, key, column), wrap=True) if text else ""


def _per_person(row: Row) -> str:
    return _told(row, words.per_person_zh(row), f"{derived.OVER}training_people")


def _yoy(row: Row, indicator: Row) -> str:
    said = words.yoy_zh(row, indicator)
    return esc(said) if row["person_times_yoy"] is None else _told(row, said, "change_yoy")


def _pace(row: Row) -> str:
    """How the year runs against last year's rhythm, both shares opening what they were divided from."""
    now, _, then = words.pace_zh(row).partition("；")
    parts = (_told(row, now, derived.OF_LAST_YEAR), _told(row, then, derived.OF_LAST_YEAR_THEN))
    return "；".join(part for part in parts if part)


def _targets(view: View, month: date) -> str:
    """The city's targets on training as they were judged; that there is none for the year where there is none."""
    asked = {"area_id": view.city, "month": month, "today": view.today}
    found = view.ask(targets.lines, **asked).frame.to_dicts()
    own = [row for row in found if row["indicator_code"] in platform.TRAINING and row["level_code"] == "city" and not row["is_replaced"]]  # fmt: skip
    running = [row for row in own if target_words.is_running(row)]
    if not running:
        ended = f"；已到期的{len({row['target_id'] for row in own})}个目标见“目标与进度”" if own else ""
        return f'<p class="note">{month.year}年没有登记进行中的培训目标，不算序时进度{ended}。</p>'
    return f'<ul class="plain">{"".join(_target(row) for row in running)}</ul>'


def _target(row: Row) -> str:
    """One running target: completion and pace where the city has a figure, else why it has none."""
    if row["completion"] is None:
        told = target_words.verdict(row)
        said = linked(told.text, links_of(told))
    else:
        opens = ref(target_words.PROGRESS, row["row_key"])
        pace = f"，序时{num(percent(row['pace']), opens)}" if row["pace"] is not None else ""
        said = f"完成{num(percent(row['completion']), opens)}{pace}"
    return f"<li>{esc(row['name_zh'])}：{said} {chip(row)}</li>"


def _training_table(rows: Sequence[Row], indicator: Row) -> str:
    body = [
        [
            f"<b>{esc(row['area_zh'])}</b>" if row["level_code"] == "city" else esc(row["area_zh"]),
            _opened(row, "training_person_times", row["person_times"], "人次"),
            _opened(row, "training_people", row["people"], "人"),
            _opened(row, "certificate_count", row["certificates"], "人"),
            _per_person(row) or "—",
            _yoy(row, indicator),
            _pace(row) or "—",
        ]
        for row in rows
    ]
    heads = ["单位", "培训人次", "培训人数（去重）", "取证人数", "人均", "累计同比", "与上年节奏"]
    return table(heads, body, text_columns=(5, 6), caption="培训")
