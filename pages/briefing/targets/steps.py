"""A target that was changed on the way: the goal line as a step, the old target kept, what is done beneath."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go
import polars as pl

from pages.ui.kit.charts import figure, template
from pages.ui.kit.html import esc, num, source_line, table
from pages.ui.kit.refs import ref
from pages.ui.kit.style import FAINT, FILL, INK, SOFT
from pages.ui.kit.view import View
from warehouse.read.target import progress
from warehouse.wording import targets as words
from warehouse.wording.grammar.dates import date_zh, month_zh

Row = Mapping[str, Any]


def changed_targets(view: View) -> None:
    """One chart a target that was replaced; nothing where no target changed."""
    found = view.ask(progress.versions, area_id=view.city).frame
    for series in found["series"].unique(maintain_order=True):
        versions = found.filter(pl.col("series") == series).to_dicts()
        done = view.ask(progress.actuals, area_id=view.city, target_id=versions[-1]["target_id"]).frame.to_dicts()
        figure(
            step_chart(versions, done, is_large=view.is_large),
            claim_zh=words.change_claim(versions),
            what_zh="实线为当时有效的目标值，虚线为原目标；点为累计完成",
            foot_html=source_line(
                _sources(versions), month_zh(done[-1]["month"]) if done else "没有月报", view.release_id
            ),
            twin_html=_twin(versions, done),
            key=f"step-{versions[0]['target_id']}",
        )


def step_chart(versions: Sequence[Row], done: Sequence[Row], *, is_large: bool = False) -> "go.Figure":
    """Target over time as steps from version to version, each replaced one dashed to the deadline, and what is done."""
    first, last = versions[0], versions[-1]
    replaced = versions[:-1]
    begun = [first["period_start_on"], *(version["valid_from_on"] for version in versions[1:])]
    steps = go.Scatter(
        x=[*begun, last["deadline_on"]],
        y=[*(version["value"] for version in versions), last["value"]],
        mode="lines",
        line={"color": INK, "width": 2.5, "shape": "hv"},
        hoverinfo="skip",
    )
    labels = [_label(old["deadline_on"], old["value"], f"原目标 {old['text_zh']}", SOFT) for old in replaced]
    labels.append(_label(last["deadline_on"], last["value"], f"现目标 {last['text_zh']}", INK))
    if done:
        said = f"{month_zh(done[-1]['month'])} {words.amount_zh(done[-1]['actual'], last['unit_zh'])}"
        labels.append(_label(done[-1]["month"], done[-1]["actual"], said, FILL))
    ticks = [row["month"] for row in done if row["month"].month in (1, 4, 7, 10)] or [begun[0], last["deadline_on"]]
    return go.Figure(
        [*(_kept(old) for old in replaced), steps, _done(done, last["unit_zh"])],
        {
            "template": template(is_large=is_large),
            "height": 320,
            "margin": {"t": 30, "r": 24},
            "annotations": labels,
            "xaxis": {"tickvals": ticks, "ticktext": [month_zh(day) for day in ticks]},
            "yaxis": {"showticklabels": False, "rangemode": "tozero"},
        },
    )


def _kept(old: Row) -> "go.Scatter":
    """A replaced target from the day it was replaced to its deadline."""
    return go.Scatter(
        x=[old["valid_to_on"], old["deadline_on"]],
        y=[old["value"]] * 2,
        mode="lines",
        line={"color": FAINT, "width": 1.5, "dash": "dash"},
        hoverinfo="skip",
    )


def _done(done: Sequence[Row], unit_zh: str) -> "go.Scatter":
    return go.Scatter(
        x=[row["month"] for row in done],
        y=[row["actual"] for row in done],
        mode="lines+markers",
        line={"color": FILL, "width": 2.5},
        marker={"size": 8, "color": FILL},
        hovertext=[f"{month_zh(row['month'])} {words.amount_zh(row['actual'], unit_zh)}" for row in done],
        hoverinfo="text",
    )


def _label(day: date, value: float, text: str, colour: str) -> dict[str, Any]:
    return {"x": day, "y": value, "text": esc(text), "showarrow": False, "xanchor": "right", "yshift": 12, "font": {"color": colour}}  # fmt: skip


def _sources(versions: Sequence[Row]) -> str:
    return "、".join(dict.fromkeys(f"《{row['source_title_zh']}》{row['source_number_zh'] or ''}" for row in versions))


def _twin(versions: Sequence[Row], done: Sequence[Row]) -> str:
    held = [
        [
            esc(f"第{row['version']}版目标"),
            num(row["text_zh"], ref("core.dim_target", row["target_id"])),
            esc(
                f"自{date_zh(row['valid_from_on'])}"
                + (f"至{date_zh(row['valid_to_on'])}" if row["valid_to_on"] else "起有效")
            ),
        ]
        for row in versions
    ]
    months = [
        [
            esc(month_zh(row["month"])),
            num(words.amount_zh(row["actual"], versions[-1]["unit_zh"]), ref(words.PROGRESS, row["row_key"])),
            "累计完成",
        ]
        for row in done
    ]
    return table(["目标与月份", "数值", "说明"], held + months, text_columns=(2,), caption="目标的变化")
