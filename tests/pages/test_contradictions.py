"""One identity, one value, one verdict, one date: the walk over pages, cities, units and months."""

import random
from html import escape

import pytest

from pages.registry import PAGES
from tests import identities, walk
from tests.declared import CITIES

# A page of the sample is drawn by this seed; --full opens all of them for every city and unit, and for eight months.
SEED = 20261129
SAMPLE, MONTHS = 14, 8
# Of numbers worked out when asked, so many of each kind are worked out again; --full does all.
WORKED_OUT = 6


def _pages(show, asked):
    """Place and how to get its HTML, one for each (script, parameters)."""
    for script, parameters in asked:
        place = f"{script} {' '.join(f'{name}={value}' for name, value in parameters.items())}"
        yield place, lambda script=script, parameters=parameters: whole(show(script, **parameters))


def whole(page) -> str:
    """A page with what Streamlit itself prints on it."""
    return page.html + "".join(f'<p class="own">{escape(text)}</p>' for text in page.own_words)


def _asked(release, is_full: bool, **more):
    """What to open: every page for each city, and the unit's page and the pages of a month for units and months."""
    asked = [(entry.script, {"city": city, **more}) for entry in PAGES for city in CITIES]
    months = release.rows("select distinct month from mart.indicator_month where reported_count > 0 order by month desc").frame["month"].to_list()  # fmt: skip
    units = release.rows("select area_id, city_area_id from core.dim_area where level_code = 'unit' and is_reporting").frame.rows()  # fmt: skip
    profile = next(entry.script for entry in PAGES if "profile" in entry.script)
    of_month = [entry.script for entry in PAGES if entry.script.startswith("briefing/")]
    luck = random.Random(SEED)
    looked_at = luck.sample(months, min(MONTHS if is_full else 2, len(months)))
    asked += [(profile, {"city": city, "unit": unit, **more}) for unit, city in units]
    asked += [(script, {"city": city, "month": f"{month:%Y-%m}", **more}) for script in of_month for city in CITIES for month in looked_at]  # fmt: skip
    return asked if is_full else luck.sample(asked, min(SAMPLE, len(asked)))


@pytest.mark.bar("DQ13")
def test_no_identity_has_two_values_verdicts_or_dates_on_documents(show, real_release, full):
    asked = _asked(real_release, full)
    assert list(walk.walked(real_release, _pages(show, asked), most=None if full else WORKED_OUT)) == []
    assert walk.disagreements(real_release) == []


@pytest.mark.bar("DQ13")
def test_no_identity_has_two_values_verdicts_or_dates_on_months(show, demo_root, demo_release, monkeypatch, full):
    monkeypatch.setenv("YANGLAO_HOME", str(demo_root.root))
    asked = _asked(demo_release, full, data="demo")
    assert list(walk.walked(demo_release, _pages(show, asked), most=None if full else WORKED_OUT)) == []
    assert walk.disagreements(demo_release) == []


@pytest.mark.parametrize(
    ("receipt", "wording", "fact"),
    [
        # 2631 of 1670 were trained: met, 157.5 %.
        ("mart.target_verdict:puyang_2024_training|all|puyang|2024-12-01", "▼ 未完成", "which says met"),
        ("mart.target_progress:puyang_2024_training|puyang|2024-12-01|document", "145.4%", "['145.4']"),
        ("mart.target_progress:puyang_2024_training|puyang|1999-12-01|document", "157.5%", "does not stand"),
        ("core.fct_document_figure:puyang-reply-2025-408:003", "2632人", "['2632']"),
    ],
)
def test_the_walk_sees_a_wrong_number_a_wrong_verdict_and_an_identity_that_is_none(real_release, receipt, wording, fact):  # fmt: skip
    found = walk.carried("p", f'<span role="button" data-receipt="{receipt}">{wording}</span>')
    (problem,) = walk.contradictions(real_release, found)
    assert fact in problem


@pytest.mark.parametrize(
    ("receipt", "wording"),
    [
        ("mart.target_verdict:puyang_2024_training|all|puyang|2024-12-01", "▲ 已完成"),
        ("mart.target_progress:puyang_2024_training|puyang|2024-12-01|document", "157.5%"),
        ("core.fct_document_figure:puyang-reply-2025-408:003", "2631人"),
    ],
)
def test_the_walk_lets_the_right_ones_pass(real_release, receipt, wording):
    found = walk.carried("p", f'<span role="button" data-receipt="{receipt}">{wording}</span>')
    assert walk.contradictions(real_release, found) == []


def test_a_verdict_shown_without_its_row_is_found():
    html = '<span class="status good">▲ 已完成</span><span class="status flat">● 平稳</span>'
    assert walk.bare_verdicts("p", html, ["已完成", "未完成"]) == ["p: “已完成” without its verdict"]


@pytest.mark.parametrize(
    ("html", "left"),
    [
        # A measurement nobody can open, alone and inside a sentence with a date and a count.
        ("<p>覆盖率71.3%</p>", ["71.3%"]),
        ("<p>截至2026年10月底，9个单位共培训4321人次</p>", ["4321"]),
        ("<td>＋0.39个百分点</td>", ["＋0.39"]),
        # What is told of an element, of a table, of a picture, by Streamlit.
        ('<div role="img" aria-label="覆盖率71.3%"></div>', ["71.3%"]),
        ('<span title="共4321人次">培训</span>', ["4321"]),
        ("<table><caption>覆盖率71.3%</caption></table>", ["71.3%"]),
        ("<svg><text>71.3%</text></svg>", ["71.3%"]),
        # What is carried, what repeats it in words, what is a count, a date, a document's number or a rule of the method.
        ('<span data-receipt="r:k">71.3%</span>', []),
        ('<h2>覆盖率71.3%</h2><span role="button" data-receipt="r:k">71.3%</span>', []),
        ("<p>9个单位36张报表，2026年1—10月，濮民文〔2025〕33号，第196号提案，80—89岁</p>", []),
        ('<p class="foot">版本：20261129-01</p>', []),
    ],
)
def test_a_number_without_an_identity_is_found_and_declared_kinds_are_let_pass(html, left):
    found = identities.without_identity(html, words="", values=())
    assert [one for _, _, numerals in found for one in numerals] == left


def test_a_number_of_a_row_of_the_page_and_words_of_the_release_need_no_identity_of_their_own():
    # 2016 of 2871 is 70.2 %; the quotation stands in the release word for word, with another number it does not.
    assert identities.without_identity("<p>占70.2%</p>", words="", values=(2016 / 2871,)) == []
    words = "年度目标为培训养老护理员2500人"
    assert identities.without_identity("<p>文件写“培训养老护理员2500人”</p>", words=words, values=()) == []
    assert identities.without_identity("<p>文件写“培训养老护理员2600人”</p>", words=words, values=()) != []
