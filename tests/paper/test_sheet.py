"""The sheet of a unit: one leaf of A4 for the longest name and ten indicators, its marks those of the pages' rows."""

import re
from dataclasses import replace

import pytest

from tests.declared import units_of
from tests.pace import slowed
from tests.pages.conftest import show  # noqa: F401 (a fixture)
from tests.paper import opened
from tests.paper.conftest import CITY, UNIT
from warehouse.paper.files import excel, pdf, picture, word
from warehouse.paper.model import Cell, Column, Table
from warehouse.paper.produce import produce
from warehouse.paper.requests import wanted
from warehouse.paper.sheet import MONTHS_DRAWN, back, sheet_facts, unit_sheet
from warehouse.read.month import overview
from warehouse.read.place import profile


@pytest.fixture(scope="module")
def shared(months_release):
    return sheet_facts(months_release, city_area_id=CITY, month=None)


@pytest.fixture(scope="module")
def sheet(months_release, shared):
    return unit_sheet(months_release, shared, UNIT)


@pytest.mark.bar("BR3")
def test_the_front_is_one_page_of_a4_for_the_longest_name_and_ten_indicators(sheet, tmp_path):
    long_name = "双江拉祜族佤族布朗族傣族自治县"
    longest = replace(
        sheet, unit_zh=long_name, lines=tuple(replace(one, name_zh=one.name_zh + "（含在建）") for one in sheet.lines)
    )
    assert len(longest.lines) == 10
    content = pdf.sheets([longest.data()])
    reader = opened.pdf_of(content)
    # Two sides of one leaf: the front is one page, the back is one page.
    assert len(reader.pages) == 2
    box = reader.pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (595, 842)
    front, back = opened.pdf_text(content, tmp_path).split("\f")[:2]
    assert f"{long_name}" in front and "1/2" in front and "2/2" in back
    for line in longest.lines:
        assert line.value_text in front
    lowest = max(line for line, text in enumerate(front.splitlines()) if text.strip())
    assert "草稿" in " ".join(front.splitlines()[lowest - 2 : lowest + 1])


def test_forty_townships_still_stand_on_one_back(sheet):
    many = replace(sheet, townships=tuple(replace(sheet.townships[0], name_zh=f"第{n}民族乡") for n in range(40)))
    assert len(opened.pdf_of(pdf.sheets([many.data()])).pages) == 2


def test_marks_are_the_rows_the_pages_draw(months_release, shared, sheet):
    """Positions worked again from `overview.matrix`, months from `profile.histories`, as the page 县区画像 asks them."""
    month = shared.facts.month
    cells = overview.matrix(
        months_release,
        city_area_id=CITY,
        month=month,
        indicator_codes=tuple(line.indicator_code for line in sheet.lines),
    ).frame.to_dicts()
    histories = profile.histories(
        months_release,
        unit_area_id=UNIT,
        first_month=shared.months[0],
        last_month=month,
        indicator_codes=tuple(line.indicator_code for line in sheet.lines),
    ).frame.to_dicts()
    drawn = 0
    for line in sheet.lines:
        own = next(c for c in cells if c["area_id"] == UNIT and c["indicator_code"] == line.indicator_code)
        column = "completion" if own["against_code"] == "pace" else "value"
        group = [
            c
            for c in cells
            if c["indicator_code"] == line.indicator_code
            and (c["kind_code"] == own["kind_code"] and c["level_code"] == "unit" or c["level_code"] == "city")
        ]
        known = [c[column] for c in group if c[column] is not None]
        if line.strip.own is not None and len(set(known)) > 1:
            part = (own[column] - min(known)) / (max(known) - min(known))
            expected = 1 - part if own["polarity_code"] == "lower_is_better" else part
            assert line.strip.own == pytest.approx(expected)
            drawn += 1
        mine = {row["month"]: row["value"] for row in histories if row["indicator_code"] == line.indicator_code}
        assert line.own_months == tuple(mine.get(one) for one in shared.months)
    assert drawn >= 3
    assert len(shared.months) == MONTHS_DRAWN


def test_a_running_total_is_broken_at_january(shared, sheet):
    training = next(line for line in sheet.lines if line.indicator_code == "training_person_times")
    assert [shared.months[place].month for place in training.breaks] == [1]


def test_a_unit_without_data_gets_a_whole_sheet_that_says_so(months_release, shared, tmp_path):
    silent = next(
        unit for unit in shared.facts.units if all(cell["value"] is None for cell in shared.facts.of(unit["area_id"]))
    )
    content = pdf.sheets([unit_sheet(months_release, shared, silent["area_id"]).data()])
    assert len(opened.pdf_of(content).pages) == 2
    assert "缺" in opened.pdf_text(content, tmp_path)


@pytest.mark.bar("BR10")
def test_every_unit_gets_its_files_named_by_unit_period_and_release(months_release, monkeypatch):
    import time

    request = wanted(months_release, city="抚顺", kind="一张纸", formats=("pdf", "docx", "png"))
    seen = []
    started = time.perf_counter()
    files = produce(months_release, request, lambda step, done, total: seen.append((done, total)))
    # Nine sheets in sixty seconds are asked for; the units of 抚顺 in three formats must stay well below.
    assert time.perf_counter() - started < 45 * slowed()
    # A PDF, a Word file and two sides as pictures for each unit.
    assert len(files) == len(units_of("fushun")) * 4
    assert seen == [(number, len(files)) for number in range(1, len(files) + 1)]
    pattern = re.compile(r"^演示数据_[一-鿿]+_2026年10月_一张纸_\d{8}-\d\d(_[正背]面)?\.(pdf|docx|png)$")
    assert all(pattern.match(file.name) for file in files)
    assert len({file.name for file in files}) == len(files)


def test_a_sheet_as_a_picture_is_1080_wide(sheet):
    import io

    from PIL import Image

    front, back = picture.of_sheet(sheet.data(), "png")
    assert Image.open(io.BytesIO(front)).width == Image.open(io.BytesIO(back)).width == 1080


@pytest.mark.bar("CO1")
def test_every_rate_shows_its_numerator_and_denominator_with_year_and_definition(
    facts,
    city_text,
    unit_text,
    show,  # noqa: F811
    small_demo_home,
    monkeypatch,
    tmp_path,
):
    rates = {
        key: row
        for key, row in facts.rows.items()
        if row["value"] is not None and row["numerator"] is not None and row["denominator"] is not None
    }
    told = {
        one.full_id.partition(":")[2]: one.about_zh for one in city_text.receipts().values() if "#" not in one.full_id
    }
    shown = [key for key in rates if key in told]
    assert len(shown) > 10
    for key in shown:
        row = rates[key]
        year = row["denominator_as_of_on"].year if row["denominator_as_of_on"] else facts.month.year
        assert re.search(rf"＝[\d,]+/[\d,]+（分母{year}年", told[key]), told[key]
        numerator = re.search(r"＝([\d,]+)/", told[key]).group(1).replace(",", "")
        # Half up, by hand.
        assert int(numerator) == int(row["numerator"] + 0.5)
    # The same lines stand in every file, and the definition of each indicator.
    sample = told[shown[0]]
    definition = city_text.definitions[0].definition_zh
    in_word = word.write(city_text)
    in_word = "".join((*opened.word_paragraphs(in_word), *opened.word_notes(in_word).values()))
    book = opened.excel_of(excel.write([city_text]))
    in_excel = "".join(str(cell.value) for name in ("凭证", "口径") for row in book[name].iter_rows() for cell in row)
    in_pdf = re.sub(r"\s+", "", opened.pdf_text(pdf.write([city_text]), tmp_path, order="-raw"))
    assert sample in in_word and definition in in_word
    assert sample in in_excel and definition in in_excel
    assert sample.replace(" ", "") in in_pdf and re.sub(r"\s+", "", definition)[:12] in in_pdf
    # On the page the table of a unit says numerator, denominator and year beside each rate.
    monkeypatch.setenv("YANGLAO_HOME", str(small_demo_home.root.parent))
    page = show("briefing/bulletin/page.py", data="demo", city=CITY, unit=UNIT)
    for row in next(unit_text.tables()).rows:
        assert row[2].text in page.text


def test_a_dot_carries_its_place_only_where_no_other_shares_it(months_release, shared):
    alone = shared_places = 0
    for unit in units_of(CITY):
        for line in unit_sheet(months_release, shared, unit).lines:
            # What the line says beside it: "月末 第3位（共6个参排）", "当月 不分先后（…）", "月末 并列第2—4位（…）".
            said = re.search(r"(?<!并列)第(\d+)位（", line.note_zh)
            assert line.place == (int(said[1]) if said else None), line.note_zh
            alone += said is not None
            shared_places += "并列" in line.note_zh or "不分先后" in line.note_zh
    assert alone and shared_places


def test_the_claim_over_townships_counts_only_what_is_known():
    def row(blank, status="reported"):
        return {"blank": blank, "status_code": status}

    def said(*rows):
        return back.village_claim(5, rows).partition("：")[2]

    # 3 + 2 of two townships; a third has none, a fourth sent nothing, a fifth has no villages.
    all_kinds = (row(3.0), row(2.0), row(0.0), row(None, "missing"), row(None, "not_applicable"))
    assert said(*all_kinds) == "至少5个村没有幸福院，分布在2个乡镇，1个乡镇没有数"
    assert said(row(0.0), row(0.0)) == "2个乡镇的幸福院都不少于村数"
    assert said(row(0.0), row(None, "withheld")) == "有数的1个乡镇的幸福院都不少于村数，1个乡镇没有数"
    assert said(row(None, "missing")) == "幸福院没有分乡镇的数"
    assert said(row(None, "not_applicable")) == "没有行政村，幸福院不适用"


def test_a_picture_of_a_table_names_the_group_above_its_rows():
    # A zone that is the first of two does not stand below the sixth of six counties as if it were of them.
    county, zone = (Cell(text="范县"), Cell(text="第6")), (Cell(text="经开区"), Cell(text="第1"))
    table = Table(
        caption_zh="完成情况",
        columns=(Column(head_zh="单位"), Column(head_zh="位次")),
        groups=(("", (county,)), ("功能区（单列）", (zone,))),
    )
    heads, rows = picture.as_rows(table)
    assert heads == ["单位", "位次"]
    assert rows == [["范县", "第6"], ["功能区（单列）"], ["经开区", "第1"]]
