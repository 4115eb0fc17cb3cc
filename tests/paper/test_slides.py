"""Slides opened again: one claim each, charts and tables of their own, letters with a Chinese font, numbers of the release."""

import io
import re
import zipfile
from datetime import date

import pytest
from pptx import Presentation
from pptx.enum.chart import XL_LABEL_POSITION
from pptx.oxml.ns import qn

from tests.numerals import is_among, numerals
from tests.paper import opened
from tests.paper.conftest import CITY, UNIT
from tests.paper.test_files import values_behind
from warehouse.errors import PaperError
from warehouse.paper.deck import of_goals
from warehouse.paper.deck.content import deck_of
from warehouse.paper.deck.model import Bars, Line, Lines
from warehouse.paper.files import slides
from warehouse.paper.files.slides import charts
from warehouse.paper.model import DEMO_ZH, receipt_code
from warehouse.read.receipt.receipts import receipt_id

LETTERS = ("a:rPr", "a:defRPr", "a:endParaRPr")


@pytest.fixture(scope="module")
def deck(months_release, facts):
    return deck_of(months_release, facts, edition_id="抚顺 2026-10-A")


@pytest.fixture(scope="module")
def content(deck):
    return slides.write(deck)


@pytest.fixture(scope="module")
def book(content):
    return Presentation(io.BytesIO(content))


def titles(book):
    return [page.shapes.title.text for page in book.slides]


def chart_of(page):
    return next((shape.chart for shape in page.shapes if shape.has_chart), None)


@pytest.mark.bar("EX4")
def test_each_slide_has_one_claim_and_what_is_drawn_is_native_and_from_zero(book, deck):
    assert 10 <= len(book.slides) <= 12
    assert titles(book) == [slide.claim.text for slide in deck.slides]
    assert len(set(titles(book))) == len(titles(book))
    assert not any("。" in title.rstrip("。") for title in titles(book))
    drawn = 0
    for page, slide in zip(book.slides, deck.slides, strict=True):
        chart = chart_of(page)
        assert (chart is not None) == isinstance(slide.part, Bars | Lines), slide.key
        if chart is None:
            continue
        drawn += 1
        assert chart.value_axis.minimum_scale == 0
        assert chart.value_axis.maximum_scale > 0
        # What a double click opens: a workbook with the very numbers.
        held = opened.excel_of(chart.part.chart_workbook.xlsx_part.blob).active
        told = [row[1].value for row in held.iter_rows(min_row=2)]
        if isinstance(slide.part, Lines):
            assert told == [None if value is None else pytest.approx(value) for value in slide.part.series[0].values]
        else:
            known = [row.value for row in slide.part.rows if row.value is not None]
            assert [value for value in told if value is not None] == pytest.approx(known)
            if slide.part.goal is not None:
                assert any(shape.name == "参照线" for shape in page.shapes)
    assert drawn >= 5


def test_the_axis_of_a_share_ends_at_the_whole_with_the_label_of_a_high_one_below_its_point():
    page = Presentation().slides.add_slide(Presentation().slide_layouts[6])
    texts, none = ("97.7%", "98.8%"), (None, None)
    line = Line(name="月探访率", values=(0.977, 0.988), texts=texts, figures=none)
    months = (date(2026, 9, 1), date(2026, 10, 1))
    charts.lines(page, Lines(months=months, series=(line,), is_share=True), (0, 0, 8, 4), "月探访率")
    chart = chart_of(page)
    assert (chart.value_axis.minimum_scale, chart.value_axis.maximum_scale) == (0, 1)
    labels = [chart.plots[0].series[0].points[place].data_label for place in (0, 1)]
    assert [label.text_frame.text for label in labels] == ["97.7%", "98.8%"]
    assert {label.position for label in labels} == {XL_LABEL_POSITION.BELOW}


def test_every_letter_has_an_east_asian_font_in_slides_charts_notes_and_masters(content):
    counted = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if not name.endswith(".xml") or not name.startswith(("ppt/slides", "ppt/charts", "ppt/notes")):
                continue
            from lxml import etree

            for properties in etree.fromstring(archive.read(name)).iter(*(qn(tag) for tag in LETTERS)):
                face = properties.find(qn("a:ea"))
                assert face is not None and face.get("typeface") == "微软雅黑", name
                counted += 1
    assert counted > 300


def test_notes_name_sources_and_the_receipt_of_every_number_and_the_foot_says_what_it_is(book, deck):
    for page, slide in zip(book.slides, deck.slides, strict=True):
        notes = page.notes_slide.notes_text_frame.text
        assert deck.stamp.line_zh in notes
        assert all(source in notes for source in slide.sources_zh)
        for figure in slide.figures():
            assert f"{figure.wording}　{receipt_code(figure)}　" in notes
            assert receipt_id(figure.relation, figure.row_key, figure.column or None) in notes
        texts = [shape.text_frame.text for shape in page.shapes if shape.has_text_frame]
        foot = next(text for text in texts if text.startswith("来源："))
        assert all(word in foot for word in ("截至：2026年10月31日", f"版本：{deck.stamp.release_id}", "状态："))
        assert DEMO_ZH in texts
        assert any("抚顺 2026-10-A" in text for text in texts)


def test_every_number_of_the_slides_is_that_of_its_row_in_the_release(months_release, deck):
    checked = 0
    for slide in deck.all_slides():
        for figure in slide.figures():
            if figure.relation not in ("mart.indicator_month", "mart.target_progress", "mart.coverage"):
                continue
            full = receipt_id(figure.relation, figure.row_key, figure.column or None)
            known = values_behind(months_release, full)
            for numeral in numerals(figure.wording.replace("−", "").replace("+", "")):
                assert is_among(numeral, known), (slide.key, figure)
                checked += 1
    assert checked > 60


def test_the_same_deck_gives_the_same_bytes_and_no_time_or_foreign_name_stands_in_it(deck, content):
    assert slides.write(deck) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        told = archive.read("docProps/core.xml").decode() + archive.read("docProps/app.xml").decode()
    assert not re.search(r"20[12]\d-\d\d-\d\d", told)
    assert "Steve" not in told and "Canny" not in told


def test_an_office_opens_it_and_shows_as_many_slides(content, deck, tmp_path):
    shown = opened.pdf_of(opened.as_office_sees({"pptx": content}, tmp_path)["pptx"])
    assert len(shown.pages) == len(deck.slides)
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in shown.pages))
    assert "演示数据" in text and f"版本：{deck.stamp.release_id}" in text


def test_a_deck_of_a_unit_tells_the_unit_first_and_an_unknown_one_is_refused(months_release, facts):
    own = deck_of(months_release, facts, area_id=UNIT)
    assert own.slides[1].key == f"unit-{UNIT}"
    assert own.slides[0].claim.text != deck_of(months_release, facts, area_id=CITY).slides[0].claim.text
    assert len(own.slides) <= 12
    with pytest.raises(PaperError, match="没有单位"):
        deck_of(months_release, facts, area_id="nobody")


def test_a_bar_of_a_network_is_as_long_as_what_is_covered(facts):
    """Where one home serves several townships nobody knows what is blank: the bar is what is built, of 75 townships 67."""

    def network(code, built, base, blank):
        return {
            "network_code": code, "network_zh": code, "base_label_zh": "乡镇", "base_year": 2021, "built": built,
            "operating": None, "base": base, "blank": blank, "rate": built / base, "status_code": "reported", "row_key": code,
        }  # fmt: skip

    rows = [network("敬老院", 67, 75, None), network("区域中心", 49, 75, 26), network("日间照料", 330, 312, 4)]
    slide = of_goals.networks_slide(facts, [*rows, network("街道中心", 20, 19, None)])
    assert [(bar.name, bar.value, bar.rest) for bar in slide.part.rows] == [
        ("敬老院", 67 / 75, None),
        ("区域中心", 49 / 75, 26 / 75),
        # 330 in 308 places, some of them two in one: 4 of 312 are without.
        ("日间照料", 308 / 312, 4 / 312),
        ("街道中心", 1, None),
    ]
    assert "；敬老院一所可服务几处，少的不等于空白" in slide.note_zh


def test_a_unit_whose_form_was_returned_is_not_said_to_have_sent_none(facts, deck):
    assert facts.absent("training_person_times")["清原县"] == "returned"
    slide = next(slide for slide in deck.slides if slide.key == "task-training_person_times")
    assert slide.note_zh == "东洲区、望花区、顺城区、新宾县未报，清原县退回"
