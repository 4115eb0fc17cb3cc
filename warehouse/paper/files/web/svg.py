"""Drawings as SVG, 360 units wide so that their letters are read on a phone; `xlink:href` because old browsers know no other."""

from collections.abc import Callable
from html import escape

from warehouse.paper.deck.model import Bar, Bars, Lines, ticks
from warehouse.wording.grammar.cited import Figure

WIDTH = 360
INK, SOFT, HAIR = "#1c1f24", "#5b616b", "#d9dce1"
TONES = {"watch": "#c8641b", "good": "#1f5c85", "flat": "#7d828b", "": "#1f5c85", "miss": "#b3261e"}
SIGNS = {"watch": "▼", "good": "▲", "miss": "■"}
Link = Callable[[Figure | None], str]


def bars(part: Bars, link: Link, title_zh: str) -> str:
    """Each row: name and number over its bar; the goal as a line across each of them."""
    made, y = [], 4.0
    top = part.top * 1.05
    for name, rows in part.groups:
        if name:
            made.append(_text(0, y + 15, name, size=13, tone=SOFT))
            y += 24
        for row in rows:
            made.append(_row(part, row, link, y, top))
            y += 40
    return _svg(y + 4, title_zh, "".join(made))


def _row(part: Bars, row: Bar, link: Link, y: float, top: float) -> str:
    sign = SIGNS.get(row.tone, "")
    said = f"{sign}{row.text}"
    if row.rest_text:
        said += f"　空白{row.rest_text}"
    parts = [
        _text(0, y + 14, row.name, size=14, is_bold=True),
        _linked(row.figure, link, _text(WIDTH, y + 14, f"{row.beside}　{said}" if row.beside else said, size=14, end=True)),
    ]  # fmt: skip
    length = WIDTH * (row.value or 0) / top
    if row.value is None:
        parts.append(f'<rect x="0.5" y="{y + 19.5:.1f}" width="40" height="12" fill="none" stroke="{SOFT}" stroke-dasharray="3 3"/>')  # fmt: skip
    else:
        parts.append(f'<rect x="0" y="{y + 19:.1f}" width="{length:.1f}" height="13" fill="{TONES[row.tone]}"/>')
    if row.rest:
        wide = WIDTH * row.rest / top
        parts.append(
            f'<rect x="{length:.1f}" y="{y + 19:.1f}" width="{wide:.1f}" height="13" fill="url(#blank)" stroke="{TONES["watch"]}"/>'
        )
    if part.goal is not None:
        # Over its bar only, so that it crosses no letter.
        at = WIDTH * part.goal / top
        parts.append(
            f'<line x1="{at:.1f}" y1="{y + 16:.1f}" x2="{at:.1f}" y2="{y + 35:.1f}" stroke="{INK}" stroke-width="2"/>'
        )
    return "".join(parts)


def lines(part: Lines, link: Link, title_zh: str) -> str:
    """Months along, from zero up; gaps stay open; first and newest value are printed."""
    left, right, low, high = 34.0, 14.0, 190.0, 24.0
    count = len(part.months)
    marks = ticks(part.top, is_share=part.is_share)
    top = marks[-1]
    step = (WIDTH - left - right) / max(1, count - 1)
    made = [_line(left, low, WIDTH - right, low, INK)]
    for value in marks[1:]:
        y = low - (low - high) * value / top
        label = f"{value * 100:g}%" if part.is_share else f"{value:g}"
        made.append(
            _line(left, y, WIDTH - right, y, HAIR) + _text(left - 4, y + 4, label, size=11, end=True, tone=SOFT)
        )
    made.append(_text(left - 4, low + 4, "0", size=11, end=True, tone=SOFT))
    for place, month in enumerate(part.months):
        if place in (0, count - 1) or month.month in (1, 4, 7, 10):
            word = f"{month.year % 100}年{month.month}月" if place == 0 or month.month == 1 else f"{month.month}月"
            made.append(_text(left + place * step, low + 18, word, size=11, middle=True, tone=SOFT))
    for series, tone in zip(part.series, (TONES["good"], TONES["watch"]), strict=False):
        points = [
            None if value is None else (left + place * step, low - (low - high) * value / top)
            for place, value in enumerate(series.values)
        ]
        made.append(_path(points, part.breaks, tone))
        known = [place for place, point in enumerate(points) if point]
        for place in known:
            x, y = points[place]
            dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{tone}"/>'
            if place in (known[0], known[-1]):
                word = series.texts[place] + (f" {series.name}" if len(part.series) > 1 else "")
                dot += _text(x, y - 9, word, size=13, middle=place not in (0, count - 1), end=place == count - 1, is_bold=True)  # fmt: skip
            made.append(_linked(series.figures[place], link, dot))
    return _svg(low + 28, title_zh, "".join(made))


def _path(points: list, breaks: tuple[int, ...], tone: str) -> str:
    made, run = [], []
    for place, point in enumerate([*points, None]):
        if (point is None or place in breaks) and run:
            if len(run) > 1:
                told = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
                made.append(f'<polyline points="{told}" fill="none" stroke="{tone}" stroke-width="2.5"/>')
            run = []
        if point is not None:
            run.append(point)
    return "".join(made)


def _line(x1: float, y1: float, x2: float, y2: float, tone: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{tone}"/>'


def _text(
    x: float, y: float, said: str, *, size: int, tone: str = INK, end: bool = False, middle: bool = False, is_bold: bool = False
) -> str:  # fmt: skip
    anchor = ' text-anchor="end"' if end else ' text-anchor="middle"' if middle else ""
    weight = ' font-weight="bold"' if is_bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{tone}"{anchor}{weight}>{escape(said)}</text>'


def _linked(figure: Figure | None, link: Link, drawn: str) -> str:
    place = link(figure)
    return f'<a xlink:href="{place}">{drawn}</a>' if place else drawn


def _svg(height: float, title_zh: str, inside: str) -> str:
    blank = (
        '<defs><pattern id="blank" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="6" height="6" fill="#fdfcfa"/><rect width="2" height="6" fill="{TONES["watch"]}"/></pattern></defs>'
        if "url(#blank)" in inside
        else ""
    )
    return (
        f'<div class="draw"><svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink"><title>{escape(title_zh)}</title>{blank}{inside}</svg></div>'
    )
