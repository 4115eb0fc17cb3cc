"""Every file opens with its library and says what the release says, numeral for numeral."""

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest

from tests.numerals import is_among, last_places, numerals
from tests.paper import opened
from tests.paper.conftest import CITY
from warehouse.paper.files import excel, pdf, picture, word
from warehouse.paper.model import plain_table
from warehouse.read.receipt.receipts import split_receipt_id


def bare(text: str) -> str:
    """A text without what a file breaks or raises: spaces and line ends."""
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def made(city_text):
    """The three files of the city's month."""
    return {"pdf": pdf.write([city_text]), "docx": word.write(city_text), "xlsx": excel.write([city_text])}


def row_of(release, full_id):
    """The row of the release a receipt names, by plain SQL."""
    keys = {
        "mart.indicator_month": ("area_id", "indicator_code", "breakdown_code", "month"),
        "mart.target_progress": ("target_id", "area_id", "month", "origin_code"),
        "mart.coverage": ("area_id", "network_code", "as_of_on", "base_code", "origin_code"),
    }
    asked = split_receipt_id(full_id)
    key = " || '|' || ".join(f"cast({column} as varchar)" for column in keys[asked["relation"]])
    return release.rows(
        f"select * from {asked['relation']} where {key} = $key", {"key": asked["row_key"]}
    ).frame.to_dicts()[0]


def values_behind(release, full_id):
    """What a receipt's row says, and how it lies to its city, of which the text tells the difference."""
    row = row_of(release, full_id)
    known = [*row.values(), *last_places(row)]
    if full_id.startswith("mart.indicator_month") and row["value"] is not None:
        city = row_of(release, full_id.replace(f":{row['area_id']}|", f":{CITY}|"))
        known += [row["value"] - whole for whole in (city["value"], city["reported_total"]) if whole is not None]
    if full_id.startswith("mart.coverage") and row["blank"] is not None:
        scope = {"network": row["network_code"], "base": row["base_code"], "on": row["as_of_on"], "city": CITY}
        whole = release.rows(
            "select sum(c.blank) as blank from mart.coverage as c inner join core.dim_area as a using (area_id) "
            "where a.city_area_id = $city and a.level_code = 'unit' and c.network_code = $network "
            "and c.base_code = $base and c.as_of_on = $on and c.origin_code = 'month'",
            scope,
        ).frame["blank"][0]
        known += [whole, row["blank"] / whole]
    return known


def test_each_number_of_the_text_is_the_value_of_its_receipt_in_the_release(months_release, city_text, unit_text):
    checked = 0
    for briefing in (city_text, unit_text):
        for figure, receipt in briefing.receipts().items():
            known = values_behind(months_release, receipt.full_id)
            for numeral in numerals(figure.wording):
                assert is_among(numeral, known), (figure, known)
                checked += 1
    assert checked > 50


def test_word_pdf_and_excel_hold_the_same_text_with_no_numeral_more_or_less(made, city_text, tmp_path):
    wanted = [paragraph.text for paragraph in city_text.paragraphs()]
    in_word = opened.word_paragraphs(made["docx"])
    in_excel = [row[0].value for row in opened.excel_of(made["xlsx"])["正文"].iter_rows() if row[0].value]
    in_pdf = bare(opened.pdf_text(made["pdf"], tmp_path))
    for text in wanted:
        assert text in in_word
        assert text in in_excel
    # Raised numbers stand between the words of a PDF; its lead and its heads are enough to know it by.
    for section in city_text.sections:
        assert bare(section.title_zh) in in_pdf
    assert city_text.addressee_zh in in_word


def test_every_numeral_of_the_text_and_of_each_table_stands_in_pdf_and_word_and_no_other(made, city_text):
    # Raised letters of 7 points are the numbers of receipts.
    foot = re.escape(bare(city_text.stamp.line_zh)[:12])
    edges = rf"{foot}.*?—\d+—|演示数据初步草稿·未签发.*?正式公文"
    # A tone in a table has its sign before it.
    in_pdf = re.sub("[▲▼●]", "", opened.pdf_body(made["pdf"], edges=edges, raised=7.0))
    for paragraph in city_text.paragraphs():
        assert bare(paragraph.text) in in_pdf
    in_word = [[cell.lstrip("▲▼● ") for cell in row] for one in opened.word_tables(made["docx"]) for row in one]
    told = [paragraph.text for paragraph in city_text.paragraphs()]
    for table in city_text.tables():
        # 全市 and the groups of units follow one another, each group under its own line.
        for row in table.rows:
            cells = [cell.text for cell in row]
            assert bare("".join(cells)) in in_pdf, cells
            assert cells in in_word, cells
        told += [table.caption_zh, *table.notes_zh, *(cell.text for row in table.rows for cell in row)]
        told += [text for column in table.columns for text in (column.head_zh, column.unit_zh)]
        told += [name for name, _ in table.groups]
    told += [city_text.title_zh, city_text.stamp.line_zh, city_text.dated_zh, *city_text.sources_zh]
    told += [text for one in city_text.definitions for text in (one.definition_zh, one.formula_zh, one.label_zh)]
    told += [text for one in city_text.receipts().values() for text in (one.wording, one.about_zh, one.code)]
    known = set(numerals(" ".join(told)))
    for paragraph in [*opened.word_paragraphs(made["docx"]), *(cell for row in in_word for cell in row)]:
        assert set(numerals(paragraph)) <= known, paragraph


def test_tables_are_real_and_their_cells_are_the_values_of_the_api(made, city_text, months_release):
    """Cell by cell against mart.indicator_month, rounded here by hand and not by the house."""
    tables = opened.word_tables(made["docx"])
    assert len(tables) == len(list(city_text.tables()))
    rows = months_release.rows(
        "select m.*, i.unit_zh, i.decimals, i.label_zh, a.short_name_zh, a.level_code from mart.indicator_month as m "
        "inner join meta.indicator as i using (indicator_code) inner join core.dim_area as a using (area_id) "
        "where a.city_area_id = $city or a.area_id = $city",
        {"city": CITY},
    ).frame.to_dicts()
    values = {
        (row["short_name_zh"] if row["level_code"] == "unit" else "全市", row["label_zh"]): row
        for row in rows
        if row["month"] == city_text.month
        and row["breakdown_code"] == "total"
        and row["level_code"] in ("city", "unit")
    }
    checked = 0
    for table in tables[1:]:
        heads = [head.partition("\n")[0] for head in table[0]]
        for line in table[1:]:
            for head, text in zip(heads, line, strict=True):
                row = values.get((line[0], head))
                if row is None or row["value"] is None:
                    continue
                is_share = row["unit_zh"] == "%"
                exact = Decimal(str(row["value"])) * (100 if is_share else 1)
                step = Decimal(1).scaleb(-(row["decimals"] or 1))
                printed = Decimal(text.removesuffix("（存疑）").removesuffix("%"))
                assert printed == exact.quantize(max(step, Decimal("0.1")), rounding=ROUND_HALF_UP), (
                    line[0],
                    head,
                    text,
                )
                checked += 1
    assert checked >= 10


def test_numbers_of_the_workbook_stay_numbers_and_equal_the_release(made, city_text):
    book = opened.excel_of(made["xlsx"])
    numbers = 0
    for place, table in enumerate(city_text.tables(), start=1):
        sheet = book[f"表{place}"]
        for row, cells in enumerate(table.rows, start=4):
            for column, cell in enumerate(cells, start=1):
                held = sheet.cell(row=row, column=column).value
                if cell.value is not None and table.columns[column - 1].form != "text":
                    assert isinstance(held, int | float)
                    assert held == pytest.approx(cell.value, rel=1e-15)
                    numbers += 1
                else:
                    assert held == cell.text
    assert numbers > 10


@pytest.mark.bar("EX2")
def test_a_workbook_has_cover_notes_definitions_and_data_with_formats_of_wan_and_yi(made, city_text):
    book = opened.excel_of(made["xlsx"])
    assert book.sheetnames[:3] == ["封面", "说明", "口径"]
    assert "表1" in book.sheetnames and "凭证" in book.sheetnames
    cover = "".join(str(cell.value) for row in book["封面"].iter_rows() for cell in row if cell.value)
    assert "演示数据" in cover and city_text.stamp.release_id in cover
    # Targets and denominators of documents and of the census stand in it too: not all of it is invented.
    assert "月报各数由程序生成" in cover and "公开文件与普查的数照原文" in cover
    formats = {
        cell.number_format
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, float | int)
    }
    assert excel.COMPACT in formats
    assert any(form.endswith("%") for form in formats)
    definitions = [row[0].value for row in book["口径"].iter_rows(min_row=2)]
    assert definitions == [one.label_zh for one in city_text.definitions]
    from warehouse import export

    frame = __import__("polars").DataFrame({"单位": ["甲"], "数": [1]})
    notes = export.Notes(title_zh="甲", release_id="r", kind_code="real", size_zh="1行")
    assert export.write(frame, "csv", notes).startswith(b"\xef\xbb\xbf")


@pytest.mark.bar("EX5")
def test_a_pdf_is_tagged_titled_chinese_and_numbered_and_cuts_no_row(made, city_text, tmp_path):
    reader = opened.pdf_of(made["pdf"])
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"].lower().startswith("zh")
    assert reader.metadata.title == city_text.title_zh
    assert "/StructTreeRoot" in root
    text = opened.pdf_text(made["pdf"], tmp_path)
    pages = text.split("\f")[: len(reader.pages)]
    for number, page in enumerate(pages, start=1):
        assert f"—{number}—" in bare(page)
        assert "来源：" in page
    # Each row of a table stands whole on one line of one page.
    for table in city_text.tables():
        for row in table.rows:
            found = [line for line in text.splitlines() if line.split()[:1] == [row[0].text]]
            assert any(all(part in line for part in (cell.text for cell in row) if len(part) < 9) for line in found), (
                row
            )


def test_a_table_longer_than_a_page_repeats_its_heads(city_text, tmp_path):
    from dataclasses import replace

    from warehouse.paper.model import Cell, Column, Table

    rows = tuple((Cell(text=f"第{number}行"), Cell(text=str(number))) for number in range(3000))
    table = Table(caption_zh="很长的表", columns=(Column(head_zh="名称头"), Column(head_zh="数")), groups=(("", rows),))
    section = replace(city_text.sections[1], tables=(table,))
    long = replace(city_text, sections=(section,))
    content = pdf.write([long])
    pages = opened.pdf_text(content, tmp_path).split("\f")
    with_rows = [page for page in pages if re.search(r"第\d+行", page)]
    assert len(with_rows) > 30
    assert all("名称头" in page for page in with_rows)
    shown = [int(found) for page in with_rows for found in re.findall(r"第(\d+)行", page)]
    assert shown == list(range(3000))
    assert len(opened.word_tables(word.write(long))[0]) == 3001
    assert opened.excel_of(excel.write([long]))["表1"].max_row >= 3003


@pytest.mark.bar("EX6")
def test_the_whole_set_has_a_cover_and_contents_with_the_page_of_every_unit(facts, tmp_path):
    from warehouse.paper.text import city_briefing, unit_briefing

    parts = [city_briefing(facts), *(unit_briefing(facts, unit["area_id"]) for unit in facts.units)]
    content = pdf.write(parts)
    pages = opened.pdf_text(content, tmp_path).split("\f")
    assert "全套" in pages[0]
    contents = pages[1]
    assert "目录" in bare(contents)
    for part in parts:
        (line,) = [line for line in contents.splitlines() if bare(part.title_zh) in bare(line)]
        number = int(line.split()[-1])
        # The page said is the page on which the title stands.
        assert bare(part.title_zh)[:12] in bare(pages[number - 1])
    assert len(opened.pdf_of(content).outline) >= len(parts)


@pytest.mark.bar("EX3")
def test_word_has_the_margins_of_the_standard_and_takes_the_bureaus_own_template(city_text, made):
    import io

    import docx

    section = opened.word_of(made["docx"]).sections[0]
    assert [round(length.mm) for length in (section.page_width, section.page_height)] == [210, 297]
    assert [round(length.mm) for length in (section.top_margin, section.left_margin, section.right_margin)] == [
        37,
        28,
        26,
    ]
    own = docx.Document()
    own.add_paragraph("某市民政局文件 {{ 标题 }}")
    own.add_paragraph("{%p for 节 in 各节 %}")
    own.add_paragraph("{{ 节.标题 }}")
    own.add_paragraph("{%p for 段 in 节.段落 %}")
    own.add_paragraph("{{r 段 }}")
    own.add_paragraph("{%p endfor %}")
    own.add_paragraph("{{ 节.表 }}")
    own.add_paragraph("{%p endfor %}")
    sink = io.BytesIO()
    own.save(sink)
    content = word.write(city_text, sink.getvalue())
    texts = opened.word_paragraphs(content)
    assert f"某市民政局文件 {city_text.title_zh}" in texts
    assert all(paragraph.text in texts for paragraph in city_text.paragraphs())
    assert len(opened.word_tables(content)) == len(list(city_text.tables()))


def test_the_heads_of_word_tables_repeat_and_rows_are_not_cut(made):
    from docx.oxml.ns import qn

    for table in opened.word_of(made["docx"]).tables:
        head, *rows = table.rows
        assert head._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in rows)


def test_the_same_content_gives_the_same_bytes(city_text, made):
    assert word.write(city_text) == made["docx"]
    assert pdf.write([city_text]) == made["pdf"]
    assert excel.write([city_text]) == made["xlsx"]


@pytest.mark.bar("EX1")
def test_a_picture_is_1080_wide_with_its_foot_in_it_and_its_letters_drawn(city_text):
    import io

    from PIL import Image

    with_foot = picture.of_briefing(city_text, "png")
    image = Image.open(io.BytesIO(with_foot))
    assert image.width == 1080
    # The foot is ink in the last stretch of the picture: without it that stretch is bare paper.
    bottom = image.convert("L").crop((44, image.height - 66, 1036, image.height - 36))
    assert sum(1 for value in bottom.get_flattened_data() if value < 140) > 500
    drawn = picture.of_briefing(city_text, "svg").decode()
    # Letters are shapes of their own: no font has to be there, none is fetched.
    assert "<text" not in drawn and "font-family" not in drawn and "http" not in drawn.replace("http://www.w3.org", "")
    assert drawn.count("<use") > 200


@pytest.mark.bar("DQ2")
def test_source_as_of_and_version_stand_on_every_file(made, city_text, tmp_path):
    import polars as pl

    from warehouse import export

    line = bare(city_text.stamp.line_zh)
    assert "来源" in line and "截至" in line and "版本" in line and "演示数据" in line
    document = opened.word_of(made["docx"])
    assert line in bare("".join(paragraph.text for paragraph in document.sections[0].footer.paragraphs))
    assert line in bare(opened.pdf_text(made["pdf"], tmp_path, order="-raw"))
    assert line in bare(opened.excel_of(made["xlsx"])["说明"]["A1"].value)
    notes = export.Notes(
        title_zh="甲",
        release_id=city_text.stamp.release_id,
        kind_code="demo",
        size_zh="1行",
        remarks=["截至：2026年10月"],
    )
    csv = export.write(pl.DataFrame({"数": [1]}), "csv", notes).decode("utf-8-sig")
    assert "演示数据" in csv


@pytest.mark.bar("TR6")
def test_provisional_cells_are_marked_in_exports(made, city_text):
    sheet = opened.excel_of(made["xlsx"])["表1"]
    assert "初步" in city_text.stamp.states_zh
    heads = [cell.value for cell in sheet[3]]
    column = heads.index("状态") + 1
    assert all(
        "初步" in sheet.cell(row=row, column=column).value
        for row in range(4, 4 + len(list(next(city_text.tables()).rows)))
    )


def test_plain_tables_name_the_unit_of_each_column(city_text):
    heads = plain_table(next(city_text.tables()))[0]
    assert any("（人次）" in head for head in heads)
