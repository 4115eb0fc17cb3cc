"""A published document on the page: what it is, its figures in their paragraphs, its promises, its dates, its traps."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from pages.ui.kit.html import badge, esc, highlighted, num
from pages.ui.kit.refs import ref
from warehouse.wording.grammar.dates import date_zh, issued_zh, month_zh, period_zh
from warehouse.wording.receipt.receipts import check_result

FIGURE, CHECK = "core.fct_document_figure", "mart.cross_check"
VERDICT_TONES = {"pass": "good", "explain": "", "doubtful": "watch"}
NO_FIGURES = "文件未公布数字"
# From so many figures of one paragraph on they stand in two columns, so that the paragraph is not long out of sight.
MANY = 5

Row = Mapping[str, Any]


def about(row: Row) -> str:
    """Title, number, issuer and date as far as the document prints them."""
    facts = [
        ("文号", row["number_zh"] or "未印"),
        ("印发单位", row["issuer_zh"] or "未印"),
        ("日期", issued_zh(row["issued_on"], row["issued_year"])),
        ("所述期间", row["period_zh"]),
        ("说明", row["issued_note_zh"]),
        ("许可", row["licence_zh"]),
    ]
    listed = "".join(f"<div><dt>{label}</dt><dd>{esc(text)}</dd></div>" for label, text in facts if text)
    held = (
        f"印有{row['figure_count']}个数，点名{row['programme_count']}项政策与任务，"
        f"其中{row['without_figures_count']}项没有公布数字"
    )
    return (
        f'<div class="fig"><h2>{esc(row["title_zh"])}</h2><div class="what">{held}</div>'
        f'<div class="receipt facts"><dl>{listed}</dl></div></div>'
    )


def figures(rows: pl.DataFrame) -> str:
    """The figures, paragraph by paragraph: each with its receipt, its sentences marked in the paragraph."""
    parts, chapter = [], None
    records = rows.sort("paragraph_no", "sort_order").iter_rows(named=True)
    for (heading, _, text), grouped in groupby(
        records, key=lambda row: (row["chapter_zh"], row["paragraph_no"], row["paragraph_zh"])
    ):
        members = list(grouped)
        if heading != chapter:
            chapter = heading
            parts.append(f'<h3 class="chapter">{esc(heading or "正文")}</h3>')
        listed = "".join(_figure(row) for row in members)
        said = highlighted(text or "", [row["quote"] for row in members])
        many = " many" if len(members) >= MANY else ""
        parts.append(
            f'<div class="entry{many}"><div class="figures">{listed}</div><div class="said">{said}</div></div>'
        )
    return "".join(parts)


def _figure(row: Row) -> str:
    # The wording shows its hedge itself; only one that contradicts itself is a warning.
    is_odd = row["qualifier_code"] == "contradictory"
    hedge = "" if is_odd or row["qualifier_code"] == "exact" else row["qualifier_label_zh"]
    kind = "" if row["kind_code"] == "actual" else row["kind_label_zh"]
    when = period_zh(row["period_start_on"], row["period_end_on"])
    where = "" if row["area_short_name_zh"] is None else row["area_short_name_zh"]
    notes = [row["note_zh"], f"同文另有{len(row['also_at'])}处" if row["also_at"] else ""]
    note = "".join(f'<div class="foot">{esc(text)}</div>' for text in notes if text)
    return (
        f'<div class="one"><span class="v">{num(row["value_as_written"], ref(FIGURE, row["figure_id"]), wrap=True)}</span> '
        f"{badge(kind)} {badge(row['qualifier_label_zh'], 'watch') if is_odd else ''}"
        f'<div class="small">{esc(row["name_zh"])}</div>'
        f'<div class="foot">{esc(" · ".join(part for part in (where, when, hedge) if part))}</div>{note}</div>'
    )


def figure_table_rows(rows: pl.DataFrame) -> list[list[str]]:
    """The same figures as rows of a table: number, what, kind, period, sentence."""
    return [
        [
            num(row["value_as_written"], ref(FIGURE, row["figure_id"]), wrap=True),
            esc(row["name_zh"]),
            esc(row["kind_label_zh"]),
            esc(period_zh(row["period_start_on"], row["period_end_on"])),
            esc(row["quote"]),
        ]
        for row in rows.iter_rows(named=True)
    ]


def whole_text(paragraphs: pl.DataFrame, figures: pl.DataFrame) -> str:
    """The document to read, the sentences that carry figures marked."""
    quotes: dict[int, list[str]] = {}
    for row in figures.iter_rows(named=True):
        quotes.setdefault(row["paragraph_no"], []).append(row["quote"])
    # A sentence that repeats a figure stands in another paragraph, whose number nobody keeps: it is found by its words.
    again = [sentence for row in figures.iter_rows(named=True) for sentence in row["also_at"]]
    body = "".join(
        f"<p{_heading(row)}>{highlighted(row['text_zh'], [*quotes.get(row['paragraph_no'], ()), *again])}</p>"
        for row in paragraphs.iter_rows(named=True)
    )
    return f'<div class="paper">{body}</div>'


def _heading(paragraph: Row) -> str:
    """A paragraph that is the last of the headings above itself is a heading."""
    last = (paragraph["chapter_zh"] or "").rpartition(" › ")[2]
    return ' class="heading"' if last and last.split() == paragraph["text_zh"].split() else ""


def programmes(rows: pl.DataFrame) -> str:
    """What the document names, by kind, those with figures first: in force or planned, its figures, its sentence.

    The many without a figure are named in one line a kind and open with it.
    """
    records = rows.sort("sort_order").to_dicts()
    kinds: dict[str, list[Row]] = {}
    for row in records:
        kinds.setdefault(row["kind_label_zh"], []).append(row)
    printed = {kind: [row for row in members if row["figures"]] for kind, members in kinds.items()}
    parts = []
    for kind in sorted(kinds, key=lambda kind: (-len(printed[kind]), -len(kinds[kind]))):
        bare = [row for row in kinds[kind] if not row["figures"]]
        count = f"{len(kinds[kind])}项，{len(printed[kind])}项有数字" if printed[kind] else f"{len(kinds[kind])}项"
        parts.append(f'<h3 class="chapter">{esc(kind)}<span class="soft small">　{count}</span></h3>')
        parts += [_programme(row) for row in printed[kind]]
        if bare:
            names = esc("、".join(row["name_zh"] for row in bare))
            parts.append(
                f'<details class="unprinted"><summary><span class="gap">{NO_FIGURES}</span>　{len(bare)}项：{names}</summary>'
                f"{''.join(_programme(row) for row in bare)}</details>"
            )
    return f'<div class="promises">{"".join(parts)}</div>'


def _programme(row: Row) -> str:
    year = f"{row['year']}年 · " if row["year"] else ""
    figures = [
        f"{esc(one['name_zh'])} {num(one['value_as_written'], ref(FIGURE, one['figure_id']), wrap=True)}"
        for one in row["figures"] or ()
    ]
    printed = "；".join(figures) or f'<span class="gap">{NO_FIGURES}</span>'
    note = f'<div class="foot">{esc(row["note_zh"])}</div>' if row["note_zh"] else ""
    return (
        f'<div class="entry"><div class="soft small">{esc(year)}{esc(row["status_label_zh"])}</div>'
        f'<div><div class="name">{esc(row["name_zh"])}</div><div class="small">{printed}</div>'
        f'<div class="said">{esc(row["quote"])}</div>{note}</div></div>'
    )


def timeline(rows: pl.DataFrame) -> str:
    """Dated events, oldest first, each no more exactly dated than the document prints it."""
    cells = "".join(
        f'<div class="date">{esc(_event_date(row))}</div><div>{esc(row["title_zh"])}'
        f'<div class="said small soft">{esc(row["quote"])}</div></div>'
        for row in rows.iter_rows(named=True)
    )
    return f'<div class="tl">{cells}</div>'


def _event_date(row: Row) -> str:
    start, end, precision = row["start_on"], row["end_on"], row["precision_code"]
    if precision == "day":
        return date_zh(start)
    if precision == "month":
        return month_zh(start)
    if precision == "year":
        return f"{start.year}年"
    return period_zh(start, end)


def traps(rows: Sequence[Row]) -> str:
    """What printed figures say about each other: result, arithmetic, and what to make of it. Doubtful ones first."""
    order = {"doubtful": 0, "explain": 1, "pass": 2}
    listed = sorted(rows, key=lambda row: (order[row["verdict_code"]], row["sort_order"]))
    return "".join(_trap(row) for row in listed)


def _trap(row: Row) -> str:
    result = check_result(row)
    verdict = badge(row["badge_zh"] or row["verdict_label_zh"], VERDICT_TONES[row["verdict_code"]])
    sum_zh = f"{row['numerator_zh']} ÷ {row['denominator_zh']}" if row["denominator_zh"] else row["numerator_zh"]
    if row["kind_code"] == "series":
        sum_zh = f"{row['denominator_zh']} → {row['numerator_zh']}"
    shown = num(result or "不计算", ref(CHECK, row["row_key"]), wrap=True)
    mark = "" if result else " soft"
    return (
        f'<div class="trap"><div><div class="result{mark}">{shown}</div>{verdict}</div>'
        f'<div><h3>{esc(row["title_zh"])}</h3><div class="small">{esc(sum_zh)}</div>'
        f'<div class="said">{esc(row["sentence_zh"])}。</div></div></div>'
    )
