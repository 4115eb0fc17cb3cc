"""总览: with months who lags, what moved and what is new; without months what documents and the census know."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from pages.ui.marks import matrix
from pages.ui.marks.cards import NO_CHANGE, NO_PACE, Card, Headline
from tests.declared import CITIES
from tests.numerals import is_among, numerals
from warehouse.read import Releases
from warehouse.read.month import overview
from warehouse.read.receipt.receipts import receipt, receipts, split_receipt_id

PAGE = "briefing/overview/page.py"
KEY = (
    "training_person_times", "monthly_visit_rate", "nursing_bed_share", "care_beds_per_1000_aged_60_plus",
    "regional_centre_coverage_rate", "village_home_operating_rate", "village_home_coverage_rate", "active_rate",
)  # fmt: skip
JULY = date(2026, 7, 1)


def matrix_of(home, month, city="puyang"):
    with Releases(home.demo()).acquire() as release:
        rows = overview.matrix(release, city_area_id=city, month=month, indicator_codes=KEY).frame.to_dicts()
    return {(row["area_id"], row["indicator_code"]): row for row in rows}


def cards_of(page) -> list[str]:
    found = re.findall(r'<div class="card">.*?</div></div>(?=<div class="card">|</div>)', page.html, re.DOTALL)
    return [re.sub("<[^>]+>", "｜", card) for card in found]


def table_rows(page) -> list[list[str]]:
    """The matrix as text: unit, its eight cells, how many lag."""
    rows = re.findall(r'<tr><th scope="row".*?</tr>', page.html, re.DOTALL)
    return [
        [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


# ── numbers worked by hand ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_matrix_holds_tasks_against_time_and_shares_against_those_who_reported(worked_home):
    cells = matrix_of(worked_home, JULY)
    city = cells["puyang", "training_person_times"]
    # 1000 of 2000 are done, seven of twelve months are over: 50.0 % - 58.3 % = -8.3 points.
    assert (city["against_code"], city["standing_code"]) == ("pace", "behind")
    assert city["gap"] == pytest.approx(0.5 - 7 / 12)
    # 台前县 did not report: 7 × 60 + 20 of 800 beds are 55 %; 清丰县 has 20 %, the others 60 %.
    share = cells["qingfeng", "nursing_bed_share"]
    assert (share["against_code"], share["standing_code"]) == ("partial", "behind")
    assert share["gap"] == pytest.approx(0.20 - 0.55)
    assert cells["hualong", "nursing_bed_share"]["gap"] == pytest.approx(0.60 - 0.55)
    silent = cells["taiqian", "nursing_bed_share"]
    assert (silent["status_code"], silent["gap"], silent["standing_code"]) == ("missing", None, None)
    assert cells["puyang", "nursing_bed_share"]["status_code"] == "missing"
    # Nobody ever had to report visits here, yet the pair has a row.
    assert cells["hualong", "monthly_visit_rate"]["month"] is None
    assert len(cells) == 10 * 8


def test_in_a_whole_month_shares_are_held_against_the_city(worked_home):
    # June 2026: 8 × 60 + 20 of 900 are 55.56 %.
    cells = matrix_of(worked_home, date(2026, 6, 1))
    assert cells["qingfeng", "nursing_bed_share"]["against_code"] == "city"
    assert cells["qingfeng", "nursing_bed_share"]["gap"] == pytest.approx(0.2 - 500 / 900)


def test_the_first_line_names_the_lag_in_points_and_says_what_moved_and_what_is_new(show_of, worked_home):
    # 台前县 of the nine has no figure, and may lag in more.
    page = show_of(worked_home, PAGE)
    assert page.finding == (
        "截至7月底，濮阳市养老服务人才培训人次滞后序时进度8.3个百分点；有数可判的8个单位中，落后项最多的是清丰县，1项中1项，"
        "养老机构护理型床位占比20.0%，低于已报单位合计35.0个百分点；还没有可以判断异动的指标；没有报送记录。"
    )
    # Beds moved in a single month, so that nothing is judged of them; a running total has no month before.
    assert "没有新的异动" not in page.text


def test_news_of_a_month_are_its_new_signals_and_no_others(truth_home):
    with Releases(truth_home.demo()).acquire() as release:
        every = release.rows(
            """
            select s.area_id, s.indicator_code, s.month
            from mart.series_signal as s
            inner join core.dim_area as a on a.area_id = s.area_id
            where s.is_new and (s.area_id = 'puyang' or (a.city_area_id = 'puyang' and a.is_reporting))
            """
        ).frame
        calendar = sorted(every["month"].unique())
        assert calendar
        for month in calendar[-6:]:
            found = overview.steps(release, city_area_id="puyang", month=month, indicator_codes=KEY)
            assert [step["size"] for step in found] == sorted((step["size"] for step in found), reverse=True)
            assert {(step["area_id"], step["indicator_code"], month) for step in found} <= set(every.rows())
            assert all(step["change_mom"] is not None and len(step["values"]) <= 24 for step in found)


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def are_headlines(cards, *, has_months: bool = True) -> bool:
    """Whether each card says unit, as-of, change, pace and a status word; without months there is no change to say."""
    moved = (r"较上月", r"序时") if has_months else ()
    for card in cards:
        for wanted in (r"%|人|个|张|元|缺", r"截至|\d{4}年", *moved, r"[▲▼●■] [^｜]{2,}"):
            assert re.search(wanted, card), (wanted, card)
    return 1 <= len(cards) <= 6


@pytest.mark.bar("BR1")
@pytest.mark.parametrize("month", ["2026-10", "2026-08"])
def test_six_cards_at_most_each_with_unit_as_of_change_pace_and_a_status_word(show_truth, month):
    assert are_headlines(cards_of(show_truth(PAGE, month=month)))


@pytest.mark.bar("BR1")
@pytest.mark.parametrize("city", CITIES)
def test_cards_of_documents_say_that_there_is_no_change_and_no_pace(show, city):
    page = show(PAGE, city=city)
    cards = cards_of(page)
    assert are_headlines(cards, has_months=False)
    # Said once for the page, and not on each card.
    assert "月度变化与序时进度要等月报" in page.text
    assert not any("较上月" in card or "序时" in card for card in cards)
    # What is not invented carries no word that it is.
    assert not any("演示" in card for card in cards)
    # 濮阳 has 36 targets to draw and figures to hold against them; 抚顺 has one target and none: no square, no empty column.
    assert ("verdict-squares" in page.html) == ("对得上目标" in page.html) == (city == "puyang")
    assert ("in-columns" in page.html) == (city == "fushun")


@pytest.mark.bar("BR1")
def test_a_card_without_as_of_unit_change_pace_or_word_cannot_be_made():
    whole = {
        "name_zh": "床位", "value_text": "1张", "unit_zh": "张", "as_of_zh": "截至2026年7月底", "source_zh": "月报",
        "change": NO_CHANGE, "pace": NO_PACE, "standing": ("平稳", "flat"),
    }  # fmt: skip
    card = Headline(**whole)
    for field, word in (("as_of_zh", "截至"), ("unit_zh", "单位"), ("source_zh", "来源")):
        with pytest.raises(ValueError, match=word):
            replace(card, **{field: " "})
        with pytest.raises(ValueError, match=word):
            Card(**{name: whole[name] for name in ("name_zh", "value_text", "unit_zh", "as_of_zh", "source_zh")} | {field: ""})  # fmt: skip
    for field, blank, word in (("change", replace(NO_CHANGE, text=""), "较上月"), ("pace", replace(NO_PACE, text=""), "序时差"), ("standing", ("", "flat"), "状态词")):  # fmt: skip
        with pytest.raises(ValueError, match=word):
            replace(card, **{field: blank})


def test_every_unit_and_indicator_has_a_cell_in_its_own_group(show_truth):
    page = show_truth(PAGE)
    rows = table_rows(page)
    assert len(rows) == 10
    assert all(len(row) == 10 for row in rows)
    assert rows[0][0] == "全市"
    assert {row[0] for row in rows[-3:]} == {"工业园区", "经开区", "示范区"}
    assert re.search(r"功能区</th>", page.html)


def test_a_unit_that_did_not_report_is_missing_everywhere_and_its_marks_open_their_receipts(show_truth, truth_release):
    page = show_truth(PAGE, month="2026-08")
    silent = next(row for row in table_rows(page) if row[0] == "工业园区")
    assert (silent[1:4], silent[9]) == (["缺", "缺", "缺"], "—")
    html = next(row for row in re.findall(r'<tr><th scope="row".*?</tr>', page.html, re.DOTALL) if "工业园区" in row)
    opened = [unescape(found) for found in re.findall(r'data-receipt="([^"]+)"', html)]
    assert len(opened) >= 5
    assert {one.step.told.value_text for one in receipts(truth_release, opened).values()} == {"缺"}


@pytest.mark.parametrize("code", [matrix.BY_COUNT, *KEY])
def test_each_column_sorts_the_units_of_a_group_from_the_furthest_behind(truth_home, code):
    cells = matrix_of(truth_home, date(2026, 10, 1))
    units = ("hualong", "qingfeng", "nanle", "fanxian", "taiqian", "puyangxian")
    ordered = matrix.sorted_units([[cells[unit, one] for one in KEY] for unit in units], code)
    if code == matrix.BY_COUNT:
        keys = [-sum(cell["standing_code"] == "behind" for cell in unit) for unit in ordered]
    else:
        keys = [cell["gap"] for unit in ordered for cell in unit if cell["indicator_code"] == code]
    known = [key for key in keys if key is not None]
    assert len(ordered) == 6
    assert known == sorted(known)
    assert keys[: len(known)] == known


def test_the_order_asked_for_stands_on_the_page_and_in_the_link(show_truth):
    page = show_truth(PAGE, sort="active_rate")
    assert re.search(r'aria-sort="ascending"><button[^>]*data-act="sort:active_rate"', page.html)
    assert page.app.query_params["sort"] == "active_rate"


def test_the_usual_order_is_by_the_number_of_lagging_indicators(show_truth):
    rows = [row for row in table_rows(show_truth(PAGE)) if row[0] != "全市"]
    for group in (rows[:6], rows[6:]):
        counts = [int(row[9].split("/")[0]) for row in group if row[9] != "—"]
        assert counts == sorted(counts, reverse=True)
    assert all(int(row[9].split("/")[0]) == sum("▼" in cell for cell in row[1:9]) for row in rows if row[9] != "—")


def test_a_lagging_cell_says_so_in_words_and_shape(show_truth):
    cells = re.findall(r'<td class="(behind|ahead|level)"[^>]*>(.*?)</td>', show_truth(PAGE).html, re.DOTALL)
    signs = {"behind": "▼", "ahead": "▲", "level": "●"}
    assert {kind for kind, _ in cells} == set(signs)
    for kind, html in cells:
        text = re.sub("<[^>]+>", "", html)
        assert signs[kind] in text
        assert re.search(r"滞后|快|低|高|相当|合序时", text)


@pytest.mark.bar("DQ10")
def test_each_quality_stands_as_a_word_at_its_number(show_truth):
    # October is provisional, September signed; the orders of 范县 in October are doubtful (see tests.months_truth).
    newest, before = (cards_of(show_truth(PAGE, month=month)) for month in ("2026-10", "2026-09"))
    assert all("｜初步｜" in card and "｜演示｜" in card for card in newest)
    assert all("｜已签发｜" in card and "｜演示｜" in card for card in before)
    doubtful = show_truth("briefing/profile/page.py", unit="fanxian")
    assert re.search(r"98\.\d%</span></b> <span class=\"badge watch\">存疑", doubtful.html)


def test_what_moved_was_taken_back_and_was_not_sent_are_told(show_truth):
    page = show_truth(PAGE)
    # Of seven that are no running totals four are judged: visits are at their bound, two networks move in few months.
    assert "4项指标没有新的异动" in page.text
    assert re.search(r"；4项指标没有新的异动；36张报表收齐。$", page.finding)
    # After the new year's holidays the active came back in five places, by three times what they usually gain in a month.
    march = show_truth(PAGE, month="2026-03")
    assert re.search(r"5处异动：超出往常的起伏[^　]+　活跃率", march.text)
    assert re.search(r"活跃率较上月提高0\.\d个百分点，另有4处异动", march.finding)
    # 工业园区 added no bed in April and May, where it adds one in most months: one bed is no news.
    assert "没有新的异动" in show_truth(PAGE, month="2026-05").finding
    assert "没有更正以前报过的数" in page.text
    assert "36张报表没有欠报" in page.text
    assert "异动＝近三个月内出现的信号" in page.text


def test_figures_taken_back_and_reports_owed_are_listed_with_old_new_reason_and_name(demo_root, demo_release, show_of):
    page = show_of(demo_root, PAGE, city="fushun")
    assert re.search(r"望花区护理型床位数（2026年10月）591张改为602张：上报后补收凭证", page.text)
    assert re.search(r"新宾县有报表未报，清原县有报表退回，更正\d+个数。$", page.finding)
    assert re.search(r"■ 逾期未报 新宾县　高龄津贴", page.text)
    assert re.search(r"▼ 退回，待重报 清原县　培训", page.text)
    # The completion of a task opens its line of progress, down to the document and the cell.
    asked = next(one for one in page.receipts if one.startswith("mart.target_progress:demo_training_xinbin_2026"))
    steps = [step.relation for step in receipt(demo_release, **split_receipt_id(asked)).step.walk()]
    assert {"core.dim_target", "mart.indicator_month", "core.fct_observation"} <= set(steps)
    # A zone without census and without villages: not applicable, which is neither missing nor zero.
    zone = next(row for row in table_rows(show_of(demo_root, PAGE)) if row[0] == "示范区")
    assert zone[4:8] == ["—", "—", "—", "—"]


@pytest.mark.bar("BR6")
def test_without_new_figures_the_page_says_so_and_prints_no_change(show_of, odd_home):
    # November was due and is empty; October stands as it came (see tests.pages.odd_months).
    page = show_of(odd_home, PAGE)
    assert page.finding.startswith("本月无新数据，沿用10月：")
    assert "2026年11月的月报已过应报日期，还没有收到可采用的数" in page.text
    main = page.text.partition("接着看")[0]
    # No change of any card, list or sentence; 环比 stands only where it is denied.
    assert not re.search(r"环比|较上月", main.replace("不作环比", ""))
    assert "无新数据，不与上月比" in main
    assert not re.search(r"change_(mom|yoy)", page.html)
    # An older month that the reader asks for is told with its changes.
    older = show_of(odd_home, PAGE, month="2026-09")
    assert "本月无新数据" not in older.text
    assert "较上月" in older.text


# ── states nobody plans for ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("parameter", "value", "told"),
    [
        ("city", "cn-220100", "城市“cn-220100”"),
        ("month", "1999-01", "月份“1999-01”"),
        ("sort", "height", "排序“height”"),
        ("release", "19990101-01", "发布批次“19990101-01”"),
    ],
)
def test_a_stale_link_is_answered_and_the_usual_is_shown(show_truth, parameter, value, told):
    page = show_truth(PAGE, **{parameter: value})
    assert not page.app.exception
    assert told in page.text
    assert page.finding.startswith("截至10月底，濮阳市")


def test_one_month_alone_has_gaps_and_says_that_there_is_nothing_to_compare(show_of, one_month_home):
    page = show_of(one_month_home, PAGE)
    assert not page.app.exception
    assert "没有上月可比" in page.finding
    assert "较上月 —：没有上月数" in page.text
    assert "▼" in page.text


def test_months_that_nobody_reported_leave_the_page_of_documents_with_a_word_about_it(show_of, nothing_home):
    page = show_of(nothing_home, PAGE)
    assert not page.app.exception
    assert page.finding == "濮阳市的月报应报到2026年10月，重点指标还没有收到一个可采用的数。"
    assert "不知道，或说不清" in page.text


def test_a_city_without_months_beside_one_with_them_keeps_its_documents(show_truth):
    page = show_truth(PAGE, city="fushun")
    assert not page.app.exception
    assert page.finding.startswith("抚顺市覆盖最低的是农村幸福院")
    assert "各单位还没有报送月报" in page.text


def test_everything_at_one_hundred_percent_is_shown_and_nobody_lags(show_of, odd_home):
    page = show_of(odd_home, PAGE, month="2026-08")
    assert "9个单位没有一项落后；" in page.finding
    assert all(row[3].startswith("100.0%") for row in table_rows(page))


def test_over_one_hundred_is_not_cut_and_an_amount_taken_back_keeps_its_sign(show_of, odd_home):
    page = show_of(odd_home, PAGE, month="2026-09")
    rows = {row[0]: row for row in table_rows(page)}
    # Eight units reported 130 + 60 + 60 + 40 + 50 + 70 + 30 + 30 = 470 of 800 beds: 58.75 %, printed 58.8 %.
    assert rows["华龙区"][3] == "130.0%▲ 高71.3"
    assert rows["范县"][3] == "40.0%▼ 低18.8"
    assert rows["台前县"][3] == "缺"
    assert rows["全市"][3] == "缺"
    assert "已报8/9个单位，合计口径58.8%" in page.text
    assert rows["范县"][1] == "-20"


@pytest.mark.parametrize("home", ["truth_home", "worked_home"])
def test_every_numeral_of_a_cell_is_a_number_of_its_row(request, home):
    """The values of the matrix as the wording prints them, for every cell of a whole release."""
    from warehouse.read.meta import catalog
    from warehouse.wording import overview_months as words

    with Releases(request.getfixturevalue(home).demo()).acquire() as release:
        indicators = {row["indicator_code"]: row for row in catalog.indicators(release).frame.to_dicts()}
        newest = release.header["latest_month"]
        rows = overview.matrix(release, city_area_id="puyang", month=newest, indicator_codes=KEY).frame.to_dicts()
    for row in rows:
        indicator = indicators[row["indicator_code"]]
        values = [row[name] for name in ("value", "completion", "target_value", "gap") if row[name] is not None]
        text = f"{words.main_figure(row, indicator).wording} {words.gap_zh(row, indicator)}"
        assert all(is_among(number, values) for number in numerals(text)), (text, values)


def test_a_release_that_declares_no_key_indicators_shows_the_page_of_documents(show_truth, monkeypatch):
    from pages.briefing.overview import with_months
    from pages.ui.kit import view

    monkeypatch.setattr(with_months, "indicators_of", lambda view: {"care_bed_count": {"label_zh": "床位"}})
    view._made.clear()
    try:
        page = show_truth(PAGE)
    finally:
        view._made.clear()
    assert not page.app.exception
    assert "不知道，或说不清" in page.text
