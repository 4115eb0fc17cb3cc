"""Forms as people really lay them out: each is read right, or told with its cell; never read wrong, never in silence."""

import dataclasses
from collections.abc import Callable

import pytest

from etl.months.accepted.accept import judge
from etl.months.findings import load_rules
from etl.months.read.extract import extract
from etl.months.read.files import parse_read, read_one
from etl.months.read.recognise import recognise
from etl.months.understood.understand import understand
from tests.clean_forms import LAYOUTS, clean, event_of, to_cells, understood
from tests.forms import Paper, draw, to_html
from tests.unit.test_layouts import moved

RULES = load_rules()
OLD, NEW = 6, 30
"""Months 2023-07 and 2025-07: one in each version of the forms."""


def rows_moved(paper: Paper, at: int, by: int = 1) -> Paper:
    """The same form with `by` empty rows before row `at` (from 0)."""
    return Paper(
        paper.name,
        {(row + by if row >= at else row, column): value for (row, column), value in paper.cells.items()},
        [(t + by if t >= at else t, left, b + by if b >= at else b, r) for t, left, b, r in paper.merges],
    )


def columns_moved(paper: Paper, at: int) -> Paper:
    """The same form with an empty column before column `at`; a merged range over it grows."""
    return Paper(
        paper.name,
        {(row, column + 1 if column >= at else column): value for (row, column), value in paper.cells.items()},
        [(t, left + 1 if left >= at else left, b, r + 1 if r >= at else r) for t, left, b, r in paper.merges],
    )


def row_of(paper: Paper, text: str) -> int:
    """The last row in which a cell says just that; a header may say it too."""
    return max(row for (row, _), value in paper.cells.items() if value == text)


def note_between(text: str, column: int, after: str) -> Callable[[Paper], Paper]:
    def change(paper: Paper) -> Paper:
        row = row_of(paper, after) + 1
        changed = rows_moved(paper, row)
        changed.cells[row, column] = text
        return changed

    return change


def total_in_the_middle(paper: Paper) -> Paper:
    row = row_of(paper, "合计")
    total = {column: value for (r, column), value in paper.cells.items() if r == row}
    rest = Paper(paper.name, {place: value for place, value in paper.cells.items() if place[0] != row}, paper.merges)
    changed = rows_moved(rest, 9)
    changed.cells |= {(9, column): value for column, value in total.items()}
    return changed


def sum_of_some(label: str) -> Callable[[Paper], Paper]:
    """A row with the sums of the first four townships after them."""

    def change(paper: Paper) -> Paper:
        changed = rows_moved(paper, 9)
        for column in range(2, 26):
            changed.cells[9, column] = sum(paper.cells[row, column] for row in range(5, 9))
        changed.cells[9, 1] = label
        return changed

    return change


def second_total(paper: Paper) -> Paper:
    """The total twice, above and below, as some print it; the upper one is a month old."""
    row = row_of(paper, "合计")
    changed = rows_moved(paper, 5)
    changed.cells |= {(5, c): v for (r, c), v in paper.cells.items() if r == row}
    changed.cells[5, 2] -= 1
    return changed


def named(old: str, new: str) -> Callable[[Paper], Paper]:
    return lambda paper: Paper(
        paper.name, {place: new if value == old else value for place, value in paper.cells.items()}, paper.merges
    )


def with_cells(cells: dict) -> Callable[[Paper], Paper]:
    return lambda paper: Paper(paper.name, paper.cells | cells, paper.merges)


def column_in(at: int, cells: dict) -> Callable[[Paper], Paper]:
    def change(paper: Paper) -> Paper:
        changed = columns_moved(paper, at)
        return Paper(changed.name, changed.cells | cells, changed.merges)

    return change


def lines_above(*texts: str) -> Callable[[Paper], Paper]:
    def change(paper: Paper) -> Paper:
        changed = rows_moved(paper, 0, len(texts))
        return with_cells({(row, 2): text for row, text in enumerate(texts)})(changed)

    return change


def as_percentages(paper: Paper) -> Paper:
    """Percentages with the sign behind them, as text."""
    changed = dict(paper.cells)
    for (row, column), value in paper.cells.items():
        if column == 5 and paper.cells.get((row, 4)) == "%":
            changed[row, column] = f"{value}%"
    return Paper(paper.name, changed, paper.merges)


def loose_headers(paper: Paper) -> Paper:
    """Headers broken over lines and spaced out."""
    return Paper(
        paper.name,
        {
            place: value.replace("（", "\n（").replace("数", " 数") if isinstance(value, str) and place[0] in (2, 3) else value
            for place, value in paper.cells.items()
        },
        paper.merges,
    )  # fmt: skip


RIGHT = {
    "a note between townships": ("allowance", OLD, note_between("注：城关镇含开发区代管村", 0, "瓦屋头镇")),
    "a note between tiers": ("allowance", NEW, note_between("注：以下为乡", 0, "马庄桥镇")),
    "a note in the column of names": ("allowance", OLD, note_between("备注：上列为镇，下列为乡", 1, "瓦屋头镇")),
    "a note between items": ("facility", NEW, note_between("注：以下为机构", 2, "养老机构床位")),
    "empty rows between townships": ("allowance", OLD, lambda paper: rows_moved(paper, 9, 3)),
    "the total in the middle": ("allowance", OLD, total_in_the_middle),
    "a sum of some rows": ("allowance", OLD, sum_of_some("小计")),
    "an empty column under a merged header": ("facility", OLD, lambda paper: columns_moved(paper, 9)),
    "an empty column between tiers": ("allowance", NEW, lambda paper: columns_moved(paper, 3)),
    "an empty column between month and year": ("training", NEW, lambda paper: columns_moved(paper, 4)),
    "an empty column under two merged headers": ("platform", NEW, lambda paper: columns_moved(paper, 6)),
    "a numbered township": ("allowance", OLD, named("城关镇", "1.城关镇")),
    "a circled township": ("allowance", OLD, named("马庄桥镇", "②马庄桥镇")),
    "a spaced township": ("allowance", OLD, named("城关镇", "城 关　镇")),
    "a township with its county": ("allowance", OLD, named("城关镇", "清丰县城关镇")),
    "a line of the notice above": ("facility", NEW, lines_above("附件2：养老服务设施与床位月报表")),
    "the block of a survey above": (
        "facility", NEW, lines_above("表    号：濮民工2表", "制定机关：濮阳市民政局", "有效期至：2025年12月"),
    ),
    "headers on two lines": ("platform", OLD, loose_headers),
    "percentages with their sign": ("facility", NEW, as_percentages),
    "no line of particulars": (
        "platform", NEW, lambda paper: Paper(paper.name, {k: v for k, v in paper.cells.items() if k != (2, 1)}, paper.merges),
    ),
    "twenty-five rows above": ("training", OLD, lambda paper: rows_moved(paper, 0, 25)),
}  # fmt: skip


def judged(paper: Paper, context):
    raw = extract(sheet := to_cells(paper), recognise(sheet, LAYOUTS))
    found = understand(raw, context)
    assert found.form is not None, [RULES[f.rule].say(f)[0] for f in found.findings]
    return judge([event_of(found)], context, history={})[0]


def truth(form: str, number: int, context) -> dict:
    figures = understood(*clean(form, number, context), context).form.figures
    return {key: (figure.value, figure.status) for key, figure in figures.items()}


@pytest.mark.parametrize("name", RIGHT)
def test_a_form_laid_out_otherwise_is_read_right_and_in_silence(name, context):
    form, number, change = RIGHT[name]
    found = judged(change(draw(*clean(form, number, context))), context)
    assert found.state_code == "accepted"
    assert [RULES[f.rule].say(f)[0] for f in found.findings] == []
    assert {key: (f.value, f.status) for key, f in found.figures.items()} == truth(form, number, context)


TOLD = {
    "a row of sums under a name": ("allowance", OLD, sum_of_some("镇小计"), "E12", "B10"),
    "last year's row": (
        "platform", OLD, lambda paper: with_cells({(6, 1): "去年同期", **{(6, c): 5 for c in range(2, 15)}})(rows_moved(paper, 6)),
        "E12", "B7",
    ),
    "two totals that differ": ("allowance", OLD, second_total, "C10", "B24"),
    "a township with an addition": ("allowance", OLD, named("城关镇", "城关镇（含开发区）"), "E12", "B6"),
    "a township with its code": ("allowance", OLD, named("城关镇", "410922100城关镇"), "E12", "B6"),
    "a column of one's own": ("platform", OLD, column_in(4, {(2, 4): "其中女性（人）", (4, 4): 99, (5, 4): 99}), "L3", "E3"),
    "figures without a header": ("platform", OLD, column_in(4, {(4, 4): 99, (5, 4): 99}), "L13", "E5"),
    "figures under the neighbour's header": ("facility", OLD, column_in(9, {(6, 9): 99}), "L13", "J7"),
    "figures beside the table": ("platform", OLD, with_cells({(4, 20): 5, (5, 20): 5}), "L13", "U5"),
    "a number cut in two": ("platform", OLD, with_cells({(4, 3): "101 806", (5, 3): 101806}), "E9", "D5"),
    "a formula never worked out": ("platform", OLD, with_cells({(4, 3): "见附件", (5, 3): 101806}), "E9", "D5"),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_what_cannot_be_read_for_sure_is_told_with_its_cell(name, context):
    form, number, change, rule, cell = TOLD[name]
    found = judged(change(draw(*clean(form, number, context))), context)
    assert (rule, cell) in {(f.rule, f.cell) for f in found.findings}
    blocking = any(RULES[f.rule].severity == "blocking" for f in found.findings)
    assert found.state_code == ("returned" if blocking else "accepted")
    if not blocking:
        assert {key: (f.value, f.status) for key, f in found.figures.items()} == truth(form, number, context)


def test_a_lost_row_is_one_fault_and_not_one_for_every_total(context):
    paper = named("城关镇", "城关")(draw(*clean("allowance", OLD, context)))
    assert [f.rule for f in judged(paper, context).findings] == ["E12", "L12"]


def test_a_second_table_without_a_title_is_not_left_out_in_silence(context):
    first = draw(*clean("training", NEW, context))
    second = moved(draw(*clean("platform", NEW, context)), 14, 0, set())
    below = {place: value for place, value in second.cells.items() if place[0] > 15}
    found = judged(Paper("表", first.cells | below, first.merges), context)
    assert found.state_code == "accepted"
    (told,) = found.findings
    assert (told.rule, told.cell) == ("L13", "C21")


def test_two_tables_side_by_side_are_refused(context):
    first = draw(*clean("training", NEW, context))
    second = moved(draw(*clean("platform", NEW, context)), 0, 14, set())
    both = to_cells(Paper("表", first.cells | second.cells, first.merges + second.merges))
    assert "L5" in {finding.rule for finding in recognise(both, LAYOUTS).findings}


def test_several_months_in_one_workbook_are_each_read_as_their_own(context, tmp_path):
    from tests.forms import to_xlsx

    papers = [dataclasses.replace(draw(*clean("platform", n, context)), name=f"{n + 1}月") for n in range(6)]
    path = tmp_path / "上半年.xlsx"
    path.write_bytes(to_xlsx(*papers))
    read = parse_read(read_one(str(path)), rows_of=range(6))
    forms = [understand(raw, context).form for raw in read.forms]
    assert [form.month.month for form in forms] == [1, 2, 3, 4, 5, 6]
    for number, form in enumerate(forms):
        assert {k: (f.value, f.status) for k, f in form.figures.items()} == truth("platform", number, context)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("menu before it", lambda page: page.replace("<table", "<table><tr><td>首页</td></tr></table><table", 1)),
        ("inside a frame", lambda page: page.replace("<body>", "<body><table><tr><td>").replace("</body>", "</td></tr></table></body>")),
        ("scripts and styles", lambda page: page.replace("<body>", "<body><script>x()</script><style>td{}</style>")),
        ("blanks that hold", lambda page: page.replace(">101806<", ">&nbsp;101,806&nbsp;<")),
        ("no word of its encoding", lambda page: page.replace('<meta charset="gb18030">', "")),
    ],
)  # fmt: skip
def test_a_web_page_named_xls_is_read_however_it_is_built(name, change, context, tmp_path):
    path = tmp_path / "月报.xls"
    page = to_html(draw(*clean("platform", OLD, context))).decode("gb18030")
    assert change(page) != page
    path.write_bytes(change(page).encode("gb18030"))
    read = parse_read(read_one(str(path)), rows_of=range(1))
    form = understand(read.forms[0], context).form
    assert {k: (f.value, f.status) for k, f in form.figures.items()} == truth("platform", OLD, context)
