"""Registered, active, served: the three are never shown one without the others."""

from collections.abc import Mapping, Sequence
from typing import Any

from pages.ui.charts import framed
from pages.ui.parts import badge, esc, linked, num, source_line, table
from pages.ui.refs import links_of, ref
from pages.ui.sheet import block
from pages.ui.view import View
from warehouse.read import areas, catalog, checks, documents
from warehouse.wording.dates import date_zh, period_zh
from warehouse.wording.numbers import mark, show_value
from warehouse.wording.sentences import check_line

# The road from a name on a list to a service given; the two in the middle are the ones that are easily left out.
STEPS = ("enrolled_count", "active_person_count", "service_person_times_total")
FIGURE, PROFILE = "core.fct_document_figure", "mart.area_profile"

Row = Mapping[str, Any]


def show(view: View) -> None:
    """The steps of one city as far as documents print them, with what does not fit about the registered number."""
    steps = [_people(view), *(_step(view, code) for code in STEPS)]
    doubts = [
        row
        for row in view.ask(checks.cross_checks, area_id=view.city).frame.iter_rows(named=True)
        if row["check_id"].startswith("enrolled") or row["check_id"].startswith("service")
    ]
    known = [step for step in steps[1:] if step["row"] is not None]
    claim = "入网是登记，不是使用；活跃人数没有公布" if known else "平台登记了多少人、多少人在用，公开文件都没有印"
    latest = max((step["row"]["period_end_on"] for step in known), default=None)
    framed(
        lambda: block(_drawn(steps, doubts), key="enrolment"),
        claim_zh=claim,
        what_zh="智慧养老服务平台：从老年人口到登记、活跃、服务；各数时点不同，不相除",
        foot_html=source_line("公开文件与2020年普查", date_zh(latest) if latest else "未公布", view.release_id),
        twin_html=_table(steps),
        key="enrolment-figure",
    )


def _people(view: View) -> dict[str, Any]:
    found = view.ask(areas.profiles, area_ids=(view.city,)).frame
    row = found.row(0, named=True) if found.height else None
    persons = row["aged_60_plus"] if row else None
    return {
        "label": "60岁及以上常住人口",
        "text": show_value(persons, "人") if persons is not None else mark("missing"),
        "when": date_zh(row["as_of_on"]) if row else "",
        "source": row["source_title_zh"] if row else "没有普查数",
        "receipt": ref(PROFILE, view.city, "aged_60_plus") if row else None,
        "row": row,
    }


def _step(view: View, code: str) -> dict[str, Any]:
    """The newest printed figure of an indicator, or the fact that none is printed."""
    label = view.ask(catalog.indicators, indicator_code=code).frame["label_zh"][0]
    printed = view.ask(documents.figures, area_id=view.city, indicator_code=code, kind_code="actual").frame
    if printed.is_empty():
        return {
            "label": label,
            "text": mark("missing"),
            "when": "",
            "source": "文件未公布",
            "receipt": None,
            "row": None,
        }
    row = printed.sort("period_end_on").row(-1, named=True)
    return {
        "label": f"{label}（登记）" if code == STEPS[0] else label,
        "text": row["value_as_written"],
        "when": period_zh(row["period_start_on"], row["period_end_on"]),
        "source": row["source_title_zh"],
        "receipt": ref(FIGURE, row["figure_id"]),
        "row": row,
    }


def _drawn(steps: Sequence[dict[str, Any]], doubts: Sequence[Row]) -> str:
    cells = "".join(
        f'<div class="card"><div class="name">{esc(step["label"])}</div>'
        f'<div class="value{"" if step["row"] else " mark"}">{num(step["text"], step["receipt"])}</div>'
        f'<div class="line soft">{esc(" · ".join(part for part in (step["when"], step["source"]) if part))}</div></div>'
        for step in steps
    )
    lines = "".join(_doubt(row) for row in doubts)
    return f'<div class="cards four">{cells}</div>' + (f'<ul class="plain doubts">{lines}</ul>' if lines else "")


def _doubt(row: Row) -> str:
    said = check_line(row)
    return f"<li>{badge(row['badge_zh'] or row['verdict_label_zh'], 'watch')} {linked(said.text, links_of(said))}</li>"


def _table(steps: Sequence[dict[str, Any]]) -> str:
    rows = [
        [esc(step["label"]), num(step["text"], step["receipt"]), esc(step["when"]), esc(step["source"])]
        for step in steps
    ]
    return table(["环节", "数", "时点", "来源"], rows, text_columns=(2, 3), caption="登记、活跃、服务")
