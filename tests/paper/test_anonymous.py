"""A comparison without names: what a file says is the same whatever the units are called and in whatever order they come."""

import io
import random
import zipfile
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from tests.paper import opened
from warehouse.errors import PaperError
from warehouse.paper import anonymous
from warehouse.paper.anonymous import Source
from warehouse.paper.model import Stamp

MONTH = date(2026, 10, 1)
INDICATORS = {
    code: {
        "indicator_code": code, "label_zh": name, "unit_zh": "%", "decimals": 1, "kind_code": "ratio",
        "timing_code": "end_of_month", "polarity_code": "higher_is_better", "smallest_difference": 0.01,
    }
    for code, name in (("bed", "护理型床位占比"), ("visit", "探访率"))
}  # fmt: skip
STAMP = Stamp(
    source_zh="月报", as_of_zh="2026年10月31日", release_id="20261101-01", content_sha256="0", states_zh=("初步",)
)


def cell(area_id, code, value, *, kind="administrative", level="unit"):
    gap = None if value is None else value - 0.5
    standing = None if value is None else "behind" if gap < 0 else "ahead"
    return {
        "area_id": area_id, "area_zh": f"{area_id}县", "kind_code": kind, "level_code": level, "indicator_code": code,
        "breakdown_code": "total", "month": MONTH, "value": value, "status_code": "reported" if value is not None else "missing",
        "against_code": None if value is None else "city", "gap": gap, "city_value": 0.5, "standing_code": standing,
        "is_small_task": False, "task_row_key": None, "quality_code": "signed", "completion": None,
    }  # fmt: skip


def source(values, *, zones=()):
    """Units with their two values: {"甲": (0.6, 0.9)}; `zones` are functional zones."""
    cells = [cell("city", code, 0.5, level="city") for code in INDICATORS]
    for name, pair in values.items():
        kind = "functional_zone" if name in zones else "administrative"
        cells += [cell(name, code, value, kind=kind) for code, value in zip(INDICATORS, pair, strict=True)]
    units = [{"area_id": name, "name_zh": f"{name}县（全称）", "short_name_zh": f"{name}县"} for name in values]
    return Source(
        cells=cells, indicators=INDICATORS, units=units, city_zh="某市", area_id="city", month=MONTH, stamp=STAMP
    )


SIX = {
    "jia": (0.61234, 0.9),
    "yi": (0.4, 0.8),
    "bing": (0.7, 0.7),
    "ding": (0.45, 0.95),
    "wu": (0.3, 0.6),
    "ji": (0.5, 0.85),
}


@pytest.mark.bar("CM8")
def test_files_do_not_depend_on_what_units_are_called_nor_on_their_order():
    made = dict(anonymous.files(source(SIX)))
    assert set(made) == {"pptx", "docx", "xlsx"}
    names = ["maoxian", "chenxian", "sixian", "weixian", "shenxian", "youxian"]
    pairs = list(zip(names, SIX.values(), strict=True))
    for seed in range(3):
        random.Random(seed).shuffle(pairs)
        assert dict(anonymous.files(source(dict(pairs)))) == made
    # By the first indicator: 0.7, 0.612, 0.5, 0.45, 0.4, 0.3.
    (group,) = anonymous.groups(source(SIX))
    assert [cells["bed"]["value"] for _, cells in group.rows] == [0.7, 0.61234, 0.5, 0.45, 0.4, 0.3]
    assert [name for name, _ in group.rows] == [f"单位{letter}" for letter in "ABCDEF"]
    for content in made.values():
        assert anonymous.reveals(content, source(SIX).units) == []


def test_a_name_is_found_wherever_in_a_file_it_stands():
    unit = [{"area_id": "jia", "name_zh": "甲某县", "short_name_zh": "甲县"}]
    for planted, is_found in (("甲县", True), ("甲某县", True), ("jia|bed", True), ("jiaxing", False), ("乙县", False)):
        book = openpyxl.Workbook()
        book.active["A1"] = planted
        inner = io.BytesIO()
        book.save(inner)
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("ppt/embeddings/book.xlsx", inner.getvalue())
        assert bool(anonymous.reveals(outer.getvalue(), unit)) is is_found, planted
    named = io.BytesIO()
    with zipfile.ZipFile(named, "w") as archive:
        archive.writestr("甲县.txt", b"")
    assert anonymous.reveals(named.getvalue(), unit) == ["jia"]


def test_no_digit_is_in_a_file_that_nobody_prints_and_no_receipt():
    made = dict(anonymous.files(source(SIX)))
    book = opened.excel_of(made["xlsx"])
    numbers = [value for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if isinstance(value, float)]  # fmt: skip
    # 0.61234 would tell its numerator and denominator; 61.2% is printed.
    assert 0.612 in numbers and all(round(value, 3) == value for value in numbers)
    with zipfile.ZipFile(io.BytesIO(made["pptx"])) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("ppt/charts/")]
        notes = "".join(archive.read(name).decode() for name in archive.namelist() if "notesSlide" in name)
    assert charts and not any("0.61234" in chart for chart in charts)
    assert "mart." not in notes and "凭证" not in notes


def test_who_would_be_known_by_a_blank_is_left_out_whichever_way_costs_less():
    # One of five has no second value: without that unit one value is lost, without the indicator four.
    five = dict(list(SIX.items())[:5]) | {"wu": (0.3, None)}
    (group,) = anonymous.groups(source(five))
    assert (len(group.rows), group.codes, group.left_units) == (4, ("bed", "visit"), 1)
    # Three with and three without hide each other.
    half = {name: (pair[0], None if place < 3 else pair[1]) for place, (name, pair) in enumerate(SIX.items())}
    (group,) = anonymous.groups(source(half))
    assert (len(group.rows), group.codes) == (6, ("bed", "visit"))
    # Of three, one without: only without the indicator are three left.
    three = {name: (pair[0], None if name == "jia" else pair[1]) for name, pair in list(SIX.items())[:3]}
    (group,) = anonymous.groups(source(three))
    assert (len(group.rows), group.codes, group.left_codes) == (3, ("bed",), ("visit",))


def test_a_group_of_two_is_not_shown_and_a_city_of_two_is_refused_in_words():
    (group,) = anonymous.groups(source(SIX | {"east": (0.5, 0.5), "west": (0.6, 0.6)}, zones=("east", "west")))
    assert group.name_zh == "县（区）" and len(group.rows) == 6
    with pytest.raises(PaperError, match="不足3个"):
        dict(anonymous.files(source(dict(list(SIX.items())[:2]))))


def test_a_real_month_gives_three_files_that_open_and_name_nobody(facts, tmp_path):
    asked = anonymous.source_of(facts)
    made = dict(anonymous.files(asked))
    names = {unit[key] for unit in facts.units for key in ("name_zh", "short_name_zh")}
    for content in opened.as_office_sees(made, tmp_path).values():
        shown = opened.pdf_of(content)
        text = "".join(page.extract_text() for page in shown.pages)
        assert "单位A" in text and "演示数据" in text
        assert not [name for name in names if name in text]
    assert anonymous.write(asked) == anonymous.write(replace(asked))
