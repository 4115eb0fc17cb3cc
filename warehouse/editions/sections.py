"""The sections an edition adds to the text of a month: correction, questions, comments, what is new since the last one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from warehouse.editions.content import Changed, Comment, Question, Since
from warehouse.paper import text as paper_text
from warehouse.paper.model import Briefing, Cell, Column, Paragraph, Section, Table
from warehouse.read.receipt.receipts import split_receipt_id
from warehouse.wording import bulletin
from warehouse.wording.desk import editions
from warehouse.wording.grammar.cited import Cited, Figure, cited

CORRECTION, FOLLOW_UPS, COMMENTS, CHANGES = "correction", "follow_ups", "comments", "changes"
CARDS = "cards"
TITLES = {
    CORRECTION: "更正说明",
    FOLLOW_UPS: "上期追问落实情况",
    paper_text.OVERALL: paper_text.SECTIONS_ZH[paper_text.OVERALL],
    paper_text.FIGURES: paper_text.SECTIONS_ZH[paper_text.FIGURES],
    COMMENTS: "评述",
    CARDS: "查询卡",
    paper_text.PROBLEMS: paper_text.SECTIONS_ZH[paper_text.PROBLEMS],
    paper_text.NEXT: paper_text.SECTIONS_ZH[paper_text.NEXT],
    CHANGES: "与上期相比",
}
"""Every section of an edition in the order in which it is read."""
CHOSEN = tuple(code for code in TITLES if code not in (CORRECTION, FOLLOW_UPS))
"""Those somebody may choose; a correction and questions that are not closed always stand."""
MOST_ROWS = 200


def assembled(briefing: Briefing, more: Mapping[str, Section]) -> Briefing:
    """The text with the edition's own sections among its own, in the order of reading and numbered through."""
    by_code = {section.code: section for section in briefing.sections} | dict(more)
    kept = [by_code[code] for code in TITLES if code in by_code]
    numbered = tuple(
        replace(section, title_zh=f"{bulletin.ordinal_zh(place)}、{TITLES[section.code]}")
        for place, section in enumerate(kept, start=1)
    )
    return replace(briefing, sections=numbered)


def _section(code: str, paragraphs: Iterable[Cited], tables: tuple[Table, ...] = ()) -> Section:
    return Section(
        code=code,
        title_zh=TITLES[code],
        paragraphs=tuple(
            Paragraph(key=f"{code}-{place}", sentences=(said,)) for place, said in enumerate(paragraphs, start=1)
        ),
        tables=tables,
    )


def correction(said: Cited, since: Since) -> Section:
    """What a 更正版 replaces and why, and every value it has other than the edition it replaces."""
    if since.is_same_release:
        told, tables = [editions.same_release(since.edition_zh, since.release_id)], ()
    else:
        told, tables = _moved(since, editions.REPLACED_ZH)
    return _section(CORRECTION, [said, *told], tables)


def follow_ups(questions: Sequence[Question]) -> Section | None:
    """上期追问落实情况; None where every question is closed."""
    waiting = [one for one in questions if one.state_code != "closed"]
    if not waiting:
        return None
    open_count = sum(one.state_code == "open" for one in waiting)
    overdue = sum(one.is_overdue for one in waiting)
    said = [editions.question_head(len(waiting), open_count, len(waiting) - open_count, overdue)]
    for one in waiting:
        answer = Cited(text=one.answer_zh, figures=one.answer_figures) if one.answer_zh else None
        said.append(editions.question(vars(one), answer))
    return _section(FOLLOW_UPS, said)


def comments(written: Sequence[Comment]) -> Section | None:
    """What people wrote, the place itself first; None where nobody wrote anything."""
    if not written:
        return None
    paragraphs = tuple(
        Paragraph(
            key=f"{COMMENTS}-{place}",
            lead_zh=editions.comment_lead(one.area_zh, one.indicator_zh, one.author_zh, one.at.date()),
            sentences=(Cited(text=one.text_zh, figures=one.figures),),
        )
        for place, one in enumerate(written, start=1)
    )
    return Section(code=COMMENTS, title_zh=TITLES[COMMENTS], paragraphs=paragraphs)


def cards(told: Sequence[Mapping[str, Any]]) -> Section | None:
    """What analysts promoted from a query, each number with its receipt; None where there is none."""
    if not told:
        return None
    said = []
    for one in told:
        figure: Figure = one["figure"]
        said.append(
            cited(f"{one['title_zh']}：{one['label_zh']}", figure, f"（{one['when_zh']}，{one['name_zh']}存）。")
        )
    return _section(CARDS, said)


def changes(since: Since) -> Section:
    """与上期相比: a sentence, the restated values, who began and stopped reporting, targets and definitions."""
    if since.is_first:
        return _section(CHANGES, [editions.since_first()])
    said, tables = _moved(since, editions.LAST_ZH)
    return _section(CHANGES, said, tables)


def _moved(since: Since, which_zh: str) -> tuple[list[Cited], tuple[Table, ...]]:
    """What is new since that edition, in sentences and as tables of the values."""
    named = f"{which_zh} {since.edition_zh}"
    if since.is_beyond:
        return [editions.since_beyond(named, since.release_id)], ()
    said = [
        editions.since(
            named, len(since.restated), len(since.rounding), since.added_count, since.removed_count,
            is_without_news=since.is_without_news,
        ),
        editions.units_moved(which_zh, since.units_new, since.units_missing),
        editions.declared(since.targets_zh, since.definitions_zh),
    ]  # fmt: skip
    tables = tuple(
        _table(rows, caption)
        for rows, caption in (
            (since.restated, f"对{named} 的修订"),
            (since.rounding, "只动了末位的数（印出来不变）"),
        )
        if rows
    )
    return [one for one in said if one is not None], tables


def _table(rows: Sequence[Changed], caption_zh: str) -> Table:
    left = len(rows) - MOST_ROWS
    note = (
        (f"共{len(rows)}个，这里列前{MOST_ROWS}个；全部见接口 /api/v1/changes 与汇报版的 content.json。",)
        if left > 0
        else ()
    )
    heads = ("单位", "指标", "月份", "原值", "新值", "差", "原因", "谁改的")
    return Table(
        caption_zh=caption_zh,
        columns=tuple(Column(head_zh=head) for head in heads),
        groups=(("", tuple(_row(one) for one in rows[:MOST_ROWS])),),
        notes_zh=note,
    )


def _row(one: Changed) -> tuple[Cell, ...]:
    return (
        Cell(text=one.area_zh),
        Cell(text=one.indicator_zh),
        Cell(text=one.when_zh),
        Cell(text=one.old_zh),
        Cell(text=one.new_zh, figure=_figure(one)),
        Cell(text=one.difference_zh or "—"),
        Cell(text=one.reason_zh or "没有写明原因"),
        Cell(text=one.who_zh or "—"),
    )


def _figure(one: Changed) -> Figure | None:
    if not one.new_ref:
        return None
    asked: dict[str, Any] = split_receipt_id(one.new_ref)
    return Figure(wording=one.new_zh, relation=asked["relation"], row_key=asked["row_key"])


def opening_without_news(briefing: Briefing, said: Cited) -> Briefing:
    """The text with that sentence before everything else."""
    first, *rest = briefing.sections
    paragraph = Paragraph(key="no-news", sentences=(cited(said),))
    return replace(briefing, sections=(replace(first, paragraphs=(paragraph, *first.paragraphs)), *rest))
