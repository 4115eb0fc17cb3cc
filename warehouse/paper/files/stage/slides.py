"""One slide as a screen of 1920 by 1080: what does not fit one screen is told on two."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape

from warehouse.paper.deck.model import Bar, Bars, Card, Cards, Lines, Slide, Texts, ticks
from warehouse.paper.deck.pack import Pack
from warehouse.paper.model import DEMO_ZH, DRAFT_ZH, Cell, Paragraph, Table, pieces
from warehouse.watermark import mark_zh
from warehouse.wording.grammar.cited import Cited, Figure

Link = Callable[[Figure | None], str]
Inside = Callable[[Link], str]
SIGNS = {"watch": "▼", "good": "▲", "miss": "■"}
# Letters of a line at 32 pixels over the width of the stage, and lines of a screen.
TEXT_LETTERS, TEXT_LINES = 53, 12.5
SMALLEST = 28
TABLE_ROWS = 12
SIGNED, SHORT_STATE = "已签发 {}", 10
_CLAIM_SIZES = ((64, 52), (78, 44), (94, 38), (10_000, 32))
INK, SOFT, HAIR, BLUE, ORANGE = "#1c1f24", "#5b616b", "#d9dce1", "#1f5c85", "#c8641b"


def screens(slide: Slide) -> Iterator[Inside]:
    """The screens of a slide: what draws the inside of each, more than one where it is too long for one."""
    part = slide.part
    if isinstance(part, Texts):
        for paragraphs in _texts_in_screens(part.paragraphs):
            yield lambda link, paragraphs=paragraphs: _texts(paragraphs, link)
    elif isinstance(part, Table):
        for table in _table_in_screens(part):
            yield lambda link, table=table: _table(table, link)
    elif isinstance(part, Cards):
        yield lambda link: f'<div class="cards">{"".join(_card(card, link) for card in part.cards)}</div>'
    elif isinstance(part, Bars):
        yield lambda link: _bars(part, link)
    else:
        yield lambda link: _lines(part, link)


def section(pack: Pack, slide: Slide, inside: str, place_zh: str, count: int) -> str:
    """The screen with its claim, foot and corner; `count` tells the screens of one slide apart."""
    said = slide.claim.text
    size = next(pixels for most, pixels in _CLAIM_SIZES if len(said) <= most)
    note = f'<p class="note">{escape(slide.note_zh)}</p>' if slide.note_zh else ""
    key = slide.key if count == 1 else f"{slide.key}-{count}"
    return (
        f'<section id="{key}" data-slide="{key}" hidden><h1 style="font-size:{size}px">{_cited(slide.claim, pack.link_of)}</h1>'
        f'<p class="what">{escape(slide.what_zh)}</p><div class="inside">{inside}</div>{note}{_foot(pack, place_zh)}</section>'
    )


def contents(pack: Pack, keys: dict[str, str]) -> str:
    """The list of everything, with the keys that jump; shown by Esc or 0."""
    deck = pack.deck
    rows = "".join(
        f'<li><button data-go="{slide.key}">{escape(_cut(slide.claim.text, 26))}</button></li>' for slide in deck.slides
    )
    units = "".join(
        f'<li><button data-go="{slide.key}" data-key="{keys.get(slide.key, "")}"><kbd>{keys.get(slide.key, "·")}</kbd>{escape(_unit_zh(slide))}</button></li>'
        for slide in deck.units
    )
    help_zh = "→ ← 翻页　Home End 首末页　数字或字母到单位　Esc 目录或关闭凭证　点数字看凭证"
    return (
        f'<section id="contents" data-slide="contents" hidden><h1 style="font-size:44px">{escape(deck.title_zh)}</h1>'
        f'<p class="what">{help_zh}</p><div class="inside lists"><ol>{rows}</ol><ul class="units">{units}</ul></div>{_foot(pack, "目录")}</section>'
    )


def _unit_zh(slide: Slide) -> str:
    return slide.table.caption_zh if slide.table else slide.key


def _cut(said: str, most: int) -> str:
    return said if len(said) <= most else f"{said[:most]}…"


def _foot(pack: Pack, place: str) -> str:
    stamp = pack.deck.stamp
    states = [one for one in stamp.states_zh if not (stamp.is_demo and one == DEMO_ZH) and one != SIGNED.format(pack.deck.edition_id)]  # fmt: skip
    short = "、".join(one for one in states if len(one) <= SHORT_STATE)
    # That an edition was replaced, and whose copy this is, stand whole above the claim.
    long = "　".join([*(one for one in states if len(one) > SHORT_STATE), mark_zh()]).strip()
    above = f'<div class="mark">{escape(long)}</div>' if long else ""
    demo = '<b class="demo">演示数据</b>' if stamp.is_demo else ""
    return (
        f"<footer>{demo}<span>来源：月报与公开文件 · 截至：{escape(stamp.as_of_zh)} · 版本：{escape(stamp.release_id)}"
        f"{' · 状态：' + escape(short or ('见页首' if long else '已签发'))}</span>"
        f'<span class="corner">{escape(pack.deck.edition_id or DRAFT_ZH)}　{place}</span></footer>{above}'
    )


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


_MARKED = re.compile(r'<button class="n"[^>]*>[^<]*</button>[，。；：、）]+')


def number(said: str, figure: Figure | None, link: Link) -> str:
    """A number as a button that opens its receipt; plain text where it has none."""
    code = link(figure) if said else ""
    return f'<button class="n" data-receipt="{code}">{escape(said)}</button>' if code else escape(said)


def _cited(said: Cited, link: Link) -> str:
    return _pieces(Paragraph(key="", sentences=(said,)), link)


def _pieces(paragraph: Paragraph, link: Link) -> str:
    lead = paragraph.lead_zh if paragraph.text.startswith(paragraph.lead_zh) else ""
    told = "".join(number(said, figure, link) if figure else escape(said) for figure, said in pieces(paragraph))
    # A line may break behind a button, also where a comma follows that must not begin one.
    told = _MARKED.sub(r'<span class="whole">\g<0></span>', told)
    return f"<b>{escape(lead)}</b>{told.removeprefix(escape(lead))}" if lead else told


def _lines_of(paragraphs: tuple[Paragraph, ...] | list[Paragraph], size: int) -> float:
    """How many lines the paragraphs take at a size, the space between them counted as half a one."""
    letters = TEXT_LETTERS * 32 // size
    return sum(-(-len(one.text) // letters) + 0.5 for one in paragraphs)


def _fits(paragraphs: tuple[Paragraph, ...] | list[Paragraph], size: int) -> bool:
    return _lines_of(paragraphs, size) <= TEXT_LINES * 32 / size


def _texts_in_screens(paragraphs: tuple[Paragraph, ...]) -> list[tuple[Paragraph, ...]]:
    if _fits(paragraphs, SMALLEST):
        return [paragraphs]
    found: list[list[Paragraph]] = [[]]
    for paragraph in (part for one in paragraphs for part in _short_enough(one)):
        if found[-1] and not _fits([*found[-1], paragraph], 32):
            found.append([])
        found[-1].append(paragraph)
    return [tuple(each) for each in found]


def _short_enough(paragraph: Paragraph) -> Iterator[Paragraph]:
    """The paragraph, or its sentences where it alone would not fit on a screen."""
    if _fits([paragraph], SMALLEST) or len(paragraph.sentences) < 2 or paragraph.edited_zh is not None:
        yield paragraph
        return
    for place, sentence in enumerate(paragraph.sentences):
        yield replace(paragraph, lead_zh="" if place else paragraph.lead_zh, sentences=(sentence,))


def _texts(paragraphs: tuple[Paragraph, ...], link: Link) -> str:
    size = 32 if _fits(paragraphs, 32) else SMALLEST
    return f'<div class="texts" style="font-size:{size}px">{"".join(f"<p>{_pieces(one, link)}</p>" for one in paragraphs)}</div>'


def _table_in_screens(table: Table) -> Iterator[Table]:
    """The table in pieces of as many rows as a screen takes, each group's name before its rows."""
    piece: list[tuple[str, tuple]] = []
    used = 0
    for name, rows in table.groups:
        left = list(rows)
        while left:
            room = TABLE_ROWS - used - bool(name)
            if room <= 0:
                yield replace(table, groups=tuple(piece))
                piece, used = [], 0
                continue
            piece.append((name, tuple(left[:room])))
            used += len(left[:room]) + bool(name)
            left = left[room:]
    if piece:
        yield replace(table, groups=tuple(piece))


def _table(table: Table, link: Link) -> str:
    heads = "".join(
        f"<th>{escape(column.head_zh)}{f'<br>{escape(column.unit_zh)}' if column.unit_zh else ''}</th>"
        for column in table.columns
    )
    lines = []
    for name, rows in table.groups:
        if name:
            lines.append(f'<tr class="group"><td colspan="{len(table.columns)}">{escape(name)}</td></tr>')
        lines += ["<tr>" + "".join(_cell(cell, link) for cell in row) + "</tr>" for row in rows]
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _cell(cell: Cell, link: Link) -> str:
    said = SIGNS.get(cell.tone, "") + number(cell.text, cell.figure, link)
    return f'<td class="{cell.tone}">{said}</td>' if cell.tone else f"<td>{said}</td>"


def _card(card: Card, link: Link) -> str:
    tone = card.tone if card.tone in ("watch", "good") else "flat"
    size = 64 if len(card.value.text) <= 8 else 48
    return (
        f'<div class="card {tone}"><div class="name">{escape(card.name)}</div><div class="v" style="font-size:{size}px">'
        f'{number(card.value.text, card.value.figure, link)}</div><div class="soft">{SIGNS.get(card.tone, "")}{escape(card.note_zh)}</div></div>'
    )


def _bars(part: Bars, link: Link) -> str:
    rows = []
    for name, group in part.groups:
        rows += [f'<div class="row group"><span class="name">{escape(name)}</span></div>'] if name else []
        rows += [_row(part, row, link) for row in group]
    head = part.value_zh + (f"（{part.unit_zh}）" if part.unit_zh else "")
    head += (f"　｜{part.goal_zh}" if part.goal_zh else "") + (f"　斜线为{part.rest_zh}" if part.rest_zh else "")
    beside = part.beside_zh if any(row.beside for row in part.rows) else ""
    goal = f'<i class="goal" style="left:{100 * part.goal / _top(part):.3f}%"></i>' if part.goal is not None else ""
    height = min(60, 580 // max(1, len(rows)))
    return (
        f'<div class="bars" style="--row:{height}px"><div class="row head"><span class="name"></span><span>{escape(head)}</span>'
        f'<span class="beside">{escape(beside)}</span></div><div class="rows">{"".join(rows)}<div class="over">{goal}</div></div></div>'
    )


def _top(part: Bars) -> float:
    """The end of the axis, with room for what is written behind the bars."""
    return part.top * (1.24 if part.rest_zh else 1.06)


def _row(part: Bars, row: Bar, link: Link) -> str:
    printed = number(f"{SIGNS.get(row.tone, '')}{row.text}", row.figure, link)
    if row.value is None:
        track = f'<span class="in none">{printed}</span>'
    else:
        wide = 100 * row.value / _top(part)
        is_inside = wide > 14
        bar = f'<i class="bar {row.tone}" style="width:{wide:.3f}%"></i>'
        rest = ""
        if row.rest:
            rest = f'<i class="rest" style="left:{wide:.3f}%;width:{100 * row.rest / _top(part):.3f}%"></i>'
            end = 100 * (row.value + row.rest) / _top(part)
            rest += f'<span class="left" style="left:{end:.3f}%">▼{escape(part.rest_zh)}{escape(row.rest_text)}</span>'
        track = f'{bar}{rest}<span class="in {"" if is_inside else "out"}" style="left:{0 if is_inside else wide:.3f}%">{printed}</span>'
    return (
        f'<div class="row"><span class="name">{escape(row.name)}</span><span class="track">{track}</span>'
        f'<span class="beside">{escape(row.beside)}</span></div>'
    )


def _lines(part: Lines, link: Link) -> str:
    left, right, top, bottom = 110.0, 1640.0, 70.0, 560.0
    count = len(part.months)
    marks = ticks(part.top, is_share=part.is_share)
    most = marks[-1]
    step = (right - left) / max(1, count - 1)
    made = []
    for value in marks:
        y = bottom - (bottom - top) * value / most
        label = f"{value * 100:g}%" if part.is_share else f"{value:g}"
        made.append(f'<line x1="{left}" y1="{y:.1f}" x2="{right + 60}" y2="{y:.1f}" stroke="{HAIR if value else INK}" stroke-width="2"/>')  # fmt: skip
        made.append(
            f'<text x="{left - 14}" y="{y + 10:.1f}" font-size="28" text-anchor="end" fill="{SOFT}">{label}</text>'
        )
    for place, month in enumerate(part.months):
        if place in (0, count - 1) or month.month in (1, 4, 7, 10):
            word = f"{month.year % 100}年{month.month}月" if place == 0 or month.month == 1 else f"{month.month}月"
            made.append(f'<text x="{left + place * step:.1f}" y="{bottom + 44}" font-size="28" text-anchor="middle" fill="{SOFT}">{word}</text>')  # fmt: skip
    labels = []
    for series, tone in zip(part.series, (BLUE, ORANGE), strict=False):
        points = [None if value is None else (left + place * step, bottom - (bottom - top) * value / most) for place, value in enumerate(series.values)]  # fmt: skip
        run: list[tuple[float, float]] = []
        for place, point in enumerate([*points, None]):
            if (point is None or place in part.breaks) and run:
                told = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
                made.append(f'<polyline points="{told}" fill="none" stroke="{tone}" stroke-width="5"/>')
                run = []
            if point:
                run.append(point)
                made.append(f'<circle cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="8" fill="{tone}"/>')
        known = [place for place, point in enumerate(points) if point]
        for place in {known[0], known[-1]} if known else ():
            x, y = points[place]
            word = series.texts[place] + (f" {series.name}" if len(part.series) > 1 else "")
            # Of two lines the second is named below its points, so that their words do not lie on each other.
            at = y - 62 if tone == BLUE else y + 14
            is_first = place == known[0]
            kind, x = ("label first", x - 8) if is_first else ("label", x)
            labels.append(f'<span class="{kind}" style="left:{x:.0f}px;top:{at:.0f}px;color:{tone}">{number(word, series.figures[place], link)}</span>')  # fmt: skip
    return f'<div class="lines"><svg viewBox="0 0 1760 620" width="1760" height="620" aria-hidden="true">{"".join(made)}</svg>{"".join(labels)}</div>'
