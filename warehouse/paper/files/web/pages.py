"""The pages of the folder as HTML that every browser of the last ten years reads."""

from collections.abc import Iterable
from functools import partial
from html import escape

from warehouse.export import DEMO_NOTICE_ZH, DEMO_ZH
from warehouse.paper.deck.model import Bars, Cards, Lines, Slide, Texts
from warehouse.paper.deck.pack import Pack, Walk
from warehouse.paper.files.web import svg
from warehouse.paper.model import Briefing, Cell, Paragraph, Table, pieces
from warehouse.watermark import mark_zh
from warehouse.wording.grammar.cited import Cited, Figure

SIGNS = {"watch": "▼", "good": "▲", "miss": "■"}


def text_name(place: int) -> str:
    return f"text-{place:02d}.html"


def unit_name(place: int) -> str:
    return f"unit-{place:02d}.html"


def receipt_name(code: str) -> str:
    return f"receipts/{code}.html"


def first(pack: Pack) -> str:
    """The first page: what the month says in a line a slide, key figures, and where everything stands."""
    deck = pack.deck
    link = _link(pack)
    claims = "".join(
        f'<li><a href="slides.html#{slide.key}">{escape(slide.claim.text)}</a></li>' for slide in deck.slides
    )
    cover = deck.slides[0]
    cards = _part(pack, cover, link) if isinstance(cover.part, Cards) else ""
    texts = "".join(
        f'<li><a href="{text_name(place)}">{escape(text.title_zh)}</a></li>' for place, text in enumerate(pack.texts)
    )
    units = "".join(
        f'<a href="{unit_name(place)}">{escape(_unit_zh(slide))}</a>' for place, slide in enumerate(deck.units)
    )
    body = (
        f"<h1>{escape(deck.title_zh)}</h1>{_states(pack)}{cards}<h2>这个月怎么样</h2><ol>{claims}</ol>"
        f"<h2>全文</h2><ul>{texts}</ul>"
        + (f"<h2>各单位</h2><nav>{units}</nav>" if units else "")
        + '<p class="soft">带下划线的数，点开即是它的凭证：公式、分子分母、原句或报表的单元格。本文件夹不联网也能看，可打印。</p>'
    )
    return _document(pack, deck.title_zh, body)


def slides(pack: Pack) -> str:
    """Every slide of the deck under one another."""
    body = "".join(
        _slide(pack, slide, _link(pack), is_first=place == 0) for place, slide in enumerate(pack.deck.slides)
    )
    return _document(
        pack, f"{pack.deck.title_zh}：图与表", f"<h1>{escape(pack.deck.title_zh)}</h1>{_states(pack)}{body}"
    )


def unit(pack: Pack, slide: Slide) -> str:
    """The page of one unit: how it stands, and where its text is."""
    text = next((place for place, one in enumerate(pack.texts) if one.area_id == slide.area_id), None)
    more = f'<p><a href="{text_name(text)}">本单位全文</a></p>' if text is not None else ""
    return _document(pack, _unit_zh(slide), f"{_slide(pack, slide, _link(pack), is_first=True)}{more}")


def _unit_zh(slide: Slide) -> str:
    return slide.part.caption_zh if isinstance(slide.part, Table) else slide.key


def text(pack: Pack, place: int, briefing: Briefing) -> str:
    """A whole text with its tables, definitions and sources."""
    link = _link(pack)
    parts = [f"<h1>{escape(briefing.title_zh)}</h1>{_states(pack)}<p>{escape(briefing.addressee_zh)}</p>"]
    for section in briefing.sections:
        parts.append(f"<h2>{escape(section.title_zh)}</h2>")
        parts += [_paragraph(paragraph, link) for paragraph in section.paragraphs]
        parts += [_table(table, link) for table in section.tables]
    definitions = "".join(
        f"<dt><b>{escape(one.label_zh)}</b></dt><dd>{escape(one.definition_zh)} {escape(one.formula_zh)}</dd>"
        for one in briefing.definitions
    )
    parts.append(f"<h2>口径</h2><dl>{definitions}</dl>" if definitions else "")
    parts.append(f"<h2>来源</h2><p>{escape('；'.join(briefing.sources_zh))}</p>")
    return _document(pack, briefing.title_zh, "".join(parts))


def receipt(pack: Pack, walk: Walk) -> str:
    """The walk of one number."""
    steps = "".join(
        f'<li class="d{min(max(fact.depth, 1), 4)}"><span class="label">{escape(fact.label_zh)}</span>{escape(fact.text)}</li>'
        for fact in walk.facts
    )
    body = (
        f'<h1>{escape(walk.title_zh)}</h1>{_states(pack)}<p class="card"><span class="v">{escape(walk.value_zh)}</span></p>'
        f'<p class="soft">{escape(walk.when_zh)}</p><ul class="steps">{steps}</ul>'
        f'<p class="soft">凭证编号 {walk.code}　{escape(walk.full_id)}</p>'
    )
    return _document(pack, f"数字凭证 {walk.code}", body, up="../")


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _link(pack: Pack):
    return partial(_place, pack)


def _place(pack: Pack, figure: Figure | None) -> str:
    code = pack.link_of(figure)
    return receipt_name(code) if code else ""


def _slide(pack: Pack, slide: Slide, link, *, is_first: bool) -> str:
    sources = f"来源：{'；'.join(slide.sources_zh)}" if slide.sources_zh else ""
    note = f'<p class="soft">{escape(slide.note_zh)}</p>' if slide.note_zh else ""
    return (
        f'<h2 id="{slide.key}"{"" if is_first else " class=" + chr(34) + "new" + chr(34)}>{_cited(slide.claim, link)}</h2>'
        f'<p class="soft">{escape(slide.what_zh)}</p>{_part(pack, slide, link)}{note}<p class="soft">{escape(sources)}</p>'
    )


def _part(pack: Pack, slide: Slide, link) -> str:
    part = slide.part
    if isinstance(part, Bars):
        return _legend(part) + svg.bars(part, link, slide.what_zh)
    if isinstance(part, Lines):
        return svg.lines(part, link, slide.what_zh)
    if isinstance(part, Cards):
        return f'<div class="cards">{"".join(_card(card, link) for card in part.cards)}</div>'
    if isinstance(part, Texts):
        return "".join(_paragraph(paragraph, link) for paragraph in part.paragraphs)
    return _table(part, link, with_caption=False)


def _legend(part: Bars) -> str:
    words = [
        part.value_zh,
        f"｜{part.goal_zh}" if part.goal_zh else "",
        f"斜线为{part.rest_zh}" if part.rest_zh else "",
    ]
    if any(row.beside for row in part.rows):
        words.append(f"前一个数为{part.beside_zh}")
    return f'<p class="soft">{escape("　".join(word for word in words if word))}</p>'


def _card(card, link) -> str:
    tone = card.tone if card.tone in ("watch", "good") else "flat"
    sign = SIGNS[card.tone] if card.tone in ("watch", "good") else ""
    return (
        f'<div class="card">{escape(card.name)}<div class="v">{_number(card.value, link)}</div>'
        f'<div class="{tone}">{sign}{escape(card.note_zh)}</div></div>'
    )


def _number(cell: Cell, link) -> str:
    place = link(cell.figure)
    return f'<a href="{place}">{escape(cell.text)}</a>' if place and cell.text else escape(cell.text)


def _cited(said: Cited, link) -> str:
    return _pieces(Paragraph(key="", sentences=(said,)), link)


def _paragraph(paragraph: Paragraph, link) -> str:
    return f"<p>{_pieces(paragraph, link)}</p>"


def _pieces(paragraph: Paragraph, link) -> str:
    made = []
    for figure, said in pieces(paragraph):
        place = link(figure)
        made.append(f'<a href="{place}">{escape(said)}</a>' if place else escape(said))
    return "".join(made)


def _table(table: Table, link, *, with_caption: bool = True) -> str:
    heads = "".join(
        f"<th>{escape(column.head_zh)}{f'（{escape(column.unit_zh)}）' if column.unit_zh else ''}</th>"
        for column in table.columns
    )
    lines = []
    for name, rows in table.groups:
        if name:
            lines.append(f'<tr class="group"><td colspan="{len(table.columns)}">{escape(name)}</td></tr>')
        lines += ["<tr>" + "".join(_cell(cell, link) for cell in row) + "</tr>" for row in rows]
    caption = f"<caption>{escape(table.caption_zh)}</caption>" if with_caption else ""
    notes = "".join(f'<p class="soft">{escape(note)}</p>' for note in table.notes_zh)
    return f'<div class="wide"><table>{caption}<thead><tr>{heads}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>{notes}'


def _cell(cell: Cell, link) -> str:
    said = SIGNS.get(cell.tone, "") + _number(cell, link)
    return f'<td class="{cell.tone}">{said}</td>' if cell.tone else f"<td>{said}</td>"


def _states(pack: Pack) -> str:
    stamp = pack.deck.stamp
    states = "".join(f'<span class="state">{escape(state)}</span>' for state in stamp.states_zh)
    edition = f'<span class="state">{escape(pack.deck.edition_id)}</span>' if pack.deck.edition_id else ""
    return f"<p>{edition}{states}</p>"


def _document(pack: Pack, title: str, body: str, *, up: str = "") -> str:
    stamp = pack.deck.stamp
    mark = f'<p class="foot">{escape(mark_zh())}</p>' if mark_zh() else ""
    demo = f'<p class="demo">{DEMO_ZH}：{DEMO_NOTICE_ZH}</p>' if stamp.is_demo else ""
    if up:
        body = body.replace('href="receipts/', 'href="').replace('href="slides', f'href="{up}slides')
    menu: Iterable[tuple[str, str]] = (("index.html", "首页"), ("slides.html", "图与表"), (text_name(0), "全文"))
    nav = "".join(f'<a href="{up}{place}">{name}</a>' for place, name in menu)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="{up}style.css"></head><body><article>'
        f'<nav>{nav}</nav>{demo}{body}<p class="foot">{escape(stamp.line_zh)}'
        f"{f' · {escape(pack.deck.edition_id)}' if pack.deck.edition_id else ''}</p>{mark}</article></body></html>\n"
    )
