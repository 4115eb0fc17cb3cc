"""Real footnotes in a Word document: a number of the text refers to a note of its page that tells its receipt.

While a template is filled, nobody knows where and how often it shows a paragraph, so a number carries a place for a
note; `put` then goes through the filled text in the order of reading. The first place of a receipt becomes its
footnote, each later one refers to that. Where Word knows no footnotes (running heads, boxes, other footnotes), the
number is raised as plain text.
"""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from warehouse.paper.files.word_table import legal
from warehouse.paper.model import Receipted

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
TEXT_STYLE, MARK_STYLE = "footnote text", "footnote reference"
"""Names that Word itself gives to these styles: a template that has them keeps its own look."""
_SEPARATORS = ((-1, "separator"), (0, "continuationSeparator"))
_RAISED = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
# What Word's schema puts behind the note properties in the settings.
_AFTER_NOTES = ("endnotePr", "compat", "docVars", "rsids", "attachedSchema", "themeFontLang", "clrSchemeMapping",
                "doNotIncludeSubdocsInStats", "shapeDefaults", "decimalSymbol", "listSeparator")  # fmt: skip


def place_for(receipt: Receipted) -> str:
    """A run of WordprocessingML that `put` replaces. Numbers below zero belong to no note of a template."""
    return f'<w:r><w:footnoteReference w:id="{-1000 - receipt.number}"/></w:r>'


def put(document: Any, receipts: Mapping[int, Receipted]) -> None:
    """Turn every place into a footnote, or into a reference to the one that stands before it.

    Args:
        document: of python-docx, its text filled in.
        receipts: by their number.
    """
    from docx.oxml.ns import qn

    for part in document.part.package.iter_parts():
        if part is not document.part:
            _raise_plainly(part)
    body = document.element.body
    places = [(node, -1000 - int(node.get(qn("w:id")))) for node in body.iter(qn("w:footnoteReference"))]
    places = [(node, number) for node, number in places if number in receipts]
    if not places:
        return
    root, part = _notes_of(document)
    ids = [int(note.get(qn("w:id"))) for note in root.iter(qn("w:footnote"))]
    marks = [int(mark.get(qn("w:id"))) for mark in body.iter(qn("w:bookmarkStart")) if _is_number(mark.get(qn("w:id")))]
    next_note, next_mark = max(0, *ids) + 1, max(0, *marks, 0) + 1
    text_style, mark_style = _styles(document)
    told: dict[int, int] = {}
    for node, number in places:
        run = node.getparent()
        if any(True for _ in run.iterancestors(qn("w:txbxContent"))):
            _replace(run, _raised(number))
        elif number in told:
            _replace(run, _again(receipts[number], told[number]))
        else:
            told[number] = len(told) + 1
            _replace(run, _first(receipts[number], next_note, next_mark, mark_style))
            root.append(_parsed(_note(receipts[number], next_note, text_style, mark_style))[0])
            next_note, next_mark = next_note + 1, next_mark + 1
    part._blob = _written(root)


def _is_number(text: str | None) -> bool:
    return (text or "").isdigit()


def _raise_plainly(part: Any) -> None:
    """Places in a running head or in a footnote of the template become raised numbers."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import parse_xml

    is_tree = hasattr(part, "element")
    if not is_tree and b"footnoteReference" not in part.blob:
        return
    tree = part.element if is_tree else parse_xml(part.blob)
    found = [(node, -1000 - int(node.get(qn("w:id")))) for node in tree.iter(qn("w:footnoteReference"))]
    found = [(node, number) for node, number in found if number > 0]
    for node, number in found:
        _replace(node.getparent(), _raised(number))
    if found and not is_tree:
        part._blob = _written(tree)


def _notes_of(document: Any) -> tuple[Any, Any]:
    """The notes the template has, or a new part with the two lines that separate notes from text."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml.parser import parse_xml

    for relation in document.part.rels.values():
        if relation.reltype == _RELATION and not relation.is_external:
            return parse_xml(relation.target_part.blob), relation.target_part
    lines = "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/>'
        f'<w:ind w:firstLine="0"/></w:pPr><w:r><w:{kind}/></w:r></w:p></w:footnote>'
        for number, kind in _SEPARATORS
    )
    root = parse_xml(f'<w:footnotes xmlns:w="{_W}">{lines}</w:footnotes>')
    part = Part(PackURI("/word/footnotes.xml"), _TYPE, _written(root), document.part.package)
    document.part.relate_to(part, _RELATION)
    _tell_settings(document.settings.element)
    return root, part


def _tell_settings(settings: Any) -> None:
    """Name the separators in the settings, as Word does."""
    from docx.oxml.ns import qn

    if settings.find(qn("w:footnotePr")) is not None:
        return
    lines = "".join(f'<w:footnote w:id="{number}"/>' for number, _ in _SEPARATORS)
    (made,) = _parsed(f"<w:footnotePr>{lines}</w:footnotePr>")
    behind = {qn(f"w:{name}") for name in _AFTER_NOTES}
    for child in settings:
        if child.tag in behind or not child.tag.startswith(f"{{{_W}}}"):
            child.addprevious(made)
            return
    settings.append(made)


def _styles(document: Any) -> tuple[str, str]:
    """Ids of the styles of note and mark; made where the template has none."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    styles = document.styles
    known = {style.name.lower(): style for style in styles if style.name}
    text, mark = known.get(TEXT_STYLE), known.get(MARK_STYLE)
    if text is None:
        text = styles.add_style(TEXT_STYLE, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        text.base_style = styles.default(WD_STYLE_TYPE.PARAGRAPH)
        text.font.size = Pt(9)
        form = text.paragraph_format
        form.first_line_indent, form.space_before, form.space_after, form.line_spacing = Pt(0), Pt(0), Pt(0), Pt(12)
        form.alignment = WD_ALIGN_PARAGRAPH.LEFT
        _off_grid(text.element.get_or_add_pPr())
    if mark is None:
        mark = styles.add_style(MARK_STYLE, WD_STYLE_TYPE.CHARACTER, builtin=True)
        mark.font.superscript = True
    return text.style_id, mark.style_id


def _off_grid(properties: Any) -> None:
    from warehouse.paper.files.word_template import off_grid

    off_grid(properties)


def _raised(number: int) -> str:
    return f"<w:r>{_RAISED}<w:t>{number}</w:t></w:r>"


def _bookmark(receipt: Receipted) -> str:
    return f"_Receipt{receipt.code}"


def _first(receipt: Receipted, note: int, mark: int, style: str) -> str:
    return (
        f"<w:bookmarkStart w:id={quoteattr(str(mark))} w:name={quoteattr(_bookmark(receipt))}/>"
        f"<w:r><w:rPr><w:rStyle w:val={quoteattr(style)}/></w:rPr><w:footnoteReference w:id={quoteattr(str(note))}/></w:r>"
        f"<w:bookmarkEnd w:id={quoteattr(str(mark))}/>"
    )


def _again(receipt: Receipted, shown: int) -> str:
    """A field that follows the number of the note, also when somebody puts another note before it."""
    return (
        f'<w:r>{_RAISED}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{_RAISED}<w:instrText xml:space="preserve"> NOTEREF {_bookmark(receipt)} \\h </w:instrText></w:r>'
        f'<w:r>{_RAISED}<w:fldChar w:fldCharType="separate"/></w:r>{_raised(shown)}'
        f'<w:r>{_RAISED}<w:fldChar w:fldCharType="end"/></w:r>'
    )


def _note(receipt: Receipted, note: int, text_style: str, mark_style: str) -> str:
    words = "　".join(part for part in (receipt.code, receipt.about_zh, receipt.wording) if part)
    return (
        f'<w:footnote w:id="{note}"><w:p><w:pPr><w:pStyle w:val={quoteattr(text_style)}/></w:pPr>'
        f"<w:r><w:rPr><w:rStyle w:val={quoteattr(mark_style)}/></w:rPr><w:footnoteRef/></w:r>"
        f'<w:r><w:t xml:space="preserve"> {escape(legal(words))}</w:t></w:r></w:p></w:footnote>'
    )


def _parsed(xml: str) -> list[Any]:
    from docx.oxml.parser import parse_xml

    return list(parse_xml(f'<w:p xmlns:w="{_W}">{xml}</w:p>'))


def _replace(run: Any, xml: str) -> None:
    for made in _parsed(xml):
        run.addprevious(made)
    run.getparent().remove(run)


def _written(root: Any) -> bytes:
    from lxml import etree

    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
