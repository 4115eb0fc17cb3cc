"""The month of a city in words: who lags, what moved, what is new; and no numeral that no cell has."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.numerals import is_among, numerals
from warehouse.wording import overview_cards as cards
from warehouse.wording import overview_months as words

MONTH = date(2026, 7, 1)
TRAINING = {
    "indicator_code": "training_person_times",
    "label_zh": "培训人次",
    "kind_code": "count",
    "unit_zh": "人次",
    "timing_code": "year_to_date",
    "polarity_code": "higher_is_better",
    "decimals": 0,
    "smallest_difference": 1.0,
}
SHARE = {**TRAINING, "smallest_difference": 0.01, "indicator_code": "nursing_bed_share", "label_zh": "护理型床位占比", "kind_code": "ratio", "unit_zh": "%", "timing_code": "end_of_month", "decimals": 1}  # fmt: skip
BEDS = {**SHARE, "indicator_code": "beds_per_1000", "label_zh": "每千名老年人床位", "unit_zh": "张/千人"}
INDICATORS = {one["indicator_code"]: one for one in (TRAINING, SHARE, BEDS)}


def cell(area="甲县", indicator=SHARE, value=0.5, **others):
    facts = {
        "area_id": area,
        "area_zh": area,
        "kind_code": "administrative",
        "level_code": "city" if area == "全市" else "unit",
        "indicator_code": indicator["indicator_code"],
        "polarity_code": indicator["polarity_code"],
        "breakdown_code": "total",
        "month": MONTH,
        "value": value,
        "status_code": "missing" if value is None else "reported",
        "quality_code": "signed",
        "reported_count": None,
        "expected_count": None,
        "reported_total": None,
        "change_mom": None,
        "change_yoy": None,
        "change_since_year_start": None,
        "change_pct_mom": None,
        "change_pct_yoy": None,
        "target_value": None,
        "is_small_task": False,
        "completion": None,
        "smallest_gap_pp": 0.01,
        "pace": None,
        "task_row_key": None,
        "against_code": None,
        "city_value": None,
        "gap": None,
        "standing_code": None,
        "verdict_code": None,
    }
    return {**facts, **others}


def tasked(area, done, target=100.0, pace=7 / 12):
    if done is None:
        return cell(area, TRAINING, None, target_value=target)
    gap = done / target - pace
    return cell(
        area,
        TRAINING,
        done,
        target_value=target,
        is_small_task=target < 30,
        completion=done / target,
        pace=pace,
        gap=gap,
        against_code="pace",
        standing_code="behind" if gap < 0 else "ahead" if gap > 0 else "level",
        task_row_key=f"t|{area}|2026-07-01|month",
    )


def against_city(area, value, city, indicator=SHARE, standing=None, kind="administrative"):
    gap = value - city
    standing = standing or ("behind" if gap < 0 else "ahead" if gap > 0 else "level")
    return cell(area, indicator, value, city_value=city, gap=gap, against_code="city", standing_code=standing, kind_code=kind)  # fmt: skip


def report(area="甲县", state="accepted", late=False):
    came = None if state == "not_reported" else datetime(2026, 8, 4, tzinfo=UTC)
    return {"area_zh": area, "form_code": "facility", "state_code": state, "is_late": late, "received_at": came}


FELL = {
    "signal_code": "beyond",
    "side": -1,
    "way_code": "level",
    "run_length": None,
    "is_bridged": False,
    "is_new": True,
}


def said(cells, steps=(), reports=None, restated=0, **others):
    reports = [report()] if reports is None else reports
    return words.finding("濮阳市", MONTH, cells, INDICATORS, steps, reports, restated, **others)


def test_the_three_furthest_behind_their_tasks_are_named_in_points():
    # 58.33 % of the year is over: 40 % done lies 18.3 points behind, 50 % 8.3, 55 % 3.3, 57 % 1.3.
    cells = [tasked("全市", 500, 1000), *(tasked(name, done) for name, done in (("甲县", 57), ("乙县", 40), ("丙县", 55), ("丁县", 50), ("戊县", 80)))]  # fmt: skip
    assert said(cells).text == (
        "截至7月底，濮阳市培训人次滞后序时进度8.3个百分点，乙县、丁县、丙县滞后最多，为18.3、8.3、3.3个百分点；"
        "没有上月可比；1张报表收齐。"
    )


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ({"甲县": 40, "乙县": 50}, "，甲县、乙县分别滞后18.3、8.3个百分点"),
        ({"甲县": 40, "乙县": 80}, "，甲县滞后18.3个百分点"),
        ({"甲县": 70, "乙县": 80}, "，2个单位都不落后"),
        ({"甲县": 70, "乙县": 80, "丙县": None}, "，有数可判的2个单位都不落后"),
        ({"甲县": 70, "乙县": None}, "，只有甲县有数可判，不落后"),
        ({"甲县": 70}, "，甲县不落后"),
    ],
)
def test_one_two_or_none_behind(done, told):
    cells = [tasked("全市", 70), *(tasked(name, value) for name, value in done.items())]
    assert f"快于序时进度11.7个百分点{told}；" in said(cells).text


def test_a_task_under_thirty_is_never_told_in_percent():
    small = tasked("园区", 10, 23)
    assert words.main_figure(small, TRAINING).wording == "10/23"
    assert words.gap_zh(small, TRAINING) == "滞后"
    assert said([small]).text.startswith("截至7月底，濮阳市培训人次，园区滞后；")
    assert cards.pace_line(small, TRAINING, None).text == "序时差 —：任务23人次，太小不算百分比"


def test_without_a_task_the_unit_behind_in_most_indicators_is_named_with_its_widest_gap():
    cells = [
        against_city("甲县", 0.58, 0.60),
        against_city("乙县", 0.45, 0.60),
        against_city("乙县", 38.0, 40.0, BEDS),
    ]
    # 15 of 60 points are a quarter of the city's share, 2 of 40 beds a twentieth.
    assert said(cells).text.startswith(
        "截至7月底，濮阳市落后项最多的是乙县，2项中2项，护理型床位占比45.0%，低于全市15.0个百分点；"
    )


def test_who_lags_most_is_said_of_those_alone_who_can_be_judged():
    behind, level = against_city("甲县", 0.4, 0.5, standing="behind"), against_city("乙县", 0.6, 0.5, standing="level")
    assert "濮阳市落后项最多的是甲县" in said([behind, level]).text
    assert "濮阳市有数可判的2个单位中，落后项最多的是甲县" in said([behind, level, cell("丙县", value=None)]).text


def test_nobody_behind_nothing_to_judge_and_everything_missing_are_each_said():
    assert "2个单位没有一项落后；" in said([against_city(name, 1.0, 1.0, standing="level") for name in "甲乙"]).text
    alone = against_city("甲县", 1.0, 1.0, standing="level")
    assert "只有甲县有数可判，没有一项落后；" in said([alone, cell("乙县", value=None)]).text
    assert (
        words.matrix_claim([[alone], [cell("乙县", value=None)]])
        == "只有甲县有数可判，没有一项落后；乙县没有数，不判断"
    )
    assert "各单位没有可以判断快慢的数" in said([cell(value=None)]).text
    assert words.matrix_claim([[cell(value=None)]]) == "各单位没有可以判断快慢的数；甲县没有数，不判断"
    # A figure that nothing is held against, of the only one who has any.
    assert words.matrix_claim([[cell("甲县", value=1.0)], [cell("乙县", value=None)]]) == (
        "只有甲县有数，没有可比的；乙县没有数，不判断"
    )
    assert "各单位没有可以判断快慢的数" in words.matrix_claim([[cell(name, value=1.0)] for name in ("甲县", "乙县")])


def test_zones_are_told_apart_from_counties():
    units = [
        [against_city("甲县", 0.4, 0.5), against_city("甲县", 30.0, 40.0, BEDS)],
        [against_city("乙县", 0.6, 0.5)],
        [against_city("园区", 0.4, 0.5, kind="functional_zone")],
    ]
    assert words.matrix_claim(units) == "落后项最多的是甲县2项中2项；功能区中是园区1项中1项"


def test_what_moved_and_what_is_new_are_told_with_their_counts():
    step = cell("丙县", SHARE, 0.6, change_mom=-0.008) | FELL
    reports = [report("甲县", "not_reported", late=True), report("乙县", "returned"), report("丙县")]
    text = said([tasked("甲县", 80)], steps=[step, step], reports=reports, restated=4).text
    assert text.endswith(
        "；丙县护理型床位占比较上月降低0.8个百分点，另有1处异动；甲县有报表未报，乙县有报表退回，更正4个数。"
    )
    # What was taken before stands where only its correction was refused.
    refused = report("乙县", "returned") | {"has_standing": True}
    text = said([tasked("甲县", 80)], steps=[step], reports=[report("丙县"), refused], restated=4).text
    assert text.endswith("；2张报表收齐，乙县有更正退回、原报照用，更正4个数。")
    # Below its limits and yet above the month before, or one of many months on one side: the change is not what is told.
    run = {"signal_code": "run", "run_length": 8}
    for signal, told in ((FELL, "低于正常波动的下限"), (FELL | run, "连续8个月低于基线")):
        risen = cell("丙县", SHARE, 0.6, change_mom=0.008) | signal
        assert (
            f"；丙县护理型床位占比{told}，是异动；" in said([tasked("甲县", 80)], steps=[risen], reports=reports).text
        )
        assert cards.standing_word(risen, SHARE, None, risen) == ("关注", "watch")
    waiting = [report(), {**report("乙县", "not_reported"), "is_late": False}]
    assert said([tasked("甲县", 80)], reports=waiting).text.endswith("；收1张报表，1张未到报送期。")


def test_without_new_figures_the_headline_says_so_and_tells_no_change():
    cells = [tasked("全市", 500, 1000), tasked("甲县", 40)]
    step = cell("丙县", SHARE, 0.6, change_mom=-0.008) | FELL
    text = said(cells, steps=[step], awaited=date(2026, 8, 1)).text
    assert text == "本月无新数据，沿用7月：截至7月底，濮阳市培训人次滞后序时进度8.3个百分点，甲县滞后18.3个百分点。"
    line = cards.change_line(cell(change_mom=0.01), SHARE, is_new=False).text
    assert line == "无新数据，不与上月比"


def test_a_card_says_how_it_moved_or_why_that_cannot_be_told():
    assert cards.change_line(cell(change_mom=0.032), SHARE).text == "较上月提高3.2个百分点"
    fewer = cell("全市", change_mom=0.032, over_same_units="mom")
    assert cards.change_line(fewer, SHARE).text == "较上月（只比两个月都报的单位）提高3.2个百分点"
    assert cards.change_line(cell(indicator=TRAINING, value=9.0, change_yoy=-4.0), TRAINING).text == "较上月 —：累计数；累计同比减少4人次"  # fmt: skip
    assert cards.change_line(cell(), SHARE).text == "较上月 —：没有上月数"
    partial = cell("全市", value=None, reported_count=8, expected_count=9, reported_total=0.55)
    assert cards.change_line(partial, SHARE).text == "较上月 —：已报8/9个单位，合计口径55.0%"
    # All sent the beds and one of them not those of nursing: of a rate that is no whole city.
    assert cards.change_line(partial | {"reported_count": 9}, SHARE).text == "较上月 —：有单位的数不全，合计口径55.0%"
    # Units sent the month without this figure: who and why is not asked here, so that "did not report" is not claimed.
    nobody = cell(value=None, reported_count=0, expected_count=9)
    assert cards.change_line(nobody, SHARE).text == "较上月 —：9个单位都没有可用的数"


def test_a_task_whose_figure_is_missing_is_not_said_to_be_none():
    missing = cell("全市", TRAINING, None, target_value=540.0)
    assert cards.pace_line(missing, TRAINING, None).text == "序时差 —：任务540人次，有缺不算"
    assert cards.pace_line(cell(indicator=TRAINING), TRAINING, None).text == "序时差 —：没有任务"


def target(value, outlook, label, binding="binding", marked=False):
    """The city's target of 55 % by the end of 2025 as it was judged: `value` is the one of December 2025."""
    return {
        "text_zh": "55%", "target_id": "t", "verdict_key": "v", "target_value": 0.55, "deadline_on": date(2025, 12, 31),
        "binding_code": binding, "actual": value, "as_of_on": date(2025, 12, 31), "outlook_code": outlook,
        "outlook_label_zh": label, "is_marked": marked, "evidence_relation": words.MONTH, "evidence_row_key": "k",
    }  # fmt: skip


def test_a_card_quotes_the_verdict_at_the_deadline_whatever_the_figure_of_today():
    # Today 59.4 %, at the deadline 53.6 %: 1.4 points short, and so it stays.
    # 54.998 % is not 55.0 %, and what is missing is not 0.
    near = cards.pace_line(cell(value=0.594), SHARE, target(0.54998, "missed", "未完成")).text
    assert near.endswith("截至2025年12月底为54.998%，比目标55%低0.002个百分点（2025年）")
    missed = target(0.536, "missed", "未完成")
    line = cards.pace_line(cell(value=0.594), SHARE, missed).text
    assert line == "序时差 —：比率没有逐月任务；截至2025年12月底为53.6%，比目标55%低1.4个百分点（2025年）"
    assert cards.standing_word(cell(value=0.594), SHARE, missed, None) == ("未完成", "miss")
    unprinted = target(0.536, "missed", "未完成", binding="not_printed")
    assert cards.standing_word(cell(value=0.594), SHARE, unprinted, None) == ("未完成", "watch")
    marked = target(0.56, "met", "已完成", marked=True)
    assert cards.standing_word(cell(value=0.5), SHARE, marked, None) == ("已完成†", "good")
    unsure = target(0.56, "to_confirm", "口径待确认")
    assert cards.standing_word(cell(value=0.5), SHARE, unsure, None) == ("口径待确认", "open")


def test_a_card_without_target_is_steady_where_its_series_is_and_the_month_was_not_unusual():
    fell = cell(change_mom=-0.02) | {"verdict_code": "steady"}
    assert cards.standing_word(fell, SHARE, None, None) == ("平稳", "flat")
    assert cards.standing_word(fell, SHARE, None, fell | FELL) == ("关注", "watch")
    assert cards.standing_word(fell, {**SHARE, "polarity_code": "neutral"}, None, fell | FELL) == ("平稳", "flat")
    assert cards.standing_word(cell(value=None), SHARE, None, None) == ("有缺，不评价", "flat")
    # A first month, months too few for limits, a running total: nobody has said of them that they are steady.
    for code, word in (
        (None, "数少，不评价"),
        ("trial", "数少，不评价"),
        ("unjudged", "不评价"),
        ("signal_up", "没有新变化"),
    ):
        assert cards.standing_word(cell() | {"verdict_code": code}, SHARE, None, None) == (word, "flat")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (against_city("甲县", 0.43, 0.5), "低7.0"),
        (against_city("甲县", 1.35, 0.5), "高85.0"),
        (against_city("甲县", 0.5, 0.505, standing="level"), "相当"),
        (against_city("甲县", 37.6, 40.0, BEDS), "低2.4"),
        (tasked("甲县", 40), "滞后18.3"),
        (tasked("甲县", 80), "快21.7"),
        (cell(value=None), ""),
    ],
)
def test_the_second_line_of_a_cell_is_a_word_and_a_number(row, told):
    assert words.gap_zh(row, INDICATORS[row["indicator_code"]]) == told


amounts = st.integers(min_value=0, max_value=3000).map(float)
shares = st.floats(min_value=0, max_value=3)


@given(st.lists(st.tuples(amounts, st.integers(min_value=1, max_value=2000).map(float)), min_size=1, max_size=9), st.integers(1, 12))  # fmt: skip
def test_every_numeral_about_tasks_is_a_gap_of_a_cell_at_printed_precision(tasks, month):
    cells = [tasked("全市" if not place else f"{'甲乙丙丁戊己庚辛壬'[place]}县", done, goal, month / 12) for place, (done, goal) in enumerate(tasks)]  # fmt: skip
    sentence = said(cells)
    cited = [number for figure in sentence.figures for number in numerals(figure.wording)]
    by_key = {one["task_row_key"]: one["gap"] for one in cells}
    for figure in sentence.figures:
        (number,) = numerals(figure.wording)
        assert is_among(number, [by_key[figure.row_key]])
    # How many do not lag, or lag alike.
    counts = [*range(1, len(cells) + 1)]
    for number in numerals(sentence.text):
        assert number in cited or is_among(number, counts)


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=8))
def test_every_numeral_about_shares_is_a_value_or_a_gap_or_a_count(pairs):
    cells = [against_city(f"{'甲乙丙丁戊己庚辛'[place]}县", *pair) for place, pair in enumerate(pairs)]
    sentence = said(cells)
    values = [number for one in cells for number in (one["value"], one["gap"])]
    # One of one indicator, and how many units of all lag in as many.
    assert all(is_among(number, [*values, *range(1, len(cells) + 1)]) for number in numerals(sentence.text))
    for one in cells:
        assert all(is_among(number, [one["gap"]]) for number in numerals(words.gap_zh(one, SHARE)))
