"""A page of the screen, or one figure of it, as files."""

import io

from warehouse.paper.files import picture, word_table
from warehouse.paper.files.content import stamp_data
from warehouse.paper.files.typeset import typeset
from warehouse.paper.files.word import steady
from warehouse.paper.files.word_template import default_template
from warehouse.paper.model import Cell, Column, Table
from warehouse.paper.page import Figure, PagePaper, figure_data


def pdf(page: PagePaper) -> bytes:
    """The page as one page of PDF, tagged."""
    return typeset("page.typ", page.data(), form="pdf")[0]


def image(figure: Figure, page: PagePaper, form: str) -> bytes:
    """One figure as PNG or SVG with its foot and the page's release: its drawing where it has marks, else its table."""
    parts = []
    more = ""
    if figure.drawing is not None:
        parts.append(figure.drawing)
    elif figure.grid is not None:
        parts.append(picture.grid(figure.grid.heads, figure.grid.rows))
        more = picture.left_out_zh(len(figure.grid.rows))
    foot = stamp_data(page.stamp)
    foot["foot"] = "；".join(part for part in (figure.foot_zh, page.stamp.line_zh) if part)
    return picture.of_parts(figure.claim_zh or page.finding_zh, figure.what_zh, parts, foot, form, more_zh=more)


def table_of(figure: Figure) -> Table:
    """The table of a figure as shown; below it what is measured, and how many rows paper does not take."""
    told = figure_data(figure)
    wide = len(told["heads"])
    rows = tuple(tuple(Cell(text=text) for text in (*row, *[""] * wide)[:wide]) for row in told["rows"])
    return Table(
        caption_zh=figure.claim_zh,
        columns=tuple(Column(head_zh=head) for head in told["heads"]),
        groups=(("", rows),),
        notes_zh=tuple(word_table.legal(text) for text in (figure.what_zh, told["left_out"]) if text),
    )


def docx(page: PagePaper) -> bytes:
    """The page as a Word document in the styles of the default template: real tables, pictures for drawings."""
    import docx as library
    from docx.shared import Mm

    document = library.Document(io.BytesIO(default_template()))
    _empty(document)
    for part in (document.sections[0].header, document.sections[0].footer):
        for paragraph in part.paragraphs:
            for run in paragraph.runs:
                run.text = run.text.replace("{{ 状态 }}", "　".join(page.stamp.states_zh)).replace(
                    "{{ 脚注 }}", page.stamp.line_zh
                )
    put = document.add_paragraph
    put(word_table.legal(page.finding_zh), style="Title")
    put(word_table.legal(f"{page.title_zh}　{page.about_zh}"), style="文注")
    for item in page.items:
        if isinstance(item, str):
            put(word_table.legal(item), style="Normal")
            continue
        if item.drawing is not None:
            document.add_picture(io.BytesIO(image(item, page, "png")), width=Mm(150))
        if item.grid is not None:
            put("〔表位〕")
            word_table.put(document, "〔表位〕", table_of(item))
        else:
            put(word_table.legal(item.claim_zh), style="Heading 2")
            if item.what_zh:
                put(word_table.legal(item.what_zh), style="文注")
        if item.foot_zh:
            put(word_table.legal(item.foot_zh), style="文注")
    put(page.stamp.line_zh, style="文注")
    word_table.set_properties(document, title=page.finding_zh[:255], subject=page.stamp.line_zh)
    sink = io.BytesIO()
    document.save(sink)
    return steady(sink.getvalue())


def _empty(document) -> None:
    """Take the tags of the template out of its body; styles, margins and running heads stay."""
    body = document.element.body
    for child in list(body):
        if not child.tag.endswith("}sectPr"):
            body.remove(child)
