"""The whole plan on one screen: one line a target, grouped by how it stands, all target ticks on one straight line."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pages.ui.kit.html import badge, esc, num, source_line
from pages.ui.kit.refs import ref
from pages.ui.marks import verdicts
from warehouse.wording import targets as words
from warehouse.wording.grammar.numbers import mark

Row = Mapping[str, Any]
# Beyond this many times its target a bar is broken and says so; its number is printed in full all the same.
LONGEST = 1.6
ENDED = ("missed", "met")
GROUPS = (
    ("running", "进行中"),
    ("ended", "已到期或未印期限有数"),
    ("to_confirm", "口径待确认"),
    ("unknown", "无数可判"),
)
NOTES = {
    "ended": "实际／目标、差距、期限",
    "to_confirm": "只列数，不判断",
    "unknown": "没有数不等于没有完成",
}
# Groups of one verdict: their head has its word, and each line its sign.
SAID_BY_HEAD = {"to_confirm": "to_confirm", "unknown": "unknown"}
# What a head takes of a column, in lines.
HEAD_LINES = 1.5
# A plan of so many lines stands in one column, its bars as long as the screen is wide.
ONE_COLUMN_LINES = 12


def grouped(wholes: Sequence[Row]) -> dict[str, list[Row]]:
    """The counted targets by group, each in exactly one: running ones first, then ended with a verdict, then the rest."""
    found: dict[str, list[Row]] = {code: [] for code, _ in GROUPS}
    for row in words.counted(wholes):
        found[_group(row)].append(row)
    found["ended"].sort(key=lambda row: (row["outlook_code"] != "missed", _share(row) or 0))
    found["running"].sort(key=lambda row: _share(row) or 0)
    found["unknown"].sort(key=lambda row: row["binding_code"] != "binding")
    return found


def _group(row: Row) -> str:
    # Also one of which nothing can be said this month: it is still under way, and stands first.
    if words.is_running(row) and row["comparator"] != words.QUALITATIVE and row["outlook_code"] != "to_confirm":
        return "running"
    if row["outlook_code"] in ENDED:
        return "ended"
    return "to_confirm" if row["outlook_code"] == "to_confirm" else "unknown"


def plan(wholes: Sequence[Row], lines: Sequence[Row], pace: verdicts.Pace) -> str:
    """The board; `lines` are the readings and parts of the same targets, for pace and single values."""
    own: dict[str, list[Row]] = {}
    for row in lines:
        if row["level_code"] != "unit" and row["part_zh"] is None:
            own.setdefault(row["target_id"], []).append(row)
    groups = {code: rows for code, rows in grouped(wholes).items() if rows}
    parts = [_part(code, rows, own, pace) for code, rows in groups.items()]
    first = _first_side([_lines_of(code, rows) for code, rows in groups.items()])
    left, right = "".join(parts[:first]), "".join(parts[first:])
    # Said before its sides come: a browser draws the first while the second is on its way.
    kind, right = ("plan two-sided", f'<div class="plan-side">{right}</div>') if right else ("plan", "")
    return f'<div class="{kind}"><div class="plan-side">{left}{_key(wholes, "".join(parts), pace)}</div>{right}</div>'


def _lines_of(code: str, rows: Sequence[Row]) -> float:
    """How high a group stands, in lines; where nothing is known, two targets share one."""
    return HEAD_LINES + len(rows) / (2 if code == "unknown" else 1)


def _first_side(heights: Sequence[float]) -> int:
    """How many groups stand in the first column, so that the higher of the two is as low as can be; all of a short plan."""
    if sum(heights) <= ONE_COLUMN_LINES:
        return len(heights)
    return min(range(1, len(heights) + 1), key=lambda n: max(sum(heights[:n]), sum(heights[n:])), default=0)


def _part(code: str, rows: Sequence[Row], own: Mapping[str, Sequence[Row]], pace: verdicts.Pace) -> str:
    name, usual = dict(GROUPS)[code], _usual_deadline(code, rows)
    if code == "unknown" and any(row["comparator"] == words.QUALITATIVE for row in rows):
        # The first line counts both apart.
        name = f"{name}与定性目标"
    drawn = "".join(_line(row, own.get(row["target_id"], ()), pace, code, usual) for row in rows)
    note = "，".join(said for said in (NOTES.get(code, ""), f"期限除另注外为{usual}" if usual else "") if said)
    return (
        f'<section class="plan-part {code}"><h3>{esc(name)} {len(rows)}{_tally(code, rows)}'
        f'<small>{esc(note)}</small></h3><div class="plan-lines">{drawn}</div></section>'
    )


def _usual_deadline(code: str, rows: Sequence[Row]) -> str:
    """The deadline of most targets of which nothing is known: told once, in their head; empty where there is none."""
    found = Counter(words.deadline_zh(row) for row in rows if row["deadline_on"]) if code == "unknown" else Counter()
    usual, count = found.most_common(1)[0] if found else ("", 0)
    return usual if count > 1 and 2 * count > len(rows) else ""


def plan_foot(wholes: Sequence[Row], release_id: str) -> str:
    """The source line under the board."""
    titles = dict.fromkeys(f"《{row['source_title_zh']}》" for row in wholes if row["source_title_zh"])
    dates = [row["as_of_on"] for row in wholes if row["as_of_on"]]
    held = words.span_zh(min(dates), max(dates)) if dates else "没有实际值"
    return source_line("、".join(titles), held, release_id)


def _tally(code: str, rows: Sequence[Row]) -> str:
    if code != "ended":
        return ""
    missed = sum(row["outlook_code"] == "missed" for row in rows)
    counts = ((missed, "▼ 未完成", "watch"), (len(rows) - missed, "▲ 已完成", "good"))
    return "".join(f'<span class="status {tone}">{word}{count}</span>' for count, word, tone in counts if count)


def _line(row: Row, readings: Sequence[Row], pace: verdicts.Pace, group: str, usual: str) -> str:
    # Of several readings none speaks for the target: their values stand side by side, their pace is told below.
    line = readings[0] if len(readings) == 1 else None
    binding = badge(row["binding_label_zh"]) if row["binding_code"] == "binding" else ""
    goal = verdicts.shown(words.target_figure(row)) + (esc(words.yearly_zh(line)) if line is not None else "")
    due = words.deadline_zh(row)
    is_told = SAID_BY_HEAD.get(group) == row["outlook_code"]
    name = f'<div class="name">{esc(row["name_zh"])} {binding}</div>'
    ends = f'<div class="chip">{verdicts.chip(row, is_told=is_told)}</div>'
    by = f'<div class="by">{esc("" if due == usual else due)}</div>'
    if group == "unknown":
        return f'<div class="plan-line quiet">{ends}{name}{by}<div class="amount">{goal}</div></div>'
    return (
        f'<div class="plan-line">{name}{_bar(row, line, pace)}'
        f'<div class="amount">{_actual(row, readings)}／{goal}</div>{ends}'
        f'<div class="gap">{esc(_gap(row, line, pace))}</div>{by}</div>'
    )


def _actual(row: Row, readings: Sequence[Row]) -> str:
    if row["actual"] is not None:
        return verdicts.evidence_button(row)
    if row["reading_count"] > 1:
        return verdicts.either([one for one in readings if one["actual"] is not None]) or mark("missing")
    if row["parts_named"] > 1 and row["parts_measured"]:
        text = f"{row['parts_met']}/{row['parts_named']}项"
        return num(text, ref(words.VERDICT, row["verdict_key"]))
    return mark("missing")


def _share(row: Row) -> float | None:
    """The value as a share of the target; of parts that are reached where there are several; None where none is known."""
    if row["reading_count"] == 1 and row["parts_named"] > 1 and row["parts_measured"]:
        return row["parts_met"] / row["parts_named"]
    if row["actual"] is None or not row["target_value"]:
        return None
    return row["actual"] / row["target_value"]


def _bar(row: Row, line: Row | None, pace: verdicts.Pace) -> str:
    unit = 100 / LONGEST
    share = _share(row)
    marks = ['<i class="rail"></i>']
    if share is None:
        marks.append(f'<i class="unknown" style="width:{unit:.2f}%"></i>')
    else:
        broken = " broken" if share > LONGEST else ""
        width = min(max(share, 0), LONGEST) * unit
        marks.append(f'<i class="done {words.tone(row)}{broken}" style="width:{width:.2f}%"></i>')
    later = row["newest_value"]
    if later is not None and row["target_value"] and later != row["actual"] and row["parts_named"] <= 1:
        marks.append(f'<i class="later" style="left:{min(later / row["target_value"], LONGEST) * unit:.2f}%"></i>')
    due = pace.of(line) if line is not None else None
    if due is not None and not words.is_rate(row):
        marks.append(f'<i class="pace" style="left:{min(due, LONGEST) * unit:.2f}%"></i>')
    marks.append(f'<i class="goal" style="left:{unit:.2f}%"></i>')
    return f'<div class="plan-bar" aria-hidden="true">{"".join(marks)}</div>'


def _gap(row: Row, line: Row | None, pace: verdicts.Pace) -> str:
    """The distance in words: of the pace while it runs, of the target once it is judged; nothing where none is judged."""
    if words.is_running(row) and line is not None and (said := pace.said(line)):
        return said
    if words.is_running(row) and not row["parts_measured"]:
        return words.absence_zh(row)
    if row["reading_count"] > 1:
        is_open = row["outlook_code"] == "to_confirm"
        return "" if not row["parts_measured"] else "几种读法，各有判断" if is_open else "几种读法一致"
    if row["parts_named"] > 1 and row["parts_measured"]:
        return words.parts_zh(row)
    return words.gap_zh(row) if row["outlook_code"] in ENDED else ""


def _key(wholes: Sequence[Row], drawn: str, pace: verdicts.Pace) -> str:
    """What the marks mean, of those that are drawn."""
    names = {"goal": "目标（各行对齐）", "pace": pace.name_zh, "later": "最近的数，不改判断"}
    marks = [
        f'<span><i class="{kind}"></i>{esc(name)}</span>'
        for kind, name in names.items()
        if f'<i class="{kind}"' in drawn
    ]
    if any((_share(row) or 0) > LONGEST for row in wholes):
        marks.append(f'<span><i class="broken"></i>超过目标的{LONGEST:g}倍，条形截断</span>')
    if any(row["is_marked"] for row in wholes):
        marks.append(f"<span>{esc(words.MARK_RULE_ZH)}</span>")
    return f'<div class="key">{"".join(marks)}</div>' if marks else ""
