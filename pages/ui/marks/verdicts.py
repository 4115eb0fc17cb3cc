"""Targets drawn: bullets with the pace of time, cards on which one figure meets several targets, lists without figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pages.ui.kit.html import badge, esc, num, table, verdict_chip
from pages.ui.kit.refs import figure_ref, ref
from warehouse.wording import targets as words
from warehouse.wording.grammar.cited import Cited, Figure
from warehouse.wording.grammar.numbers import percent, show_value
from warehouse.wording.programmes import document_short

Row = Mapping[str, Any]
FIGURE = "core.fct_document_figure"
# Verdicts on a card: what is settled first, what cannot be judged last.
ORDER = ("met", "missed", "likely", "possible", "hard", "running", "unjudged", "to_confirm", "unknown", "qualitative")


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The pace of each target by one rule, and the name of that rule; a target without pace has None."""

    name_zh: str
    values: Mapping[str, float | None]

    def of(self, row: Row) -> float | None:
        """The pace of a target that still runs; None once its deadline has passed."""
        return None if row["is_over"] else self.values.get(words_key(row))

    def said(self, row: Row) -> str:
        """How far ahead or behind, by this rule; empty without pace."""
        return words.pace_zh(row, self.of(row), self.name_zh)


def shown(figure: Figure | None) -> str:
    """A cited number as a button; plain text where no row stands behind it."""
    if figure is None:
        return ""
    return num(figure.wording, figure_ref(figure))


def with_buttons(sentence: Cited) -> str:
    """A sentence with its numbers as buttons."""
    done, rest = [], sentence.text
    for figure in sentence.figures:
        before, _, rest = rest.partition(figure.wording)
        done.append(esc(before) + shown(figure))
    return "".join(done) + esc(rest)


def evidence_button(row: Row) -> str:
    """The actual value; opens its sentence where a document printed just this number, else what the verdict rests on.

    A figure to which a reading adds (8个 county platforms and the city's) is not the number that the sentence prints.
    """
    figure = words.actual_figure(row)
    if row["evidence_relation"] == FIGURE and figure.wording == row["actual_as_written"]:
        return num(figure.wording, ref(FIGURE, row["evidence_row_key"]))
    return shown(figure)


def either(rows: Sequence[Row]) -> str:
    """The actual values of several readings, each once: "227人或70人"; empty for no rows."""
    return "或".join({words.actual_figure(row).wording: evidence_button(row) for row in rows}.values())


def bullet(
    done: float | None, *, pace: float | None = None, goal: float = 1.0, top: float = 1.1, kind: str = ""
) -> str:
    """What is done as a bar from 0 to `top`, the target as a line across, the pace of time as a tick.

    Nothing is cut off: `top` must lie beyond all three. An unknown value is a dashed frame.
    """
    unit = 100 / top
    if done is None:
        marks = f'<i class="unknown" style="width:{goal * unit:.2f}%"></i>'
    else:
        marks = f'<i class="done {kind}" style="width:{max(done, 0) * unit:.2f}%"></i>'
    marks += f'<i class="goal" style="left:{goal * unit:.2f}%"></i>'
    if pace is not None:
        marks += f'<i class="pace" style="left:{pace * unit:.2f}%"></i>'
    return f'<div class="bullet" aria-hidden="true"><i class="rail"></i>{marks}</div>'


def key(rows: Sequence[Row], pace: Pace) -> str:
    """What the marks of a drawing mean; only those that occur in it."""
    marks = ['<span><i class="done"></i>完成</span>', '<span><i class="goal"></i>目标值</span>']
    if any(pace.of(row) is not None for row in rows):
        marks.append('<span><i class="pace"></i>序时进度</span>')
    if any(row["actual"] is None for row in rows):
        marks.append('<span><i class="unknown"></i>没有数</span>')
    return f'<div class="key">{"".join(marks)}</div>'


def bullet_of(row: Row, pace: Pace, top: float) -> str:
    """The bullet of one target: a share on its own scale with the target across, else the completion against 100 %."""
    if words.is_rate(row):
        return bullet(row["actual"], goal=row["target_value"], top=max(top, 1.0) * 1.02)
    return bullet(row["completion"], pace=pace.of(row), top=top * 1.02)


def scale_of(rows: Sequence[Row]) -> float:
    """The end of a scale on which every bar of `rows` is fully drawn."""
    return max([1.0, *(row["completion"] or 0 for row in rows if not words.is_rate(row)), *(row["actual"] or 0 for row in rows if words.is_rate(row))])  # fmt: skip


def verdict_card(rows: Sequence[Row], pace: Pace) -> str:
    """One figure and every target it is held against, each with its own verdict; one scale for all bars."""
    rows = sorted(rows, key=lambda row: (row["is_over"], row["is_replaced"], ORDER.index(row["outlook_code"])))
    known = max((row for row in rows if row["actual"] is not None), key=lambda row: row["as_of_on"])
    name = known["actual_label_zh"] or known["indicator_label_zh"]
    at_once = [row for row in rows if row["actual"] is not None and row["as_of_on"] == known["as_of_on"]]
    value = either(at_once)
    top = scale_of(rows)
    against = "".join(_against(row, pace, top, known["as_of_on"]) for row in rows)
    source = known["actual_source_title_zh"] or "月报"
    return (
        f'<section class="verdicts"><div class="fact"><div class="name">{esc(name)}</div>'
        f'<div class="value">{value}</div><div class="line">{esc(words.when_zh(known))}<br>{esc(source)}</div></div>'
        f'<div class="against">{against}</div></section>'
    )


def words_key(row: Row) -> str:
    """The key of a row's pace: reading and area."""
    return f"{row['reading']}|{row['area_id']}"


def chip(row: Row, *, is_told: bool = False) -> str:
    """The verdict as sign and word; opens what it rests on.

    Args:
        is_told: the head over it says the word, which is then only read aloud.
    """
    word, receipt = words.outlook_word(row), ref(words.VERDICT, row["verdict_key"])
    return verdict_chip(word, words.tone(row), receipt, is_told=is_told)


def _against(row: Row, pace: Pace, top: float, head_on: date) -> str:
    own = row["actual"] is not None and row["as_of_on"] != head_on
    held = f"{words.when_zh(row)}为{words.actual_figure(row).wording}" if own else ""
    notes = [held, pace.said(row), words.outlook_zh(row), words.date_caveat(row)]
    if words.is_rate(row) or not words.is_borrowed(row):
        notes.append(words.measure_caveat(row))
    below = "；".join(note for note in notes if note)
    return (
        f'<div class="one"><div class="goal-name">{_goal_line(row)}</div>{bullet_of(row, pace, top)}'
        f'<div class="says"><b>{with_buttons(words.verdict(row))}</b> {chip(row)}</div>'
        + (f'<div class="note">{esc(below)}</div>' if below else "")
        + "</div>"
    )


def _goal_line(row: Row) -> str:
    reading = f" · {esc(row['reading_zh'])}" if row["reading_zh"] else ""
    replaced = f" {badge('原目标，已调整')}" if row["is_replaced"] else ""
    return (
        f"{esc(row['name_zh'])}{reading}{replaced}：{shown(words.target_figure(row))}"
        f'<span class="src">{esc(row["binding_label_zh"])} · {esc(words.deadline_zh(row))} · {esc(short_source(row))}</span>'
    )


def named(row: Row) -> str:
    """The name of a target with the reading it is taken by."""
    return row["name_zh"] + (f"（{row['reading_zh']}）" if row["reading_zh"] else "")


def short_source(row: Row) -> str:
    """Document and chapter of a target, short."""
    return f"{document_short(row)} {row['chapter_zh']}".strip()


def progress_rows(rows: Sequence[Row], pace: Pace) -> str:
    """One row a target: name and document, bullet, what is done, verdict with pace and what is left."""
    top = scale_of(rows)
    return f'<div class="progs">{"".join(_progress_row(row, pace, top) for row in rows)}</div>'


def _progress_row(row: Row, pace: Pace, top: float) -> str:
    main = words.completion_figure(row)
    value = shown(main) if main else evidence_button(row)
    notes = [pace.said(row), words.outlook_zh(row), words.date_caveat(row), words.measure_caveat(row)]  # fmt: skip
    below = "；".join(note for note in notes if note)
    said = with_buttons(words.verdict(row)) if words.is_rate(row) else f"{evidence_button(row)} / {shown(words.target_figure(row))}"  # fmt: skip
    return (
        f'<div class="prog"><div class="name">{esc(row["name_zh"])}'
        f'<span class="src">{esc(row["binding_label_zh"])} · {esc(words.deadline_zh(row))} · {esc(short_source(row))}</span></div>'
        f"{bullet_of(row, pace, top)}"
        f'<div class="val">{value}</div><div class="says">{chip(row)} {said}'
        + (f'<div class="note">{esc(below)}</div>' if below else "")
        + "</div></div>"
    )


def targets_table(rows: Sequence[Row], pace: Pace) -> str:
    """The same targets as a table: every number of the drawing, document and chapter."""
    head = ["目标", "目标值", "期限", "属性", "实际值", "时点", "完成率", "序时进度", "判断", "出处"]
    body = [
        [
            esc(named(row)),
            shown(words.target_figure(row)),
            esc(words.deadline_zh(row)),
            esc(row["binding_label_zh"]),
            evidence_button(row),
            esc(words.when_zh(row)),
            shown(words.completion_figure(row)) or "—",
            _pace_text(row, pace.of(row)),
            chip(row),
            esc(short_source(row)),
        ]
        for row in rows
    ]
    return table(head, body, text_columns=(2, 3, 5, 8, 9), caption="目标与进度")


def _pace_text(row: Row, pace: float | None) -> str:
    """How far the year or the plan is, opening the progress; a seasonal one is not a number of that row."""
    if pace is None:
        return "—"
    return num(percent(pace), ref(words.PROGRESS, row["row_key"]) if pace == row["pace"] else None)


def without_figures(rows: Sequence[Row]) -> str:
    """Targets nobody published a figure for: what was promised, by when, where it is written; binding ones first.

    Where all stand in one document, its name is left to the foot.
    """
    ordered = sorted(rows, key=lambda row: row["binding_code"] != "binding")
    is_one_source = len({row["source_id"] for row in rows}) == 1
    items = "".join(
        f'<li><span class="want">{shown(words.target_figure(row))}</span><span class="what">{esc(named(row))}'
        f"{' ' + badge(row['binding_label_zh'], 'watch') if row['binding_code'] == 'binding' else ''}"
        f'<span class="src">{esc(row["binding_label_zh"])} · {esc(words.deadline_zh(row))} · {esc(row["chapter_zh"] if is_one_source else short_source(row))}</span></span></li>'
        for row in ordered
    )
    return f'<ul class="settle">{items}</ul>'


def unit_rows(rows: Sequence[Row]) -> str:
    """One row a unit: its bar against its own target, the city's rate, or alone; the furthest behind first."""
    top = max([1.0, *(row["completion"] or 0 for row in rows)])
    largest = max([row["value"] or 0 for row in rows] or [1.0]) or 1.0
    return f'<div class="progs">{"".join(_unit_row(row, top, largest) for row in rows)}</div>'


def _unit_row(row: Row, top: float, largest: float) -> str:
    value = show_value(row["value"], row["unit_zh"], decimals=row["decimals"] or 0, status_code=row["status_code"])
    opens = ref("mart.indicator_month", row["row_key"]) if row["value"] is not None else None
    if row["basis_code"] == "none":
        length = None if row["value"] is None else row["value"] / largest
        drawn = f'<div class="bullet" aria-hidden="true"><i class="rail"></i>{_plain_bar(length)}</div>'
        said = ""
    else:
        drawn = bullet(row["completion"], pace=row["pace"], top=top * 1.02, kind=_tone(row))
        said = _unit_said(row)
    return (
        f'<div class="prog"><div class="name">{_unit_name(row)}</div>{drawn}'
        f'<div class="val">{num(value, opens)}</div><div class="says">{said}</div></div>'
    )


def _plain_bar(length: float | None) -> str:
    return '<i class="unknown" style="width:100%"></i>' if length is None else f'<i class="done" style="width:{length * 100:.2f}%"></i>'  # fmt: skip


def _tone(row: Row) -> str:
    """How a unit stands against the pace of its year; nothing where no pace is told."""
    if row["pace"] is None or row["completion"] is None:
        return ""
    return "flat" if words.is_level(row, row["pace"]) else "good" if row["completion"] >= row["pace"] else "watch"


def _unit_said(row: Row) -> str:
    if row["completion"] is None:
        return ""
    whose = "本单位目标" if row["basis_code"] == "unit" else "全市目标值（参照）"
    goal = f"{whose}{words.goal_zh(row)}"
    if row["pace"] is not None:
        opens = ref(words.PROGRESS, row["progress_key"])
        return f"{_unit_verdict(row)}<br>{num(goal, opens, wrap=True)}，完成{num(percent(row['completion']), opens)}"
    return f"{_unit_verdict(row)} {esc(goal)}"


def _unit_name(row: Row) -> str:
    return esc(row["short_name_zh"]) + ("（功能区）" if row["kind_code"] == "functional_zone" else "")


def _unit_verdict(row: Row) -> str:
    """How a unit does: against the pace of its year where it has one, else the word of its verdict; "—" without either."""
    if row["completion"] is None or row["basis_code"] == "none":
        return "—"
    if row["pace"] is None:
        return chip(row)
    return verdict_chip(words.pace_zh(row, row["pace"]), _tone(row), ref(words.PROGRESS, row["progress_key"]))


def _judged(row: Row) -> str | None:
    """The receipt of how a unit does: its own task, else the city's target held against it."""
    return ref(words.PROGRESS, row["progress_key"]) or ref(words.VERDICT, row["verdict_key"])


def units_table(rows: Sequence[Row]) -> str:
    """The units' bars as a table, each with what it is held against and how it does."""
    body = [
        [
            _unit_name(row),
            num(
                show_value(row["value"], row["unit_zh"], decimals=row["decimals"] or 0, status_code=row["status_code"]),
                ref("mart.indicator_month", row["row_key"]) if row["value"] is not None else None,
            ),
            num(show_value(row["target_value"], row["unit_zh"]), _judged(row))
            if row["target_value"] is not None
            else "—",
            num(percent(row["completion"]), _judged(row))
            if row["completion"] is not None and row["unit_zh"] != "%"
            else "—",
            esc(words.BASIS_ZH[row["basis_code"]]),
            _unit_verdict(row),
        ]
        for row in rows
    ]
    return table(["单位", "数值", "目标值", "完成率", "对照", "判断"], body, text_columns=(4, 5), caption="各单位")
