"""Receipts are footnotes that Word itself counts: one a receipt, on the page of its number, in any template."""

import io
import re
import zipfile

import docx
import pytest
from docx.oxml.parser import parse_xml
from lxml import etree

from tests.paper import opened
from warehouse.paper.files import word
from warehouse.paper.model import pieces

NOTES_PART = "word/footnotes.xml"


@pytest.fixture(scope="module")
def made(city_text):
    return word.write(city_text)


def in_text(briefing):
    """Receipts of the running text in the order of their first number."""
    found = {}
    receipts = briefing.receipts()
    for paragraph in briefing.paragraphs():
        for figure, _ in pieces(paragraph):
            if figure in receipts:
                found.setdefault(receipts[figure].code, receipts[figure])
    return list(found.values())


def test_each_number_of_the_text_has_the_footnote_of_its_receipt_in_the_order_of_reading(city_text, made):
    wanted = in_text(city_text)
    notes, references = opened.word_notes(made), opened.word_references(made)
    assert len(wanted) > 20
    assert [notes[number].strip().partition("　")[0] for number in references] == [one.code for one in wanted]
    assert set(references) == set(notes) and len(references) == len(set(references))
    for one, number in zip(wanted, references, strict=True):
        assert one.about_zh in notes[number] and one.wording in notes[number]


def test_a_receipt_told_twice_refers_to_its_one_footnote_by_a_field(city_text, made):
    receipts = city_text.receipts()
    mentions = [
        receipts[figure].code
        for paragraph in city_text.paragraphs()
        for figure, _ in pieces(paragraph)
        if figure in receipts
    ]
    body = opened.word_of(made).element.body
    marks = {mark.get(f"{opened.WORD}name") for mark in body.iter(f"{opened.WORD}bookmarkStart")}
    fields = [
        code.text.split()[1] for code in body.iter(f"{opened.WORD}instrText") if code.text.split()[0] == "NOTEREF"
    ]
    assert len(fields) == len(mentions) - len(set(mentions)) > 0
    assert set(fields) <= marks
    # Shown is the number of that footnote: its place among the references.
    place = {f"_Receipt{one.code}": str(number) for number, one in enumerate(in_text(city_text), start=1)}
    raised = [
        run.text for each in opened.word_of(made).paragraphs for run in each.runs if run.font.superscript and run.text
    ]
    assert raised == [place[name] for name in fields]


def test_the_part_is_declared_related_styled_and_has_both_separators(made):
    with zipfile.ZipFile(io.BytesIO(made)) as held:
        assert 'PartName="/word/footnotes.xml"' in held.read("[Content_Types].xml").decode()
        assert 'Target="footnotes.xml"' in held.read("word/_rels/document.xml.rels").decode()
        root = etree.fromstring(held.read(NOTES_PART))
        settings = etree.fromstring(held.read("word/settings.xml"))
    kinds = [note.get(f"{opened.WORD}type") for note in root if note.get(f"{opened.WORD}type")]
    assert kinds == ["separator", "continuationSeparator"]
    assert len(settings.find(f"{opened.WORD}footnotePr")) == 2
    names = {style.name: style for style in opened.word_of(made).styles}
    assert names["footnote reference"].font.superscript and names["footnote text"].font.size.pt == 9
    # The list at the end keeps what no footnote tells: the numbers of tables.
    tail = [text for text in opened.word_paragraphs(made) if re.match(r"^[0-9a-f]{8}　", text)]
    assert tail and not {text[:8] for text in tail} & {text.strip()[:8] for text in opened.word_notes(made).values()}


def bureaus(*, note: bool = False, head: bool = False, box: bool = False, twice: bool = False) -> bytes:
    """A template of somebody else's: with a footnote of its own, a paragraph in its running head, in a box, or twice."""
    document = docx.Document()
    first = document.add_paragraph("某局文件 {{ 标题 }}")
    loop = ("{%p for 节 in 各节 %}", "{%p for 段 in 节.段落 %}", "{{r 段 }}", "{%p endfor %}", "{%p endfor %}")
    for text in loop * (2 if twice else 1):
        document.add_paragraph(text)
    if head:
        document.sections[0].header.paragraphs[0].text = "{{r 各节[0].段落[0] }}"
    if box:
        first._p.append(
            parse_xml(
                '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml">'
                '<w:pict><v:shape style="width:200pt;height:80pt"><v:textbox><w:txbxContent><w:p><w:r><w:t>{{r 各节[0].段落[0] }}</w:t></w:r></w:p>'
                "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
            )
        )
    sink = io.BytesIO()
    document.save(sink)
    if not note:
        return sink.getvalue()
    return with_own_note(sink.getvalue())


def with_own_note(content: bytes) -> bytes:
    """The file with footnote 7 in it, as Word writes one."""
    own = (
        f'<w:footnotes xmlns:w="{opened.WORD[1:-1]}"><w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        '<w:footnote w:type="continuationSeparator" w:id="0"><w:p/></w:footnote>'
        '<w:footnote w:id="7"><w:p><w:r><w:t>本局的注，{{ 月份 }}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    changes = {
        "[Content_Types].xml": (
            "</Types>",
            '<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"/></Types>',
        ),
        "word/_rels/document.xml.rels": (
            "</Relationships>",
            '<Relationship Id="rIdN" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes" Target="footnotes.xml"/></Relationships>',
        ),
        "word/document.xml": (
            "某局文件 {{ 标题 }}</w:t></w:r>",
            '某局文件 {{ 标题 }}</w:t></w:r><w:r><w:footnoteReference w:id="7"/></w:r>',
        ),
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(sink, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name in changes:
                before, after = changes[name]
                assert before.encode() in text
                text = text.replace(before.encode(), after.encode())
            new.writestr(name, text)
        new.writestr(NOTES_PART, own)
    return sink.getvalue()


def test_footnotes_of_a_template_stay_and_ours_stand_beside_them(city_text):
    content = word.write(city_text, bureaus(note=True))
    notes, references = opened.word_notes(content), opened.word_references(content)
    assert notes[7] == "本局的注，2026年10月" and references[0] == 7
    assert len(references) == len(set(references)) == 1 + len(in_text(city_text))
    assert set(references) == set(notes)


@pytest.mark.parametrize("where", ["head", "box", "twice"])
def test_where_word_knows_no_footnote_or_has_it_already_the_number_is_raised(city_text, where):
    content = word.write(city_text, bureaus(**{where: True}))
    references = opened.word_references(content)
    assert len(references) == len(set(references)) == len(in_text(city_text)) == len(opened.word_notes(content))
    document = opened.word_of(content)
    assert not list(document.sections[0].header._element.iter(f"{opened.WORD}footnoteReference"))
    assert not [
        each
        for box in document.element.body.iter(f"{opened.WORD}txbxContent")
        for each in box.iter(f"{opened.WORD}footnoteReference")
    ]


def test_libreoffice_opens_the_text_and_sets_each_note_on_the_page_of_its_number(city_text, made, tmp_path):
    pages = opened.pdf_text(opened.as_office_sees({"docx": made}, tmp_path)["docx"], tmp_path).split("\f")
    flat = [re.sub(r"\s+", "", page) for page in pages]
    wanted = in_text(city_text)
    on = [next(place for place, page in enumerate(flat) if one.code in page) for one in wanted]
    # The notes follow the text over its pages; they are not gathered at its end.
    assert on == sorted(on) and on[0] == 0 and len(set(on)) > 1
    assert re.sub(r"\s+", "", city_text.title_zh) in flat[0] and city_text.stamp.release_id in "".join(flat)
