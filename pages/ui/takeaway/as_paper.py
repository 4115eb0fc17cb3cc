"""A page as shown, read back as sentences, figures and tables for paper: our own HTML and plotly's marks, no new number."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from html import unescape
from typing import Any

from lxml import html as lxml_html

from pages.ui.kit.shown import Piece
from pages.ui.kit.style import PAPER
from warehouse.paper.files import picture
from warehouse.paper.model import DEMO_ZH, DRAFT_ZH, Stamp
from warehouse.paper.page import Figure, Grid, PagePaper

_SPACES = re.compile(r"[ \t\r\n]+")
_SOURCE = re.compile(r"来源：([^·]+)")
_AS_OF = re.compile(r"截至：([^·]+)")
# What stands on a screen to be pressed, or is drawn with signs that mean nothing as text.
_LEFT_OUT = {"svg", "script", "style", "button", "nav", "select", "option", "textarea", "input", "label"}
_WHOLE = {"p", "h1", "h2", "h3", "h4", "li", "figcaption", "dt", "dd", "summary"}
MOST_TICKS = 7
LONGEST_WORDS = 60


def page_paper(
    pieces: Sequence[Piece], *, title_zh: str, about_zh: str, release_id: str, content_sha256: str, is_demo: bool
) -> PagePaper:
    """The page of these pieces. Sources and as-of are those its figures print."""
    items: list[str | Figure] = []
    finding = ""
    for piece in pieces:
        if piece.fig is not None:
            items += _plot(piece)
            continue
        for kind, held in _read(piece.html):
            if kind == "finding":
                finding = finding or held
            elif kind == "kicker":
                about_zh = held
            else:
                items.append(held)
    items = _joined(items)
    foots = [item.foot_zh for item in items if isinstance(item, Figure)] + [
        item for item in items if isinstance(item, str)
    ]
    return PagePaper(
        title_zh=title_zh,
        about_zh=about_zh,
        finding_zh=finding or title_zh,
        items=tuple(items),
        stamp=Stamp(
            source_zh=_first(_SOURCE, foots) or "见各图",
            as_of_zh=_first(_AS_OF, foots) or "见各图",
            release_id=release_id,
            content_sha256=content_sha256,
            states_zh=((DEMO_ZH,) if is_demo else ()) + (DRAFT_ZH,),
        ),
    )


def _first(pattern: re.Pattern[str], texts: Iterable[str]) -> str:
    return next((found.group(1).strip() for text in texts if (found := pattern.search(text))), "")


def _joined(items: list[str | Figure]) -> list[str | Figure]:
    """A claim, what is drawn, a table and its foot that follow each other are one figure."""
    made: list[str | Figure] = []
    for item in items:
        last = made[-1] if made else None
        if isinstance(item, str) and item.startswith("来源：") and isinstance(last, Figure) and not last.foot_zh:
            made[-1] = Figure(
                claim_zh=last.claim_zh, what_zh=last.what_zh, drawing=last.drawing, grid=last.grid, foot_zh=item
            )
        elif (
            isinstance(item, Figure)
            and not item.claim_zh
            and isinstance(last, Figure)
            and last.grid is None
            and not last.foot_zh
        ):
            made[-1] = Figure(claim_zh=last.claim_zh, what_zh=last.what_zh, drawing=last.drawing, grid=item.grid)
        else:
            made.append(item)
    return made


def _read(text: str) -> Iterator[tuple[str, Any]]:
    if not text.strip():
        return
    yield from _walk(lxml_html.fragment_fromstring(text, create_parent="div"))


def _walk(element: Any) -> Iterator[tuple[str, Any]]:
    for child in element:
        if (
            not isinstance(child.tag, str)
            or child.tag in _LEFT_OUT
            or child.get("aria-hidden") == "true"
            or child.get("role") == "tablist"
        ):
            continue
        classes = set((child.get("class") or "").split())
        if "kicker" in classes:
            yield "kicker", _text(child).partition("　")[2] or _text(child)
        elif "finding" in classes:
            yield "finding", _text(child)
        elif "tabs" in classes:
            # A drawing of ours and its table hold the same numbers; paper takes the table.
            for panel in child.xpath("./*[@role='tabpanel']")[1:]:
                yield from _walk(panel)
        elif child.tag == "table":
            yield "item", Figure(claim_zh="", grid=grid_of(child))
        elif "fig" in classes:
            heads = child.xpath("./h2|./h3")
            what = child.xpath("./*[contains(@class,'what')]")
            yield "item", Figure(claim_zh=_text(heads[0]) if heads else "", what_zh=_text(what[0]) if what else "")
        elif child.tag in ("h2", "h3", "h4"):
            yield "item", Figure(claim_zh=_text(child))
        elif child.tag in _WHOLE or not _has_blocks(child):
            if said := _text(child):
                yield "item", said
        else:
            yield from _walk(child)


def _has_blocks(element: Any) -> bool:
    return any(
        isinstance(child.tag, str)
        and child.tag in (_WHOLE | {"div", "table", "section", "article", "ul", "ol", "dl", "details"})
        for child in element.iter()
        if child is not element
    )


def _text(element: Any) -> str:
    """The words of an element as a reader sees them, drawings left out."""
    parts: list[str] = []

    def gather(node: Any) -> None:
        if (
            isinstance(node.tag, str)
            and node.tag not in _LEFT_OUT
            and node.get("aria-hidden") != "true"
            and "unseen" not in (node.get("class") or "")
        ):
            if node.tag == "br":
                parts.append(" ")
            parts.append(node.text or "")
            for child in node:
                gather(child)
                parts.append(child.tail or "")

    gather(element)
    return _SPACES.sub(" ", "".join(parts)).strip()


def grid_of(table: Any) -> Grid:
    """A table of our HTML as texts."""
    heads = tuple(_text(cell) for cell in table.xpath(".//thead//th")) or tuple(
        _text(cell) for cell in table.xpath("(.//tr)[1]/*")
    )
    body = table.xpath(".//tbody/tr") or table.xpath(".//tr")[1:]
    wide = max([len(heads), *(len(row) for row in body)], default=0)
    rows = tuple(tuple((*(_text(cell) for cell in row), *[""] * wide)[:wide]) for row in body)
    return Grid(heads=(*heads, *[""] * wide)[:wide], rows=rows)


def _plot(piece: Piece) -> list[Figure]:
    """A plot with its table; each further table beside it is a figure of its own, named by its caption."""
    tables = lxml_html.fragment_fromstring(piece.twin_html, create_parent="div").xpath(".//table")
    first, *more = tables or [None]
    foot = "；".join(held for _, held in _read(piece.foot_html) if isinstance(held, str))
    drawn = Figure(
        claim_zh=piece.claim_zh,
        what_zh=piece.what_zh,
        drawing=drawing_of(piece.fig()),
        grid=None if first is None else grid_of(first),
        foot_zh=foot,
    )
    named = ((table.xpath("string(./caption)"), table) for table in more)
    return [drawn, *(Figure(claim_zh=caption, grid=grid_of(table)) for caption, table in named)]


def drawing_of(fig: Any) -> dict[str, Any] | None:
    """The marks of a plotly figure as plain data; None for kinds that paper does not draw (its table stands there).

    A test holds both together: every point drawn on screen is one here.
    """
    traces = [trace for trace in fig.data if trace.visible is not False]
    if traces and all(trace.type == "bar" and trace.orientation == "h" for trace in traces) and len(traces) == 1:
        return _bars(fig, traces[0])
    if not traces or any(trace.type not in ("scatter", "scattergl") for trace in traces):
        return None
    if any(trace.fill not in (None, "none") and trace.mode == "none" for trace in traces):
        return None
    places: dict[str, float] = {}
    series = [_series(trace, places) for trace in traces if trace.x is not None and trace.y is not None]
    if not series:
        return None
    return picture.lines(series, _ticks(fig, series, places), _marks(fig, places), levels=_levels(fig))


def _series(trace: Any, places: dict[str, float]) -> dict[str, Any]:
    colours = trace.marker.color if trace.marker is not None else None
    texts = trace.hovertext if trace.hovertext is not None else trace.text
    points = []
    for number, (x, y) in enumerate(zip(trace.x, trace.y, strict=False)):
        colour = colours[number] if isinstance(colours, list | tuple) and number < len(colours) else colours
        said = texts[number] if isinstance(texts, list | tuple) and number < len(texts) else ""
        value = float(y) if y is not None and y == y else None
        points.append([_at(x, places), value, _plain(said), colour == PAPER])
    mode = trace.mode or "lines"
    dash = trace.line.dash if trace.line is not None else None
    return {
        "points": points,
        "is_line": "lines" in mode,
        "is_faint": dash not in (None, "solid") or "markers" not in mode,
    }


def _plain(text: Any) -> str:
    """A hover text as one line without markup."""
    return _SPACES.sub(" ", re.sub(r"<[^>]*>", " ", unescape(str(text or "")))).strip()[:LONGEST_WORDS]


def _at(x: Any, places: dict[str, float]) -> float:
    """Where an x lies: a date by its day, a number as it is, a name by the order in which names come."""
    if isinstance(x, datetime):
        return float(x.date().toordinal())
    if isinstance(x, date):
        return float(x.toordinal())
    if isinstance(x, int | float):
        return float(x)
    text = str(x)
    try:
        return float(date.fromisoformat(text[:10]).toordinal())
    except ValueError:
        return places.setdefault(text, float(len(places)))


def _ticks(fig: Any, series: Sequence[dict[str, Any]], places: dict[str, float]) -> list[tuple[float, str]]:
    axis = fig.layout.xaxis
    if axis.tickvals is not None and axis.ticktext is not None:
        return [(_at(x, places), _plain(text)) for x, text in zip(axis.tickvals, axis.ticktext, strict=False)]
    names = {place: name for name, place in places.items()}
    known = sorted({point[0] for one in series for point in one["points"]})
    step = max(1, -(-len(known) // MOST_TICKS))
    return [(x, names.get(x) or _day(x)) for x in known[::step]]


def _day(x: float) -> str:
    return f"{date.fromordinal(int(x)):%Y-%m}" if x > 600_000 else f"{x:g}"


def _marks(fig: Any, places: dict[str, float]) -> list[tuple[float, str]]:
    """Upright lines across the drawing (documents, breaks) and words at its edge, with what they say in full."""
    at_edge = [one for one in fig.layout.annotations if one.x is not None and one.text and one.yref == "paper"]
    # The long form of a mark is its hover text: on paper nobody can point at it.
    words = {
        str(one.x)[:10]: _plain(one.text) + (f" {_plain(one.hovertext)}" if one.hovertext else "") for one in at_edge
    }
    lines = {
        str(shape.x0)[:10]: _at(shape.x0, places)
        for shape in fig.layout.shapes
        if shape.type == "line" and shape.x0 is not None and shape.x0 == shape.x1
    }
    places_of = lines | {str(one.x)[:10]: _at(one.x, places) for one in at_edge}
    return [(x, words.get(key, "")) for key, x in sorted(places_of.items())]


def _levels(fig: Any) -> list[float]:
    """Level lines across the drawing: limits, a mean, a goal."""
    flat = [
        shape for shape in fig.layout.shapes if shape.type == "line" and shape.yref != "paper" and shape.y0 == shape.y1
    ]
    return sorted({float(shape.y0) for shape in flat if shape.y0 is not None})


def _bars(fig: Any, trace: Any) -> dict[str, Any] | None:
    values = [float(x) if x is not None else None for x in trace.x]
    top = max([value for value in values if value is not None], default=0.0)
    if top <= 0 or any(value is not None and value < 0 for value in values):
        return None
    said = {
        int(one.y): _plain(one.text)
        for one in fig.layout.annotations
        if isinstance(one.y, int | float) and one.y == int(one.y) and one.text
    }
    rows = [
        {
            "name": str(name),
            "part": None if value is None else value / top,
            "text": said.get(number, ""),
            "tone": "",
            "goal": None,
        }
        for number, (name, value) in enumerate(zip(trace.y, values, strict=True))
    ]
    return picture.bars(rows)
