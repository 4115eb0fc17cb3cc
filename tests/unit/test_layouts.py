"""Forms are found by what is written on them, wherever it stands; what is not understood is an issue with its cell."""

import dataclasses
import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from etl.months.read.cells import SheetCells
from etl.months.read.extract import RawForm, extract
from etl.months.read.labels import item_label, label_and_unit
from etl.months.read.layouts import load_layouts
from etl.months.read.recognise import recognise
from etl.months.read.sheets import read_file
from tests.clean_forms import FORMS, LAYOUTS, clean, read_paper, to_cells, understood
from tests.declared import forms
from tests.forms import FormData, Paper, draw, next_month, to_csv, to_html, to_ods, to_xls, to_xlsb, to_xlsx
from warehouse.errors import CatalogError


def numbered(layout) -> FormData:
    """A form in which every figure is a number of its own, so that no two can be exchanged unnoticed."""
    number = 100
    rows: dict[tuple[str, str], dict] = {}
    for block in layout.blocks:
        labels = {"unit": ["清丰县"], "none": [""]}.get(block.rows, ["城关镇", "马庄桥镇", "瓦屋头镇"])
        if block.orientation == "items":
            labels = [""]
        if block.total_row == "above":
            labels = ["合计", *labels]
        elif block.total_row == "below":
            labels = [*labels, "合计"]
        for label in labels:
            for tier in [tier.breakdown for tier in block.tiers] or [""]:
                for one in block.fields:
                    number += 1
                    rows.setdefault((label, tier), {})[one.code] = number
    month = layout.valid_from
    return FormData("清丰县", month, rows)


def read_figures(form: RawForm) -> dict[str, tuple[str, str]]:
    """Address → (field, text) of every figure read."""
    return {
        cell: (code, text)
        for row in form.rows
        for code, (text, kind, cell) in row.values.items()
        if "@" not in code and kind != "blank"
    }


def written_figures(paper: Paper, data: FormData) -> dict[str, tuple[str, str]]:
    """Address → (field, text) of every figure written."""
    return {
        cell: (code, str(data.rows[label, tier][code]))
        for (label, tier, code), cell in paper.places.items()
        if data.rows[label, tier].get(code) is not None
    }


WRITERS = {
    "xlsx": to_xlsx, "xls": to_xls, "ods": to_ods, "xlsb": to_xlsb, "csv": to_csv, "html": to_html,
    "csv gb18030": lambda paper: to_csv(paper, "gb18030"), "csv utf-16": lambda paper: to_csv(paper, "utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("code", LAYOUTS)
def test_what_is_written_is_what_is_read_cell_for_cell_in_every_format(code, kind):
    layout = LAYOUTS[code]
    data = numbered(layout)
    paper = draw(layout, data)
    (sheet,) = read_file(WRITERS[kind](paper))
    found = recognise(sheet, LAYOUTS)
    assert found.layout.layout_code == code
    form = extract(sheet, found)
    assert read_figures(form) == written_figures(paper, data)
    # Of an .xlsb nobody knows what is crossed out or hidden, which is told.
    told = ["读不出划掉的" in finding.words["fact"] for finding in form.findings]
    assert told == [True] * (kind == "xlsb")


def moved(paper: Paper, down: int, right: int, gaps: set[int]) -> Paper:
    """The same form elsewhere on the sheet, with empty rows in between; merged ranges move along."""

    def row_of(row: int) -> int:
        return row + down + sum(gap <= row for gap in gaps)

    return Paper(
        paper.name,
        {(row_of(row), column + right): value for (row, column), value in paper.cells.items()},
        [(row_of(t), left + right, row_of(b), r + right) for t, left, b, r in paper.merges],
    )


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(LAYOUTS)),
    st.integers(0, 30),
    st.integers(0, 12),
    st.sets(st.integers(1, 12), max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_a_form_is_read_right_wherever_it_stands(code, down, right, gaps, one_line, has_merges):
    layout = LAYOUTS[code]
    data = numbered(layout)
    paper = draw(layout, data, one_line=one_line)
    # An empty row inside the header would tear it apart; anywhere else it is tolerated.
    top = min(row for _, row in _header_rows(layout, paper))
    bottom = max(row for _, row in _header_rows(layout, paper))
    assume(not any(top < gap <= bottom for gap in gaps))
    changed = moved(paper, down, right, gaps)
    sheet = to_cells(changed)
    if not has_merges:
        sheet.merges = None
    form = extract(sheet, recognise(sheet, LAYOUTS))
    assert sorted(read_figures(form).values()) == sorted(written_figures(paper, data).values())
    assert form.meta["unit"][0] == "清丰县民政局"


def _header_rows(layout, paper: Paper) -> list[tuple[str, int]]:
    labels = {label for block in layout.blocks for key in block.keys for label in key.path}
    labels |= {
        label for block in layout.blocks if block.orientation == "columns" for f in block.fields for label in f.path
    }
    return [(str(v), row) for (row, _), v in paper.cells.items() if re.sub("（.*）$", "", str(v)) in labels]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([code for code in sorted(LAYOUTS) if LAYOUTS[code].blocks[0].orientation == "columns"]),
    st.randoms(),
)
def test_columns_in_another_order_are_read_by_their_labels(code, luck):
    layout = LAYOUTS[code]
    block = layout.blocks[0]
    groups: dict[str, list] = {}
    for one in block.fields:
        groups.setdefault(one.path[0], []).append(one)
    order = list(groups)
    luck.shuffle(order)
    fields = tuple(one for name in order for one in groups[name])
    other = dataclasses.replace(layout, blocks=(dataclasses.replace(block, fields=fields), *layout.blocks[1:]))
    data = numbered(layout)
    paper = draw(other, data)
    form = read_paper(paper)
    assert read_figures(form) == written_figures(paper, data)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(LAYOUTS)), st.randoms())
def test_every_declared_synonym_is_read_as_the_label_it_stands_for(code, luck):
    layout = LAYOUTS[code]
    header = {label: luck.choice([label, *also]) for label, also in layout.synonyms.items()}
    data = numbered(layout)
    paper = draw(layout, data, header=header)
    form = read_paper(paper)
    assert read_figures(form) == written_figures(paper, data)
    assert form.findings == []


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(sorted(LAYOUTS)), st.randoms(), st.sampled_from(["改了的名", "养老床位数（新）", "合计数量", "2"])
)
def test_a_renamed_header_is_told_with_its_cell_and_nothing_is_read_wrong(code, luck, name):
    layout = LAYOUTS[code]
    labels = sorted({label for block in layout.blocks for one in block.fields for label in one.path[-1:]})
    label = luck.choice(labels)
    data = numbered(layout)
    paper = draw(layout, data, header={label: name})
    sheet = to_cells(paper)
    found = recognise(sheet, LAYOUTS)
    if found is None:
        return
    form = extract(sheet, found)
    read, written = read_figures(form), written_figures(paper, data)
    # What was read is what was written there: a field is missing, never exchanged.
    assert found.layout.layout_code == code
    assert set(read.items()) <= set(written.items())
    lost = set(written) - set(read)
    assert bool(lost) == any(finding.rule in ("L1", "L2", "L4") for finding in form.findings)
    assert all(re.fullmatch(r"[A-Z]+\d+", finding.cell) for finding in form.findings)


def test_a_missing_column_names_the_cell_the_label_and_the_strangers(context):
    layout, data = clean("facility", 0, context)
    form = read_paper(draw(layout, data, header={"床位总量": "床铺"}))
    (missing,) = [finding for finding in form.findings if finding.rule == "L1"]
    sentence, remedy = context.rules["L1"].say(missing)
    assert sentence == "养老服务设施与床位月报表（2023年版）缺“养老床位/床位总量”；表中有不认识的“养老床位/床铺”"
    assert missing.cell == "A3"
    assert "改回原名" in remedy
    (stranger,) = [finding for finding in form.findings if finding.rule == "L3"]
    # 序号, 单位名称, ten facilities, three institutions: the beds begin in the 16th column, P.
    assert stranger.cell == "P4"


def test_two_columns_of_one_name_are_refused(context):
    layout, data = clean("facility", 0, context)
    form = read_paper(draw(layout, data, header={"社区床位": "家庭养老床位"}))
    assert {finding.rule for finding in form.findings} >= {"L1", "L2"}


def test_a_sheet_with_two_forms_is_refused(context):
    first_layout, first = clean("training", 0, context)
    second_layout, second = clean("platform", 0, context)
    upper, lower = draw(first_layout, first), moved(draw(second_layout, second), 14, 0, set())
    both = Paper("表", upper.cells | lower.cells, upper.merges + lower.merges)
    assert "L5" in {finding.rule for finding in read_paper(both).findings}


def test_a_cover_sheet_that_names_the_forms_is_no_form():
    cover = SheetCells(
        "目录", cells=to_cells(Paper("目录", {(0, 0): "养老服务设施与床位月报表", (1, 0): "2025年7月"})).cells
    )
    assert recognise(cover, LAYOUTS) is None


def test_a_title_without_its_table_is_an_issue_and_not_silence():
    cells = {(0, 0): "清丰县2023年7月养老服务设施与床位月报表"}
    cells |= {(row, column): row * column for row in range(2, 5) for column in range(1, 5)}
    form = read_paper(Paper("表", cells))
    assert [finding.rule for finding in form.findings] == ["L1"]


def test_a_header_printed_again_on_the_next_page_is_no_row(context):
    layout, data = clean("allowance", 0, context)
    paper = draw(layout, data)
    rows = sorted({row for row, _ in paper.cells})
    header = [row for row in rows if 2 <= row <= 4]
    again = Paper(paper.name, dict(paper.cells), list(paper.merges))
    # The last rows move down by three to make room for the header once more.
    again.cells = {(row + 3 if row >= 10 else row, column): value for (row, column), value in paper.cells.items()}
    for offset, row in enumerate(header):
        for (r, column), value in paper.cells.items():
            if r == row:
                again.cells[10 + offset, column] = value
    again.merges = [m for m in paper.merges if m[2] <= 4]
    form = read_paper(again)
    texts = sorted(read_figures(form).values())
    assert texts == sorted(written_figures(paper, data).values())


def test_only_the_surname_of_a_person_is_kept(context):
    layout, data = clean("platform", 0, context)
    form = read_paper(draw(layout, data))
    assert (form.meta["filled_by"][0], form.meta["reviewed_by"][0]) == ("张", "欧阳")
    assert "甲乙" not in str(form.to_lines())


def test_numbers_of_persons_are_masked_before_anything_is_kept(context):
    layout, data = clean("platform", 0, context)
    data.notes["清丰县", ""] = "联系 13812345678，身份证 410922194503071234"
    form = read_paper(draw(layout, data))
    note = next(row.note for row in form.rows if row.note)
    assert note == "联系 〔手机号已隐去〕，身份证 〔身份证号已隐去〕"
    assert [finding.rule for finding in form.findings] == ["P1"]
    assert "13812345678" not in str(form.to_lines()) and "19450307" not in str(form.to_lines())


@pytest.mark.parametrize(
    ("text", "label", "unit"),
    [
        ("金额（元）", "金额", "元"), ("占比（%）", "占比", "%"), (" 床 位\n总量 ", "床位总量", ""), ("80～89周岁", "80-89周岁", ""),
        ("８０至８９岁", "80-89岁", ""), ("公办（含公建民营）", "公办(含公建民营)", ""), ("人数：", "人数", ""),
    ],
)  # fmt: skip
def test_labels_are_compared_without_width_blanks_dashes_and_units(text, label, unit):
    assert label_and_unit(text) == (label, unit)


@pytest.mark.parametrize(
    "text",
    ["护理型床位", "其中：护理型床位", "（二）护理型床位（张）", "2.护理型床位", "②其中:护理型床位", "二、护理型床位"],
)
def test_rows_are_compared_without_numbering(text):
    assert item_label(text) == "护理型床位"


def test_every_layout_names_indicators_of_its_own_form(catalog):
    for layout in LAYOUTS.values():
        for block in layout.blocks:
            for one in block.fields:
                if one.role == "value":
                    assert catalog.indicators[one.indicator].form_code == layout.form_code, one.code


def test_every_indicator_of_a_form_is_in_each_of_its_versions(catalog):
    for layout in LAYOUTS.values():
        brought = {one.indicator for block in layout.blocks for one in block.fields if one.role == "value"}
        declared = {i.indicator_code for i in catalog.indicators.values() if i.form_code == layout.form_code}
        assert brought == declared, layout.layout_code


def test_the_versions_of_every_form_meet_without_gap_or_overlap():
    for form in forms():
        versions = sorted((one for one in LAYOUTS.values() if one.form_code == form), key=lambda one: one.valid_from)
        starts = [one.valid_from for one in versions[1:]]
        assert [next_month(one.valid_to) for one in versions[:-1]] == starts
        assert versions[-1].valid_to is None


def test_the_versions_of_a_form_call_what_is_only_checked_by_one_name(context):
    checks = [
        one for layout in LAYOUTS.values() for block in layout.blocks for one in block.fields if one.role == "check"
    ]
    for one in checks:
        assert context.label(one.indicator) == one.label_zh
    # Its header alone would be “公办” and “本月”.
    assert {"公办机构床位", "本月培训人次"} <= {one.label_zh for one in checks}


BROKEN = {
    "unknown field": ('orientation = "columns"', 'orientation = "columns"\ncolour = "red"', "colour"),
    "unknown orientation": ('orientation = "columns"', 'orientation = "sideways"', "orientation"),
    "a synonym of nothing": ("[synonyms]", '[synonyms]\n"没有的表头" = ["x"]', "没有的表头"),
    "two meanings of one label": ('path = ["培训人数", "本月"]', 'path = ["培训人次", "本月"]', "同时指"),
    "a second name": (
        'indicator = "training_person_times", ',
        'indicator = "training_person_times", label_zh = "培训", ',
        "名称在指标目录里",
    ),
    "a text instead of a list": ('path = ["培训人数", "本月"]', 'path = "培训人数"', "应是文字的列表"),
    "a synonym that is a text": ('"月末数" = ["期末数"]', '"月末数" = "期末数"', "应是文字的列表"),
    "a number instead of a name": ('label_zh = "', 'label_zh = 7 # "', "label_zh 应是文字"),
    "a share of nothing": ('of = ["training_person_times", "training_task"]', 'of = ["a", "b"]', "分子"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_wrong_declaration_is_refused_with_file_and_field(name, tmp_path):
    before, after, said = BROKEN[name]
    source = load_layouts.__globals__["LAYOUTS"] / "training_2025.toml"
    text = source.read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "training_2025.toml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(CatalogError, match=said) as refused:
        load_layouts(tmp_path)
    assert "training_2025.toml" in str(refused.value)


def test_the_newer_version_is_told_from_the_older_by_its_header(context):
    for form in FORMS:
        for number in (0, 30):
            layout, data = clean(form, number, context)
            assert understood(layout, data, context).layout == layout
