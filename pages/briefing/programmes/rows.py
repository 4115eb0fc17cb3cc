"""The programme register turned into a board of families, cards and a timeline."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from pages.ui.kit.html import esc, num, table
from pages.ui.kit.refs import ref
from pages.ui.marks.original import quote_button
from warehouse.spelling import initials, syllables
from warehouse.wording.programmes import NO_FIGURES_ZH, document_short, event_date, event_year, with_figures

Row = Mapping[str, Any]

# The kinds of meta.code in the order and company in which a leader looks for them; a kind not named here is 其他.
FAMILIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "works": ("设施与工程", ("facility", "project", "base", "pilot", "platform")),
    "service": ("服务与活动", ("service", "model", "campaign")),
    "money": ("资金与优惠", ("subsidy", "insurance", "fund", "incentive")),
    "people": ("人才与荣誉", ("talent", "contest", "honour", "brand")),
    "system": ("制度与机制", ("system", "mechanism", "body", "supervision", "evaluation")),
    "basis": ("依据与标准", ("law", "plan", "policy", "standard", "list")),
    "industry": ("产业业态", ("industry",)),
    "strategy": ("战略方针", ("strategy",)),
    "other": ("其他", ()),
}
_FAMILY_OF = {kind: code for code, (_, kinds) in FAMILIES.items() for kind in kinds}
# Phrases every document repeats: counted, but folded away.
FOLDED = "strategy"
STATUS_TONES = {
    "in_force": ("●", "已实施"),
    "done": ("■", "已完成"),
    "planned": ("○", "计划"),
    "encouraged": ("◇", "鼓励"),
}
MOST_EVENTS = 6


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the reader wants to see of the register; empty texts are no condition."""

    text: str = ""
    family: str = ""
    status: str = ""
    figures: str = ""
    source_id: str = ""

    @property
    def is_all(self) -> bool:
        """Whether nothing was asked for."""
        return not (self.text.strip() or self.family or self.status or self.figures or self.source_id)


def family_of(kind_code: str) -> str:
    """The family of a kind."""
    return _FAMILY_OF.get(kind_code, "other")


def with_family(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows with their family's code and name."""
    return [
        {**row, "family": family_of(row["kind_code"]), "family_zh": FAMILIES[family_of(row["kind_code"])][0]}
        for row in rows
    ]


def picked(rows: Sequence[Row], chosen: Chosen) -> list[Row]:
    """The rows that meet every condition: promised without a number first, then the others; by family and kind, those with
    figures first in their kind."""
    wanted = "".join(chosen.text.split()).lower()
    kept = [
        row
        for row in rows
        if chosen.family in ("", row["family"])
        and chosen.status in ("", row["status_code"])
        and (not chosen.source_id or chosen.source_id in row["source_ids"])
        and (not chosen.figures or (chosen.figures == "with") == bool(row["figures"]))
        and (not wanted or _matches(row, wanted))
    ]
    order = list(FAMILIES)
    kinds = [kind for _, family in FAMILIES.values() for kind in family]
    return sorted(
        kept,
        key=lambda row: (
            not is_promise(row),
            order.index(row["family"]),
            kinds.index(row["kind_code"]) if row["kind_code"] in kinds else len(kinds),
            not row["figures"],
        ),
    )


def is_promise(row: Row) -> bool:
    """Whether a document promised it and printed no number by which it could be checked."""
    return row["status_code"] == "planned" and not row["figures"]


def _matches(row: Row, wanted: str) -> bool:
    if wanted.isascii() and wanted.isalpha():
        return any(wanted in spelled for spelled in _spelled(row["name_zh"]))
    return wanted in row["name_zh"].lower() or wanted in row["quote"].lower()


@lru_cache(maxsize=4096)
def _spelled(name_zh: str) -> tuple[str, str]:
    """Pinyin and initials of a name."""
    return "".join(syllables(name_zh)), initials(name_zh)


def board(rows: Sequence[Row]) -> str:
    """One row a family, most figures first: a bar of all it names, its dark part what has figures; a name picks it."""
    families = {code: [row for row in rows if row["family"] == code] for code in FAMILIES}
    ordered = sorted(families.items(), key=lambda item: (-with_figures(item[1]), -len(item[1])))
    most = max(len(each) for each in families.values())
    lines = "".join(_family(code, each, most) for code, each in ordered if each)
    key = '<div class="key"><span><i class="done"></i>印有数字</span><span><i class="bare"></i>文件未公布数字</span></div>'
    return f'{key}<div class="families">{lines}</div>'


def _family(code: str, rows: Sequence[Row], most: int) -> str:
    figures = with_figures(rows)
    name = FAMILIES[code][0]
    return (
        f'<div class="family"><div class="name"><button type="button" class="num pick" data-act="family:{code}"'
        f' aria-label="只看{esc(name)}">{esc(name)}</button></div>'
        f'<div class="stack" aria-hidden="true"><i class="done" style="width:{figures / most * 100:.2f}%"></i>'
        f'<i class="bare" style="width:{(len(rows) - figures) / most * 100:.2f}%"></i></div>'
        f'<div class="val">{len(rows)}项</div><div class="say">{figures}项有数字，{len(rows) - figures}项没有</div></div>'
    )


def board_table(rows: Sequence[Row]) -> str:
    """Families by status: how many are named and how many of them have figures."""
    statuses = list(dict.fromkeys(row["status_code"] for row in rows))
    labels = {row["status_code"]: row["status_label_zh"] for row in rows}
    body = []
    for code, (name, _) in FAMILIES.items():
        of_family = [row for row in rows if row["family"] == code]
        if of_family:
            cells = [[row for row in of_family if row["status_code"] == status] for status in statuses]
            body.append([esc(name), *(_counted(cell) for cell in [*cells, of_family])])
    head = ["类别", *(labels[status] for status in statuses), "合计"]
    return table([*head[:-1], "合计（其中有数字）"], body, caption="各类点名项数，括号内为印有数字的项数")


def _counted(rows: Sequence[Row]) -> str:
    return f"{len(rows)}（{with_figures(rows)}）" if rows else "0"


def entries(rows: Sequence[Row]) -> str:
    """The entries of one sheet, under the heading of their kind."""
    parts, kind = [], None
    for row in rows:
        if (row["kind_code"], is_promise(row)) != kind:
            promised = "答应了、没有公布数 · " if is_promise(row) else ""
            parts.append(f'{"</ul>" if kind else ""}<h3 class="chapter">{promised}{esc(row["family_zh"])} · {esc(row["kind_label_zh"])}</h3><ul class="register">')  # fmt: skip
            kind = (row["kind_code"], is_promise(row))
        parts.append(_entry(row))
    return "".join(parts) + ("</ul>" if rows else "")


def folded(rows: Sequence[Row]) -> str:
    """Set phrases of strategy, folded to one line."""
    if not rows:
        return ""
    items = "、".join(quote_button(row["name_zh"], row["programme_id"]) for row in rows)
    return f'<details class="fold"><summary>另有{len(rows)}项战略方针的提法，已折叠</summary><p>{items}</p></details>'


def _entry(row: Row) -> str:
    sign, _ = STATUS_TONES.get(row["status_code"], ("●", ""))
    if row["figures"]:
        said = "".join(
            f"<li>{esc(figure['name_zh'])} {num(figure['value_as_written'], ref('core.fct_document_figure', figure['figure_id']), wrap=True)}</li>"
            for figure in row["figures"]
        )
        figures = f'<ul class="figures">{said}</ul>'
    else:
        figures = f'<div class="bare-word">{NO_FIGURES_ZH}</div>'
    where = [document_short(row), (row["chapter_zh"] or "").split(" › ")[-1]]
    extra = [f"{row['year']}年" if row["year"] else "", _named_zh(row)]
    note = " · ".join(part for part in (*where, *extra) if part)
    return (
        f'<li><div class="head">{quote_button(row["name_zh"], row["programme_id"], label_zh=row["name_zh"] + "，看原文")}'
        f'<span class="state {row["status_code"]}">{sign} {esc(row["status_label_zh"])}</span></div>'
        f'{figures}<div class="note">{esc(note)}</div></li>'
    )


def _named_zh(row: Row) -> str:
    """How often a thing is named, and in how many documents; empty where once."""
    if len(row["source_ids"]) > 1:
        return f"{len(row['source_ids'])}份文件共提到{row['times']}次，以最近的为准"
    return f"同一文件提到{row['times']}次" if row["times"] > 1 else ""


def timeline(events: Sequence[Row]) -> str:
    """The events on one axis of years, gathered by the year they end in; a long year folds after the first few.

    Each unfolds to its sentence. What is dated to the year or the month covers all of it, as nobody knows the day.
    """
    years: dict[int, list[Row]] = {}
    for event in events:
        years.setdefault(event_year(event), []).append(event)
    axis = Axis(min(event["start_on"].year for event in events), max(years))
    rows = "".join(
        f'<div class="date">{year}年<span class="where">{len(each)}件</span></div><div>{_year(each, axis)}</div>'
        for year, each in sorted(years.items())
    )
    key = (
        '<div class="key"><span><i class="moment"></i>日期确切到日</span><span><i class="stretch dated"></i>只知年或月</span>'
        '<span><i class="stretch"></i>起止之间</span></div>'
    )
    return f'{key}<div class="tl events"><div class="date"></div><div>{axis.head()}</div>{rows}</div>'


@dataclass(frozen=True)
class Axis:
    """An axis of whole years, each as wide as any other."""

    first_year: int
    last_year: int

    @property
    def years(self) -> int:
        """How many years it shows."""
        return self.last_year - self.first_year + 1

    def at(self, day: date) -> float:
        """Where the day begins, in per cent of the axis."""
        start = date(day.year, 1, 1)
        share = (day - start).days / (date(day.year + 1, 1, 1) - start).days
        return (day.year - self.first_year + share) / self.years * 100

    def head(self) -> str:
        """The years over the axis: the first, the last, and every fifth between them that has room."""
        told = [
            year
            for year in range(self.first_year, self.last_year + 1)
            if year in (self.first_year, self.last_year)
            or (year % 5 == 0 and self.first_year + 1 < year < self.last_year - 1)
        ]
        labels = "".join(
            f'<span class="year" style="left:{(year - self.first_year + 0.5) / self.years * 100:.2f}%">{year}</span>'
            for year in told
        )
        return f'<div class="axis-row" aria-hidden="true"><span></span><span class="axis">{labels}</span></div>'

    def mark(self, event: Row) -> str:
        """The event on the axis: a point for a day, a frame for a year or month, a bar from start to end; without an end
        it runs on to the edge."""
        start = event["start_on"]
        if event["precision_code"] == "day":
            return f'<i class="moment" style="left:{self.at(start):.2f}%"></i>'
        is_open = event["end_on"] is None
        end = 100 if is_open else self.at(event["end_on"] + timedelta(days=1))
        kind = "open" if is_open else "" if event["precision_code"] == "period" else "dated"
        return f'<i class="stretch {kind}" style="left:{self.at(start):.2f}%;width:{end - self.at(start):.2f}%"></i>'

    def grid(self) -> str:
        """The width of one year as the line behind the marks repeats it."""
        return f"background-size:{100 / self.years:.4f}% 100%"


def _year(events: Sequence[Row], axis: Axis) -> str:
    first = "".join(_event(event, axis) for event in events[:MOST_EVENTS])
    rest = events[MOST_EVENTS:]
    more = ""
    if rest:
        more = f'<details class="fold"><summary>还有{len(rest)}件</summary>{"".join(_event(event, axis) for event in rest)}</details>'
    return first + more


def _event(event: Row, axis: Axis) -> str:
    return (
        f'<details class="event"><summary><span class="what-was">{esc(event["title_zh"])}</span>'
        f'<span class="axis" style="{axis.grid()}" aria-hidden="true">{axis.mark(event)}</span></summary>'
        f'<div class="note">{esc(event_date(event))} · {esc(document_short(event))}：“{esc(event["quote"])}”</div></details>'
    )


def timeline_table(events: Sequence[Row]) -> str:
    """The events as a table: date, what, sentence, document."""
    body = [
        [esc(event_date(event)), esc(event["title_zh"]), esc(event["quote"]), esc(document_short(event))]
        for event in events
    ]
    return table(["时间", "事件", "原句", "文件"], body, text_columns=(1, 2, 3), caption="大事时间线")
