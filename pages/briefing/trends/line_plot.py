"""The line of 趋势 on the screen: our own HTML, drawn anew at every width, so that no letter is ever scaled.

Months are columns of equal width; a value stands at its share of the axis. Lines are stretched, signs and words are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pages.briefing.trends.chart import Ahead, Latest, Line, Mark
from pages.ui.kit.charts import Point
from pages.ui.kit.html import esc, num
from warehouse.month import add_months, months_between

# Words at a point stand to its left from here on, else to its right; over it up to this height, else under it.
FAR_RIGHT, HIGH = 0.55, 0.72
# Share of the width a named event needs; nearer ones keep their sign only.
NAME_NEEDS = 0.24
MOST_TICKS = 14
# Shares of the width that the number of a year needs on a phone, and on a screen.
YEAR_NEEDS, YEAR_NEEDS_WIDE = 0.16, 0.06
# More months than that have smaller dots.
DENSE = 30


@dataclass(frozen=True)
class _Frame:
    """Where a month and a value stand, as shares of the width and of the height."""

    first: date
    count: int
    low: float
    high: float

    def x(self, day: date, *, is_month: bool = True) -> float:
        """The middle of a month, or the place of a day within it."""
        months = (day.year - self.first.year) * 12 + day.month - self.first.month
        return (months + (0.5 if is_month else day.day / 31)) / self.count

    def y(self, value: float) -> float:
        """The share of the height, from the bottom."""
        return (value - self.low) / ((self.high - self.low) or 1.0)


def line_plot(line: Line) -> str:
    """The picture as HTML with its own legend; the table beside it holds the same numbers."""
    frame = _frame(line)
    latest = _latest(frame, line.latest, line.ahead) if line.latest else ""
    kinds = "line-plot" + (" with-latest" if latest else "") + (" dense" if len(line.points) > DENSE else "")
    # A few printed figures are no line: a screen of empty paper around them says nothing.
    kinds += "" if line.points else " low"
    return (
        f'<div class="{kinds}">{_phone_latest(line.latest)}<div class="area">'
        f'<div class="levels" aria-hidden="true">{_levels(frame, line)}</div><div class="field">'
        f"{_bands(frame, line)}{_gaps(frame, line)}{_grid(frame, line)}{_strokes(frame, line)}{_breaks(frame, line)}"
        f"{_stems(frame, line.marks)}{_ahead(frame, line)}{_months(frame, line)}{_printed(frame, line)}"
        f"{_told(frame, line)}{_bracket(frame, line)}{latest}</div></div>"
        f'<div class="months-line" aria-hidden="true">{_ticks(frame)}</div>{_events(frame, line.marks)}{_legend(line)}</div>'
    )


def _frame(line: Line) -> _Frame:
    days = [point.month for point in line.points] + [day for one in line.printed for day in one.days]
    days += [line.ahead.month] if line.ahead else []
    if line.points:
        first, last = min(days).replace(day=1), max(days).replace(day=1)
    else:
        # Printed figures alone: whole years, so that a point never hangs at the edge.
        first, last = date(min(days).year, 1, 1), date(max(days).year, 12, 1)
    levels = [level for level, _ in line.axis] or [0.0, 1.0]
    return _Frame(
        first=first,
        count=len(months_between(first, last)),
        low=levels[0],
        high=levels[-1] + (levels[-1] - levels[0]) * 0.05,
    )


def _left(share: float) -> str:
    return f"left:{share * 100:.2f}%"


def _bottom(share: float) -> str:
    return f"bottom:{min(max(share, 0.0), 1.0) * 100:.2f}%"


def _levels(frame: _Frame, line: Line) -> str:
    return "".join(f'<span style="{_bottom(frame.y(level))}">{esc(text)}</span>' for level, text in line.axis)


def _grid(frame: _Frame, line: Line) -> str:
    return "".join(f'<i class="grid-line" style="{_bottom(frame.y(level))}"></i>' for level, _ in line.axis)


def _bands(frame: _Frame, line: Line) -> str:
    """The limits of each stretch, with their values at its left end."""
    drawn = ""
    for number, segment in enumerate(line.segments):
        months = [point.month for point in line.points[segment.start : segment.end]]
        if not months:
            continue
        start, end = frame.x(months[0]) - 0.5 / frame.count, frame.x(months[-1]) + 0.5 / frame.count
        low, high, centre = (frame.y(value) for value in (segment.lower, segment.upper, segment.centre))
        low, high = max(low, 0.0), min(high, 1.0)
        inner = min(max((centre - low) / ((high - low) or 1.0), 0.0), 1.0) * 100
        names = ""
        if number < len(line.limit_names):
            upper_zh, lower_zh = line.limit_names[number]
            names = f'<em class="upper">{esc(upper_zh)}</em><em class="lower">{esc(lower_zh)}</em>'
        drawn += (
            f'<div class="band{" trial" if segment.is_trial else ""}" aria-hidden="true" style="{_left(start)};'
            f'width:{(end - start) * 100:.2f}%;{_bottom(low)};height:{(high - low) * 100:.2f}%">'
            f'<i style="bottom:{inner:.2f}%"></i>{names}</div>'
        )
    return drawn


def _gaps(frame: _Frame, line: Line) -> str:
    """Months without a number: hatched, with who did not report; neighbours for the same reason are one."""
    runs: list[list[date]] = []
    whys = dict(line.gaps)
    for month, why in line.gaps:
        if runs and add_months(runs[-1][-1], 1) == month and whys[runs[-1][-1]] == why:
            runs[-1].append(month)
        else:
            runs.append([month])
    return "".join(
        f'<div class="gap-column" style="{_left(frame.x(run[0]) - 0.5 / frame.count)};width:{100 * len(run) / frame.count:.2f}%">'
        f"<span><b>缺</b>{esc(whys[run[0]])}</span></div>"
        for run in runs
    )


def _runs(points: Sequence[Point], edges: Sequence[date]) -> list[list[Point]]:
    """The stretches without a gap; a line is never drawn across a break either."""
    runs: list[list[Point]] = [[]]
    for point in points:
        if point.month in edges:
            runs.append([])
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _path(frame: _Frame, points: Sequence[Point], kind: str) -> str:
    places = " ".join(f"{frame.x(p.month) * 100:.2f},{(1 - frame.y(p.value)) * 100:.2f}" for p in points)
    return f'<polyline class="{kind}" points="{places}"/>'


def _strokes(frame: _Frame, line: Line) -> str:
    edges = [month for month, _ in line.breaks]
    if line.starts_anew:
        edges += [point.month for point in line.points if point.month.month == 1]
    ghost = "".join(_path(frame, run, "ghost") for run in _runs(line.year_ago, edges) if len(run) > 1)
    own = "".join(_path(frame, run, "own") for run in _runs(line.points, edges) if len(run) > 1)
    return f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">{ghost}{own}</svg>'


def _breaks(frame: _Frame, line: Line) -> str:
    return "".join(
        f'<div class="break{" late" if frame.x(month) > FAR_RIGHT else ""}" style="{_left(frame.x(month) - 0.5 / frame.count)}">'
        f"<span>断点：{esc(reason)}</span></div>"
        for month, reason in line.breaks
    )


def _stems(frame: _Frame, marks: Sequence[Mark]) -> str:
    return "".join(
        f'<i class="event-stem" style="{_left(frame.x(mark.day, is_month=False))}"></i>' for mark in _in(frame, marks)
    )


def _in(frame: _Frame, marks: Sequence[Mark]) -> list[Mark]:
    return [mark for mark in marks if 0 <= frame.x(mark.day, is_month=False) <= 1]


def _months(frame: _Frame, line: Line) -> str:
    """A column a month: its point, and its number when one points at it; pressed, it opens the receipt."""
    signals = [*line.signals, *[""] * (len(line.points) - len(line.signals))]
    drawn = ""
    for point, tone in zip(line.points, signals, strict=True):
        if point.value is None:
            continue
        x, y = frame.x(point.month), frame.y(point.value)
        opens = f' role="button" tabindex="-1" data-receipt="{esc(point.receipt)}"' if point.receipt else ""
        kinds = "month" + (" hollow" if point.is_provisional else "") + (f" signal {tone}" if tone else "")
        sign = f'<i class="sign" style="{_bottom(y)}">{_sign(point, tone)}</i>'
        drawn += (
            f'<div class="{kinds}{" late" if x > FAR_RIGHT else ""}" style="{_left(x - 0.5 / frame.count)};width:{100 / frame.count:.2f}%"'
            f' aria-label="{esc(point.text)}，查看来历"{opens}>{sign}<b class="tip" style="{_bottom(y)}">{esc(point.text)}</b></div>'
        )
    return drawn


def _sign(point: Point, tone: str) -> str:
    if tone:
        return "◇" if point.is_provisional else "◆"
    return ""


def _printed(frame: _Frame, line: Line) -> str:
    """Figures of documents: open squares with their wording; neighbours stand above and below in turn."""
    drawn = ""
    for number, one in enumerate(line.printed):
        x, y = frame.x(one.at, is_month=False), frame.y(one.value)
        if one.since:
            start, end = (frame.x(day, is_month=False) for day in one.days)
            drawn += (
                f'<i class="printed-span" style="{_left(start)};{_bottom(y)};width:{(end - start) * 100:.2f}%"></i>'
            )
        side = "late" if x > FAR_RIGHT + 0.25 else ""
        words = num(one.text, one.receipt) if one.receipt else esc(one.text)
        drawn += (
            f'<div class="printed {side} {"under" if number % 2 else "over"}" style="{_left(x)};{_bottom(y)}" title="{esc(one.hover_zh)}">'
            f'<i aria-hidden="true"></i><span>{words}</span></div>'
        )
    return drawn


def _told(frame: _Frame, line: Line) -> str:
    """The signals that are explained, each beside its point."""
    drawn = ""
    for point, tone in zip(line.points, line.signals, strict=False):
        said = line.told.get(point.month)
        if not said or point.value is None or not tone:
            continue
        x, y = frame.x(point.month), frame.y(point.value)
        place = f"{'late' if x > FAR_RIGHT else ''} {'under' if y > HIGH else 'over'}"
        drawn += f'<div class="told {tone} {place}" style="{_left(x)};{_bottom(y)}"><span>◆ {esc(said)}</span></div>'
    return drawn


def _bracket(frame: _Frame, line: Line) -> str:
    """From the newest value down, or up, to that of last year."""
    last = line.points[-1] if line.points else None
    old = line.year_ago[-1] if line.year_ago else None
    if last is None or old is None or last.value is None or old.value is None:
        return ""
    low, high = sorted((frame.y(last.value), frame.y(old.value)))
    x = frame.x(last.month)
    return (
        f'<i class="bracket" style="{_left(x)};{_bottom(low)};height:{(high - low) * 100:.2f}%"></i>'
        f'<i class="old" style="{_left(x)};{_bottom(frame.y(old.value))}"></i>'
    )


def _ahead(frame: _Frame, line: Line) -> str:
    """The year outlook: a dashed way to December, the interval as a bar."""
    ahead, known = line.ahead, [point for point in line.points if point.value is not None]
    if ahead is None or not known:
        return ""
    x, y = frame.x(ahead.month), frame.y(ahead.value)
    way = (
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><polyline class="ahead" '
        f'points="{frame.x(known[-1].month) * 100:.2f},{(1 - frame.y(known[-1].value)) * 100:.2f} {x * 100:.2f},{(1 - y) * 100:.2f}"/></svg>'
    )
    span = ""
    if ahead.low is not None and ahead.high is not None:
        low, high = frame.y(ahead.low), min(frame.y(ahead.high), 1.0)
        span = (
            f'<i class="ahead-span" style="{_left(x)};{_bottom(low)};height:{max(high - low, 0.004) * 100:.2f}%"></i>'
        )
    return f'{way}{span}<i class="ahead-dot" style="{_left(x)};{_bottom(y)}"></i>'


def _lines_of(latest: Latest, ahead: Ahead | None) -> str:
    moved = "".join(f"<span>{html}</span>" for html in latest.changes_html)
    old = f'<span class="soft">{latest.year_ago_html}</span>' if latest.year_ago_html else ""
    outlook = f'<span class="outlook">{ahead.said_html}</span>' if ahead else ""
    return f'<span class="when">{esc(latest.when_zh)}</span>{moved}{old}{outlook}'


def _latest(frame: _Frame, latest: Latest, ahead: Ahead | None) -> str:
    y = frame.y(latest.value) if latest.value is not None else 0.5
    return (
        f'<div class="latest" style="top:clamp(0rem, calc({(1 - min(max(y, 0), 1)) * 100:.2f}% - 1.5rem), calc(100% - {"13" if ahead else "8"}rem))">'
        f"<b>{latest.value_html}</b>{_lines_of(latest, ahead)}</div>"
    )


def _phone_latest(latest: Latest | None) -> str:
    """On a narrow screen the newest value stands over the picture."""
    if latest is None:
        return ""
    return f'<div class="latest narrow" aria-hidden="true"><b>{latest.value_zh}</b> <span>{esc(latest.when_zh)}</span></div>'


def _ticks(frame: _Frame) -> str:
    """Months under the axis, few enough to stand apart, and the year below its January and below the first month."""
    every = next((step for step in (1, 2, 3, 6, 12) if frame.count / step <= MOST_TICKS), 12)
    # Counted from the newest month back: that one is always told.
    ticks = range((frame.count - 1) % every, frame.count, every)
    days = [add_months(frame.first, number) for number in range(frame.count)]
    drawn = "".join(f'<span style="{_left(frame.x(days[number]))}">{days[number].month}月</span>' for number in ticks)
    turns = [day for number, day in enumerate(days) if not number or day.month == 1]
    for day, following in zip(turns, [*turns[1:], None], strict=True):
        room = (frame.x(following) if following else 1.0) - frame.x(day)
        if room < YEAR_NEEDS_WIDE:
            continue
        drawn += f'<b class="{"tight" if room < YEAR_NEEDS else ""}" style="{_left(frame.x(day))}">{day.year}年</b>'
    return drawn


def _events(frame: _Frame, marks: Sequence[Mark]) -> str:
    """Events on the axis: their sign, and their short name where it has room."""
    placed = [(frame.x(mark.day, is_month=False), mark) for mark in _in(frame, marks)]
    if not placed:
        return ""
    drawn, named_up_to = "", 0.0
    for number, (x, mark) in enumerate(placed):
        before = x - placed[number - 1][0] if number else x + NAME_NEEDS
        after = placed[number + 1][0] - x if number + 1 < len(placed) else 1 - x + NAME_NEEDS
        is_late = x > 1 - NAME_NEEDS
        # A late name stands before its day, where the name of the one before may stand already.
        has_room = x - named_up_to >= NAME_NEEDS and before >= NAME_NEEDS if is_late else after >= NAME_NEEDS
        named_up_to = x + NAME_NEEDS if has_room and not is_late else named_up_to
        name = f" {esc(mark.name_zh)}" if has_room else ""
        drawn += (
            f'<span class="event{" late" if is_late else ""}" style="{_left(x)}" title="{esc(mark.hover_zh)}">'
            f"<b>{esc(mark.sign)}</b>{name}</span>"
        )
    return f'<div class="events-line">{drawn}</div>'


def _legend(line: Line) -> str:
    """What is drawn here, and nothing else."""
    known = [point for point in line.points if point.value is not None]
    parts = [
        ('<i class="k-dot"></i>', "已签发", any(not point.is_provisional for point in known)),
        ('<i class="k-dot hollow"></i>', "初步数", any(point.is_provisional for point in known)),
        ("◆", "信号", any(line.signals)),
        ('<i class="k-ghost"></i>', "上年同月", any(point.value is not None for point in line.year_ago)),
        ('<i class="k-band"></i>', "平常起伏（控制限之内）", bool(line.segments)),
        ('<i class="k-gap"></i>', "缺", bool(line.gaps)),
        ('<i class="k-square"></i>', "公开文件数，不连线", bool(line.printed)),
        ('<i class="k-span"></i>', "只印期间，未印到日", any(one.since for one in line.printed)),
        ('<i class="k-ahead"></i>', "全年预计与区间", line.ahead is not None),
    ]
    shown = "".join(f"<span>{mark} {esc(word)}</span>" for mark, word, is_drawn in parts if is_drawn)
    return f'<div class="key line-key">{shown}</div>'
