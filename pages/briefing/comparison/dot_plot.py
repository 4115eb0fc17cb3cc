"""Items as rows of a dot plot: each on its own true axis from zero, the areas as shapes, the country behind in grey."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from pages.ui.kit.axes import nice
from pages.ui.kit.html import badge, esc, num
from pages.ui.marks.box_plot import SIGNS

MOST_STEPS = 5
# Columns of dots a row has room for.
BINS = 70
# Two marks nearer than this share of the axis get their labels above each other.
NEAR = 0.16
# A mark beyond the first share of the axis has its label before it, where the other one is as far away as the second.
LATE, FAR = 0.9, 0.35
NOTE_SIGNS = "①②③④⑤⑥⑦⑧⑨"


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One area on a row: its place on the page (shape and colour), its value, the text printed and its receipt."""

    position: int
    name_zh: str
    value: float
    text: str
    receipt: str | None


@dataclass(frozen=True, kw_only=True)
class Country:
    """All areas of the level behind a row: how many lie in each step of the axis, and the middle half."""

    steps: Mapping[int, int]
    steps_top: float
    quarter: float
    median: float
    three_quarters: float
    count: int


@dataclass(frozen=True, kw_only=True)
class DotRow:
    """One item. `said_html` is what stands at the right, the difference; notes and what follows are HTML as well.
    `cautions` are sentences to bear in mind, told once under all rows; `when_zh` is the day all values share.
    """

    name_zh: str
    notes_html: Sequence[str]
    dots: Sequence[Dot]
    top: float
    ticks: Sequence[tuple[float, str]]
    said_html: str = ""
    more_html: Sequence[str] = ()
    cautions: Sequence[str] = ()
    when_zh: str = ""
    badge_zh: str = ""
    country: Country | None = None


def axis(highest: float, tick_text, *, whole: float | None = None) -> tuple[float, list[tuple[float, str]]]:
    """The end of an axis from zero and its labels; `whole` ends it there where nothing lies above.

    Args:
        tick_text: the words of a tick; the unit stands at the last one only.
    """
    end = Decimal(str(whole if whole is not None and highest <= whole else highest or 1.0))
    step = nice(float(end) / MOST_STEPS)
    count = ceil(end / step)
    top = float(end if whole is not None and highest <= whole and end % step == 0 else step * count)
    values = [float(step * number) for number in range(int(Decimal(str(top)) / step) + 1)]
    return top, [(value, tick_text(value, is_last=value == values[-1])) for value in values]


def dot_rows(rows: Sequence[DotRow]) -> str:
    """The rows under each other; an axis that several share is printed under the last of them, a caution once for all."""
    cautions = list(dict.fromkeys(caution for row in rows for caution in row.cautions))
    marked = {caution: NOTE_SIGNS[place % len(NOTE_SIGNS)] for place, caution in enumerate(cautions)}
    drawn = "".join(
        _row(row, marked, is_axis_below=after is not None and after.ticks == row.ticks)
        for row, after in zip(rows, [*rows[1:], None], strict=True)
    )
    told = "".join(f"<p><i>{sign}</i>{esc(caution)}</p>" for caution, sign in marked.items())
    return f'<div class="dots">{drawn}</div>' + (f'<div class="row-notes">{told}</div>' if told else "")


def _row(row: DotRow, marked: Mapping[str, str], *, is_axis_below: bool) -> str:
    signs = "".join(f'<sup title="{esc(caution)}">{marked[caution]}</sup>' for caution in row.cautions)
    notes = "".join(f"<span>{note}</span>" for note in row.notes_html if note)
    said = f'<b class="said">{row.said_html}</b>' if row.said_html else ""
    more = "".join(f"<span>{text}</span>" for text in (*row.more_html, esc(row.when_zh)) if text)
    kind = "dot-row" + (" with-country" if row.country else "") + (" shares-axis" if is_axis_below else "")
    return (
        f'<div class="{kind}"><div class="what"><b>{esc(row.name_zh)}{signs}</b>{notes}</div>'
        f'<div class="plot" style="--step:{100 / max(len(row.ticks) - 1, 1):.3f}%">{_listed(row)}{_country(row)}{_line(row)}{_ticks(row)}</div>'
        f'<div class="words">{said}{badge(row.badge_zh)}{more}</div></div>'
    )


def _at(row: DotRow, value: float) -> str:
    return f"{min(max(value / row.top, 0), 1) * 100:.2f}%"


def _listed(row: DotRow) -> str:
    """The values in a row, for narrow screens and for more areas than labels have room for."""
    parts = "".join(
        f'<span class="area-{dot.position}"><i aria-hidden="true">{SIGNS[dot.position]}</i>{esc(dot.name_zh)} '
        f"{num(dot.text, dot.receipt)}</span>"
        for dot in sorted(row.dots, key=lambda dot: -dot.value)
    )
    return f'<div class="listed{" always" if len(row.dots) > 2 else ""}">{parts}</div>'


def _line(row: DotRow) -> str:
    ordered = sorted(row.dots, key=lambda dot: dot.value)
    low, high = ordered[0].value / row.top, ordered[-1].value / row.top
    between = f'<u style="left:{low * 100:.2f}%;width:{(high - low) * 100:.2f}%"></u>' if len(ordered) > 1 else ""
    marks = "".join(
        f'<i class="dot area-{dot.position}" style="left:{_at(row, dot.value)}" aria-hidden="true">{SIGNS[dot.position]}</i>'
        for dot in ordered
    )
    labels = ""
    if len(ordered) <= 2:
        near = high - low < NEAR
        for place, dot in enumerate(ordered):
            left = len(ordered) == 2 and place == 0
            side = (
                "left" if left and (dot.value / row.top > NEAR or not near) and dot.value / row.top > NEAR else "right"
            )
            if not left and dot.value / row.top > LATE and high - low > FAR:
                side = "left"
            lifted = " lifted" if left and side == "right" else ""
            labels += (
                f'<span class="label {side}{lifted} area-{dot.position}" style="left:{_at(row, dot.value)}">'
                f"<em>{esc(dot.name_zh)}</em> {num(dot.text, dot.receipt)}</span>"
            )
    return f'<div class="line">{between}{marks}{labels}</div>'


def _country(row: DotRow) -> str:
    if row.country is None:
        return ""
    deepest = max(row.country.steps.values())
    width = 100 / BINS
    columns = []
    for number, count in sorted(row.country.steps.items()):
        middle = (number + 0.5) * row.top / BINS
        inner = row.country.quarter <= middle <= row.country.three_quarters
        columns.append(
            f'<i class="{"inner" if inner else "outer"}" style="left:{number * width:.3f}%;width:{width:.3f}%;'
            f'height:{count / deepest * 100:.1f}%"></i>'
        )
    stems = "".join(f'<i class="stem area-{dot.position}" style="left:{_at(row, dot.value)}"></i>' for dot in row.dots)
    median = f'<i class="median" style="left:{_at(row, row.country.median)}"></i>'
    return f'<div class="country" aria-hidden="true">{"".join(columns)}{median}{stems}</div>'


def _ticks(row: DotRow) -> str:
    marks = " ".join(f'<span style="left:{_at(row, value)}">{esc(text)}</span>' for value, text in row.ticks)
    return f'<div class="ticks" aria-hidden="true">{marks}</div>'
