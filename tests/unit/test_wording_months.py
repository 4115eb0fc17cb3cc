"""Sentences of county months: verbs by timing, and no numeral that the release does not have."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.wording import allowance_months, months, platform_months, profile_months
from warehouse.wording.grammar.numbers import rounded

MONTH = date(2026, 7, 1)


def indicator(timing="end_of_month", kind="count", unit="张", polarity="higher_is_better", decimals=0):
    return {
        "indicator_code": "beds",
        "label_zh": "床位",
        "kind_code": kind,
        "unit_zh": unit,
        "timing_code": timing,
        "polarity_code": polarity,
        "decimals": decimals,
        "smallest_difference": 1.0 if kind == "count" else 0.01,
    }


def row(value=1000.0, month=MONTH, **others):
    facts = {
        "area_id": "puyang",
        "indicator_code": "beds",
        "breakdown_code": "total",
        "month": month,
        "value": value,
        "status_code": "missing" if value is None else "reported",
        "quality_code": "signed",
        "reported_count": 9,
        "expected_count": 9,
        "reported_total": value,
        "change_mom": None,
        "change_yoy": None,
        "change_since_year_start": None,
        "change_pct_mom": None,
        "change_pct_yoy": None,
    }
    return {**facts, **others}


def test_a_stock_is_told_as_of_the_end_of_a_month_a_flow_in_it_and_a_running_total_since_january():
    assert months.when_zh(MONTH, "end_of_month") == "截至2026年7月底"
    assert months.when_zh(MONTH, "during_month") == "2026年7月"
    assert months.when_zh(MONTH, "year_to_date") == "2026年1—7月"
    assert months.when_zh(date(2026, 1, 1), "year_to_date") == "2026年1月"
    assert months.when_zh(MONTH, "since_start") == "截至2026年7月底"


@pytest.mark.parametrize(
    ("timing", "changed", "words"),
    [
        ("end_of_month", {"change_mom": 5.0, "change_yoy": 40.0, "change_since_year_start": 20.0}, ["较上月", "同比", "较年初"]),
        ("during_month", {"change_mom": 5.0, "change_yoy": 40.0}, ["环比", "同比"]),
        ("year_to_date", {"change_yoy": 40.0}, ["累计同比"]),
    ],
)  # fmt: skip
def test_each_timing_has_its_own_comparisons(timing, changed, words):
    assert [one.word_zh for one in months.changes(row(**changed), indicator(timing))] == words


def test_january_and_february_of_a_flow_are_told_together_and_a_rate_is_not():
    february = row(month=date(2026, 2, 1), change_yoy=3.0)
    assert [one.word_zh for one in months.changes(february, indicator("during_month"))] == ["1—2月合并同比"]
    assert [one.word_zh for one in months.changes(february, indicator("during_month", "ratio", "%"))] == ["同比"]


def test_amounts_grow_and_rates_rise_in_points():
    more = row(change_yoy=667.0, change_pct_yoy=0.02427)
    assert months.changes(more, indicator())[0].whole_zh == "同比增加667张（增长2.4%）"
    fewer = row(change_yoy=-8.0, change_pct_yoy=-0.021)
    assert months.changes(fewer, indicator(unit="人次"))[0].whole_zh == "同比减少8人次（下降2.1%）"
    double = row(change_yoy=100.0, change_pct_yoy=1.0)
    assert months.changes(double, indicator())[0].rate_zh == "翻一番"
    rate = row(value=0.625, change_mom=0.032)
    assert months.changes(rate, indicator(kind="ratio", unit="%"))[0].whole_zh == "较上月提高3.2个百分点"
    per_head = row(value=57.23, change_mom=-0.03)
    money = indicator("during_month", "ratio", "元/人", "neutral", 2)
    assert months.changes(per_head, money)[0].whole_zh == "环比降低0.03元/人"


def test_without_a_percentage_of_the_mart_only_the_difference_is_told():
    # The mart gives none where the base is under 30.
    assert months.changes(row(change_mom=3.0), indicator(unit="个"))[0].whole_zh == "较上月增加3个"
    assert months.changes(row(change_mom=0.0), indicator())[0].whole_zh == "较上月持平"


def test_what_has_no_declared_direction_is_never_good_or_bad():
    assert months.tone_of(-1.0, indicator(polarity="neutral")) == "flat"
    assert months.tone_of(-1.0, indicator(polarity="lower_is_better")) == "good"
    assert months.verdict_tone("signal_down", indicator()) == "watch"
    # A share counts from one point on: 0.9 lower is told and not judged, 1.0 lower is to be watched.
    share = indicator(kind="ratio", unit="%", decimals=1)
    told = [months.changes(row(0.6, change_mom=change), share)[0] for change in (-0.009, -0.01)]
    assert [(one.text_zh, one.tone) for one in told] == [("降低0.9个百分点", "flat"), ("降低1.0个百分点", "watch")]
    assert months.verdict_tone("signal_down", indicator(polarity="neutral")) == "flat"


def test_too_few_points_are_told_in_the_words_of_the_rule():
    assert months.verdict_zh("too_few", subject_zh="当月净增") == "点数不足，不判断趋势"


def test_a_missing_city_figure_names_who_is_missing_and_the_sum_of_the_others():
    said = months.finding(
        row(None, reported_count=8, reported_total=18_000.0),
        indicator(),
        area_zh="濮阳市",
        verdict_code="steady",
        absent={"工业园区": "missing"},
    )
    assert said.text == "截至2026年7月底，濮阳市床位缺：已报8/9个单位（工业园区未报），合计1.8万张。"


NEW = {"signal_code": "run", "side": 1, "run_length": 7, "is_bridged": False, "way_code": "level", "is_new": True}


@pytest.mark.parametrize(
    ("verdict", "signal", "moved", "said"),
    [
        ("signal_up", NEW, 0.032, "连续7个月高于基线，较上月提高3.2个百分点；为62.5%。"),
        ("signal_up", NEW | {"is_new": False}, 0.032, "较上月提高3.2个百分点，延续三个月前就有的变化，没有新的信号；为62.5%。"),
        ("steady", None, 0.032, "较上月提高3.2个百分点，在正常波动范围内；为62.5%。"),
        ("too_few", None, None, "点数不足，不判断趋势；为62.5%。"),
        # The month has its value; what it would be held against is not there.
        ("missing", None, None, "这个月没有可比的数，不判断；为62.5%。"),
    ],
)  # fmt: skip
def test_a_trend_opens_with_what_is_new_or_how_it_moved_and_its_value_follows(verdict, signal, moved, said):
    share = indicator(kind="ratio", unit="%", decimals=1)
    facts = row(0.625, change_mom=moved)
    told = months.finding(facts, share, area_zh="濮阳市", verdict_code=verdict, signal=signal)
    assert told.text == f"截至2026年7月底，濮阳市床位{said}"


def test_printed_figures_alone_are_listed_and_not_judged():
    figures = [{"value_as_written": "66.7万人", "figure_id": "a"}, {"value_as_written": "70余万人", "figure_id": "b"}]
    said = months.figures_finding("濮阳市", indicator(), figures, ["2023年7月28日", "2024年6月4日"])
    assert (
        said.text
        == "濮阳市床位只有2个公开文件数：66.7万人（2023年7月28日）、70余万人（2024年6月4日）；点数不足，不判断趋势。"
    )
    assert [one.row_key for one in said.figures] == ["a", "b"]


def test_the_contribution_sentence_names_the_two_largest():
    rows = [
        {"area_zh": "濮阳县", "contribution": -30.0},
        {"area_zh": "范县", "contribution": 12.0},
        {"area_zh": "南乐县", "contribution": 2.0},
    ]
    said = months.contribution_sentence(rows, indicator(), city_zh="濮阳市", word_zh="同比", absent=["工业园区"])
    assert (
        said.text
        == "濮阳市床位同比减少16张（按两个月都报的3个单位计，未计工业园区）：主要是濮阳县减少30张、范县增加12张。"
    )


def test_who_went_against_the_change_did_not_make_it():
    # 5 up: 4 + 4 + 2 less 5. Who took 5 away moved most and made none of it.
    rows = [
        {"area_zh": area, "contribution": part}
        for area, part in (("范县", -5.0), ("濮阳县", 4.0), ("清丰县", 4.0), ("南乐县", 2.0))
    ]
    said = months.contribution_sentence(rows, indicator(), city_zh="濮阳市", word_zh="同比")
    assert said.text == "濮阳市床位同比增加5张：变动最大的是范县减少5张。"


def test_the_note_on_rounding_stands_only_where_printed_parts_do_not_add_up():
    # 0.4 + 0.4 + 0.4 = 1.2; printed without decimals 0 + 0 + 0 against 1.
    assert months.rounded_apart([0.4, 0.4, 0.4], 1.2, 0)
    assert not months.rounded_apart([1.0, 2.0], 3.0, 0)


def numerals(text: str) -> list[str]:
    """Every number in a sentence that is not part of a date."""
    without_dates = re.sub(r"\d{4}年(\d{1,2}(—\d{1,2})?月)?|1—2月", "", text)
    return re.findall(r"\d[\d,]*(?:\.\d+)?", without_dates)


def printed(wording: str) -> Decimal:
    """The value a printed number stands for, 万 and 亿 taken out."""
    found = re.search(r"(\d[\d,]*(?:\.\d+)?)(万|亿)?", wording)
    scale = {"万": 10_000, "亿": 100_000_000}.get(found[2], 1)
    return Decimal(found[1].replace(",", "")) * scale


def last_digit(wording: str) -> Decimal:
    """What one step of the last printed digit is worth."""
    found = re.search(r"\d[\d,]*(?:\.(\d+))?(万|亿)?", wording)
    scale = {"万": 10_000, "亿": 100_000_000}.get(found[2], 1)
    return Decimal(1).scaleb(-len(found[1] or "")) * scale


values = st.integers(min_value=0, max_value=2_000_000_000).map(float)
differences = st.integers(min_value=-90_000, max_value=90_000).map(float)


@given(values, differences, differences, st.sampled_from(["end_of_month", "during_month", "since_start"]))
def test_every_numeral_of_the_finding_is_a_value_of_the_row_at_printed_precision(value, mom, yoy, timing):
    facts = row(value, change_mom=mom, change_yoy=yoy)
    said = months.finding(facts, indicator(timing), area_zh="濮阳市", verdict_code="steady")
    frozen = {"": value, "change_mom": abs(mom), "change_yoy": abs(yoy)}
    for figure in said.figures:
        if figure.wording != "持平":
            assert abs(printed(figure.wording) - Decimal(str(frozen[figure.column]))) <= last_digit(figure.wording) / 2
    cited = [number for figure in said.figures for number in numerals(figure.wording)]
    assert numerals(said.text) == cited


@given(st.floats(min_value=0, max_value=1.5), st.floats(min_value=-0.5, max_value=0.5))
def test_every_numeral_of_a_rate_is_its_value_in_points(value, change):
    facts = row(value, change_mom=change)
    share = indicator(kind="ratio", unit="%", decimals=1)
    said = months.finding(facts, share, area_zh="濮阳市", verdict_code="steady")
    frozen = {"": value * 100, "change_mom": abs(change) * 100}
    for figure in said.figures:
        if figure.wording != "持平":
            apart = abs(printed(figure.wording) - Decimal(str(frozen[figure.column])))
            assert apart <= last_digit(figure.wording) / 2 + Decimal("1e-9")


def tier(code, recipients, paid, standard):
    return {
        "area_id": "puyang",
        "month": MONTH,
        "age_tier_code": code,
        "recipient_count": recipients,
        "standard_yuan": standard,
        "expected_yuan": recipients * standard if standard else None,
        "paid_yuan": paid,
        "arrears_yuan": 0.0,
        "recovered_yuan": 0.0,
        "yuan_per_head": paid / recipients,
        "difference_yuan": None,
        "status_code": "reported",
        "row_key": f"puyang|2026-07-01|{code}",
    }


def test_the_arithmetic_of_the_allowance_is_shown_and_held_against_what_was_paid():
    # 10 × 50 + 4 × 100 + 1 × 300 = 1200; 1250 paid with 50 of arrears: nothing is left over.
    tiers = [tier("age_80_89", 10, 500, 50), tier("age_90_99", 4, 400, 100), tier("age_100_plus", 1, 300, 300)]
    total = {**tier("total", 15, 1250, None), "expected_yuan": 1200.0, "arrears_yuan": 50.0, "difference_yuan": 0.0}
    assert allowance_months.arithmetic_zh(total, [*tiers, total]) == (
        "10人×50元＋4人×100元＋1人×300元＝应发1200元；加补发50元，减追缴0元，与实发1250元相符"
    )
    assert allowance_months.per_head_zh(total) == "人均＝1250元÷15人＝83.33元/人"
    off = {**total, "difference_yuan": -7.5}
    assert allowance_months.arithmetic_zh(off, tiers).endswith("与实发1250元相差7.50元，须说明")


def stop(name, deaths, expected, status="reported", basis="season"):
    return {
        "area_zh": name, "death_stops": deaths, "expected_deaths": expected, "death_status": status, "basis_code": basis
    }  # fmt: skip


def test_deaths_are_held_against_those_of_the_same_units_by_the_rule_that_gave_them():
    claim = allowance_months.stops_claim
    # 12 + 8 of 11 + 9; the third has no figure, and takes no part in either sum.
    rows = [stop("甲县", 12, 11.0), stop("乙县", 8, 9.0), stop("丙县", None, 30.0, "suppressed")]
    assert claim(rows) == "有数的2个单位一个季度去世停发20人，按全市往年同季的比例预期约20人；没有整季一例不报的"
    # In the first year there is no same quarter; before that nothing at all; one who reports none is not said to report some.
    first = [stop("甲县", 12, 11.0, basis="year"), stop("园区", 0, 2.9, basis="year")]
    assert (
        claim(first)
        == "2个单位一个季度去世停发12人，按全市此前12个月的比例预期约14人；园区一例也没有，预期太少，不作判断"
    )
    unknown = [stop("甲县", 12, None, basis=None), stop("乙县", 8, None, basis=None)]
    assert claim(unknown) == "2个单位一个季度去世停发20人；没有以前的数，算不出预期"
    # What the sentence adds up is what its receipt adds up, with a dash for what is to be expected and not 0.
    assert (allowance_months.summed(unknown), allowance_months.due_zh(unknown)) == (unknown, "—")
    assert allowance_months.against_last_year(1000.3, 1000.0) == "一样多"


def test_a_unit_without_a_death_stop_in_a_quarter_is_named_where_some_were_due():
    rows = [
        stop("台前县", 0, 248.0),
        stop("范县", 12, 11.0),
        stop("工业园区", 0, 1.2),
        stop("示范区", None, 30.0, "suppressed"),
    ]
    assert [row["area_zh"] for row in allowance_months.silent(rows)] == ["台前县"]
    said = allowance_months.finding("濮阳市", tier("total", 15, 1250, None), rows, [])
    assert (
        said.text
        == "2026年7月，濮阳市台前县（预期约248人）一个季度没有一例去世停发；向15人发放高龄津贴1250元，人均83.33元。"
    )
    # Where nobody is silent, whether the amount follows stands first.
    whole = {**tier("total", 15, 1250, None), "difference_yuan": 0.001}
    assert allowance_months.finding("濮阳市", whole, rows[1:], []).text.startswith(
        "2026年7月，濮阳市高龄津贴实发与算出额相符：向15人"
    )
    off = allowance_months.finding("濮阳市", whole | {"difference_yuan": -7.5}, rows[1:], []).text
    assert off.startswith("2026年7月，濮阳市高龄津贴实发与算出额相差7.50元，须说明：向15人")


def test_masked_missing_and_not_applicable_cells_print_their_marks():
    assert allowance_months.cell(None, "人", "suppressed") == "*"
    assert allowance_months.cell(None, "人", "missing") == "缺"
    assert allowance_months.cell(None, "人", "not_applicable") == "—"
    assert allowance_months.cell(0.0, "人") == "0人"


def test_satisfaction_never_stands_without_the_rate_of_answers():
    cohort = {
        "month": MONTH,
        "order_placed_count": 30_346.0,
        "order_completed_count": 26_225.0,
        "satisfaction_rate": 0.9825,
        "rating_rate": 0.4739,
    }
    said = platform_months.finding("濮阳市", "puyang", cohort, [])
    assert said.text == (
        "2026年7月，濮阳市完成的单超过一半没有评价：评价率只有47.4%，评过的单里满意率98.3%；点单3.0万单，完成2.6万单。"
    )
    half = platform_months.finding("濮阳市", "puyang", cohort | {"rating_rate": 0.5}, []).text
    assert half.startswith("2026年7月，濮阳市完成的单一半以上有评价：评价率50.0%，")
    # 49.98 % is less than half, and printed as such.
    near = platform_months.finding("濮阳市", "puyang", cohort | {"rating_rate": 0.4998}, []).text
    assert "超过一半没有评价：评价率只有49.98%" in near


@pytest.mark.parametrize(("active", "said"), [(None, "未提供活跃数"), (24_000.0, "当月活跃2.4万人")])
def test_registered_never_stands_without_active_or_the_words_that_nobody_gave_it(active, said):
    claim = platform_months.use_claim(748_000.0, active, 0.032 if active else None)
    assert claim.startswith("登记74.8万人")
    assert said in claim


def placed(code, rank, count, value=0.5):
    """A row of a rank: a tenth between neighbours, and one more of what is counted moves it by a thousandth."""
    places = range(1, (count or 0) + 1) if value is not None and rank else ()
    facts = {"direction": 1, "one_more": 0.001, "peers": [{"value": value + (rank - place) / 10} for place in places]}
    return {
        **row(value),
        "indicator_code": code,
        "rank": rank,
        "tied_count": 1,
        "ranked_count": count,
        "excluded": [],
    } | facts


def test_a_unit_is_told_by_its_ranks_within_its_own_group_and_what_it_is_last_in():
    rows = [placed("beds", 1, 6), placed("beds", 6, 6), placed("beds", 4, 6)]
    share = indicator(kind="ratio", unit="%") | {"smallest_difference": 0.01}
    said = profile_months.finding("濮阳县", "administrative", rows, {"beds": share}, [])
    assert said.text == "濮阳县在县（区）组可排名的3项中，1项居前三，1项居末位：床位50.0%。"


def test_seven_alike_have_no_front_and_four_are_not_among_the_first_three():
    # Four share the first place: the last of them could as well be the fourth. Two share the second: both are in front.
    share = indicator(kind="ratio", unit="%") | {"smallest_difference": 0.01}
    rows = [placed("beds", 1, 7) | {"tied_count": tied} for tied in (7, 4)] + [placed("beds", 2, 7) | {"tied_count": 2}]
    said = profile_months.finding("范县", "administrative", rows, {"beds": share}, [])
    assert said.text == "范县在县（区）组可排名的3项中，1项居前三，没有居末位的。"


def test_a_last_place_that_one_more_would_change_is_neither_told_nor_denied():
    # The table below shows the sixth of six; with one more bed (half of two) it would stand before the others.
    share = indicator(kind="ratio", unit="%") | {"smallest_difference": 0.01}
    rows = [placed("beds", 6, 6) | {"one_more": 0.6}]
    said = profile_months.finding("华龙区", "administrative", rows, {"beds": share}, [])
    assert said.text == "华龙区在县（区）组可排名的1项中，0项居前三，没有稳居末位的。"
    # Sixth of seven beside another: nobody stands behind the two, so it is not said that it is last in nothing.
    rows = [placed("beds", 6, 7) | {"tied_count": 2}]
    said = profile_months.finding("新抚区", "administrative", rows, {"beds": share}, [])
    assert said.text == "新抚区在县（区）组可排名的1项中，0项居前三，没有稳居末位的。"


def test_who_reported_nothing_may_stand_before_or_behind():
    # The third of four beside two that are silent may be the fifth; the first may be the third at worst, the second the
    # fourth. The fourth of four may have a fifth behind it. Who has no villages stands nowhere.
    share = indicator(kind="ratio", unit="%") | {"smallest_difference": 0.01}
    silent = {
        "excluded": [{"area_zh": "甲县", "status_code": "missing"}, {"area_zh": "乙县", "status_code": "withheld"}]
    }
    for excluded, in_front, is_last in (
        (silent, [True, False, False, False], False),
        ({"excluded": silent["excluded"][:1]}, [True, True, False, False], False),
        ({"excluded": [{"area_zh": "丙区", "status_code": "not_applicable"}]}, [True, True, True, False], True),
    ):
        rows = [placed("beds", place, 4) | excluded for place in (1, 2, 3, 4)]
        assert [profile_months.is_in_front(row) for row in rows] == in_front
        assert [profile_months.is_last(row) for row in rows] == [False, False, False, is_last]
    said = profile_months.finding("范县", "administrative", [placed("beds", 4, 4) | silent], {"beds": share}, [])
    assert said.text == "范县在县（区）组可排名的1项中，0项居前三，没有稳居末位的。"
    # Of three zones of which one is silent the first is no first.
    said = profile_months.finding("经开区", "functional_zone", [placed("beds", 1, 2) | silent], {"beds": share}, [])
    assert said.text == "经开区在功能区组可排名的1项中0项居首。"


def test_a_small_group_has_no_front_and_no_rear():
    said = profile_months.finding("经开区", "functional_zone", [placed("beds", 3, 3)], {"beds": indicator()}, [])
    assert said.text == "经开区在功能区组可排名的1项中0项居首。"
    # Where the others did not report, the first of one is no first, and the second of two not among the first three.
    alone = profile_months.finding("新区", "administrative", [placed("beds", 1, 1)] * 2, {"beds": indicator()}, [])
    assert alone.text == "新区在县（区）组可排名的2项都只有它一个有数，不分先后。"
    some = [placed("beds", 2, 2), placed("beds", 4, 6)]
    said = profile_months.finding("范县", "administrative", some, {"beds": indicator()}, [])
    assert said.text == "范县在县（区）组可排名的2项中，0项居前三，没有稳居末位的。"


def test_a_rank_prints_everyone_it_leaves_out_or_why_there_is_none():
    share = indicator(kind="ratio", unit="%")
    assert profile_months.rank_zh(placed("beds", 3, 8), share, {"未报": 1}) == "第3位（共8个参排，1个未报）"
    tied = {**placed("beds", 2, 5), "tied_count": 2}
    assert profile_months.rank_zh(tied, share, {}) == "并列第2—3位（共5个参排）"
    assert profile_months.rank_zh(placed("beds", None, None), indicator(), {}) == "数量，不排名"
    assert profile_months.rank_zh(placed("beds", None, None, None), share, {}) == "没有数，不排名"
    # One of two townships has a rate and no rank; of what is neither good nor bad there never is one.
    assert profile_months.rank_zh(placed("beds", None, None), share, {}) == "基数太小，不排名"
    neutral = share | {"polarity_code": "neutral"}
    assert profile_months.rank_zh(placed("beds", None, None), neutral, {}) == "不判断好坏，不排名"
    group = [{"value": 0.5, "rank": 1, "status_code": "reported"}, {"value": 0.5, "rank": None, "status_code": "reported"}, {"value": None, "rank": None, "status_code": "missing"}]  # fmt: skip
    assert months.unranked_zh(group) == {"基数太小": 1, "未报": 1}


@pytest.mark.parametrize(
    ("before", "field", "said"),
    [
        (4, 8, "较上月进1位，距前一位清丰县30.0个百分点"),  # from 4 to 3; 80 % - 50 % = 30 points to the next above
        (2, 8, "较上月退1位，距前一位清丰县30.0个百分点"),
        (3, 8, "与上月同位，距前一位清丰县30.0个百分点"),
        (4, 7, "距前一位清丰县30.0个百分点"),  # seven were ranked then, eight now
        (None, None, "距前一位清丰县30.0个百分点"),
    ],
)
def test_a_rank_says_how_it_moved_and_how_far_the_next_above_is(before, field, said):
    share = indicator(kind="ratio", unit="%") | {"smallest_difference": 0.01}
    peers = [
        {"area_zh": "范县", "value": 0.9, "rank": 1},
        {"area_zh": "清丰县", "value": 0.8, "rank": 2},
        {"area_zh": "台前县", "value": 0.5, "rank": 3},
    ]
    row = placed("beds", 3, 8) | {"peers": peers, "rank_before": before, "ranked_before": field}
    assert profile_months.movement_zh(row, share) == said
    near = row | {"rank": 1, "peers": [{"area_zh": "清丰县", "value": 0.505, "rank": 1}, {"area_zh": "台前县", "value": 0.5, "rank": 1}]}  # fmt: skip
    # One of three is 33 points: the 30 to the next above are less.
    assert "前一位" not in profile_months.movement_zh(row | {"one_more": 1 / 3}, share)
    # Half a point does not count: both share the first place, and nobody stands before it.
    assert "前一位" not in profile_months.movement_zh(near, share)
    both = row | {"peers": [{"area_zh": "范县", "value": 0.9, "rank": 1}, {"area_zh": "南乐县", "value": 0.895, "rank": 1}, peers[2]]}  # fmt: skip
    # The place before is shared by two; the distance is that to the nearer, 89.5 % - 50 %.
    assert profile_months.movement_zh(both, share).endswith("距前一位范县、南乐县并列39.5个百分点")


def test_the_outlook_prints_method_error_or_that_there_was_no_back_test():
    assert allowance_months.outlook_claim("濮阳市", 1_452.0, 1_320.0, 121 / 115 - 1, filled=0) == (
        "濮阳市今后12个月约需1452元，比近12个月多10.0%；同一方法一年前预计近12个月，多算了5.22%"
    )
    right = allowance_months.outlook_claim("濮阳市", 1_452.0, 1_320.0, -1e-6, filled=0)
    assert right.endswith("同一方法一年前预计近12个月，与实际一样")
    assert "没有回测" in allowance_months.outlook_claim("濮阳市", 1_452.0, 1_320.0, None, filled=0)
    # Two months that nobody could sum stand in at the mean of the others, and are no paid amounts.
    said = allowance_months.outlook_claim("濮阳市", 1_452.0, 1_320.0, None, filled=2)
    assert "比近12个月（2个月缺，按其余月份的平均数计）多10.0%" in said
    assert rounded(121 / 115 * 100 - 100, 2) == Decimal("5.22")
