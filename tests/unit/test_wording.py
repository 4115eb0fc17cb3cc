"""Numbers, dates and sentences: how they are printed, and that they never say more than the row."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.wording.grammar import dates, numbers
from warehouse.wording.grammar.numbers import (
    compact,
    full_value,
    growth,
    percent,
    percent_range,
    plain,
    points,
    rank_text,
    show_value,
)


def test_wan_has_one_decimal_and_yi_two():
    assert compact(667_000) == "66.7万"
    assert compact(225_000_000) == "2.25亿"
    assert compact(70_000) == "7.0万"
    assert compact(2016) == "2016"


def test_the_step_is_chosen_after_rounding():
    # 99,999,999 / 10,000 = 9999.9999 万 rounds to 10000.0 万, which is 1.00 亿; 9999.5 persons round to 10,000.
    assert compact(99_999_999) == "1.00亿"
    assert compact(9999.5) == "1.0万"
    assert compact(9999.4) == "9999"


def test_rounding_is_half_up_on_decimals():
    # Binary halves and half-even would give 0.1, 2.6 and 0.12.
    assert plain(0.15, 1) == "0.2"
    assert plain(2.65, 1) == "2.7"
    assert plain(Decimal("0.125"), 2) == "0.13"
    assert plain(-0.04, 1) == "0.0"


def test_separators_begin_at_ten_thousand():
    assert plain(2871) == "2871"
    assert full_value(666_648, "人") == "666,648人"


def test_missing_not_applicable_suppressed_and_zero_are_four_things():
    shown = [
        show_value(None, "个", status_code="missing"),
        show_value(None, "个", status_code="not_applicable"),
        show_value(None, "个", status_code="suppressed"),
        show_value(0, "个"),
    ]
    assert shown == ["缺", "—", "*", "0个"]


def test_marks_are_those_of_the_code_table(catalog):
    declared = {code: each.mark_zh for code, each in catalog.codes["status_code"].items() if each.mark_zh}
    assert declared == numbers.MARKS


def test_an_unknown_status_is_refused():
    with pytest.raises(KeyError):
        show_value(None, "个", status_code="lost")


@pytest.mark.parametrize("wording", ["70余万人", "近2000余人次", "1+6", "不低于55%", "约2.25亿元", "一刻钟"])
def test_the_wording_of_a_document_is_printed_untouched(wording):
    assert show_value(700_000, "人", as_written=wording) == wording


def test_percentages_have_one_decimal_and_more_only_near_a_threshold():
    assert percent(2016 / 2871) == "70.2%"
    assert percent(20 / 19) == "105.3%"
    # 66.7 / 66.66 = 100.060 %: one decimal would print 100.1 %, nearer to 100 % than the digit can tell.
    assert percent(66.7 / 66.66) == "100.06%"
    assert percent(1.0) == "100.0%"
    # 55.04 % against a target of 55 %
    assert percent(0.5504, thresholds=(1, 0.55)) == "55.04%"
    assert percent(0.5504) == "55.0%"
    # One village of 2,871 is 0.035 %: not nothing; 2,870 of them are 99.965 %: not all, whatever is looked at.
    assert percent(1 / 2871, thresholds=()) == "0.03%"
    assert percent(2870 / 2871, thresholds=()) == "99.97%"
    assert (percent(0.0, thresholds=()), percent(1.0, thresholds=())) == ("0.0%", "100.0%")


def side(value: Decimal, threshold: Decimal) -> int:
    return (value > threshold) - (value < threshold)


@given(st.decimals(min_value=0, max_value=3, places=6), st.sampled_from([Decimal(1), Decimal("0.55"), Decimal("0.6")]))
def test_no_printed_percentage_hides_its_side_of_a_threshold(rate, threshold):
    printed = Decimal(percent(rate, thresholds=(threshold,)).removesuffix("%")) / 100
    assert side(printed, threshold) == side(rate, threshold)


@given(st.decimals(min_value=-(10**10), max_value=10**10, places=4))
def test_a_printed_number_is_within_half_a_last_digit_of_the_value(value):
    text = compact(value, 2).replace(",", "")
    scale = {"万": 10_000, "亿": 100_000_000}.get(text[-1], 1)
    digits = text.rstrip("万亿")
    half = Decimal("0.5").scaleb(-len(digits.partition(".")[2])) * scale
    assert abs(Decimal(digits) * scale - value) <= half


def test_differences_of_rates_are_percentage_points():
    assert points(0.3026 - 0.1767) == "12.6个百分点"
    assert points(-0.032) == "3.2个百分点"
    assert points(0.0004) == "0.04个百分点"


def test_bounds_are_rounded_outward():
    # (700000 - 667500) / 667500 = 4.8689 %, down; 105.0026 %, down; 10.21 %, up.
    assert percent_range(32_500 / 667_500, None) == "不低于4.8%"
    assert percent_range(700_000 / 666_650, None) == "不低于105.0%"
    assert percent_range(None, 0.1021) == "不高于10.3%"
    assert percent_range(0.99977, 1.00143) == "99.9%—100.2%"
    with pytest.raises(ValueError, match="没有上界也没有下界"):
        percent_range(None, None)


def test_folds_begin_at_one_fold_and_a_fall_is_never_told_in_folds():
    # 2631 on 1670, 5000 on 2000, 400 on 200, 50 and 1 on 100, 100 on 100
    assert growth(0.575449) == "增长57.5%"
    assert growth(1.5) == "增长1.5倍"
    assert growth(1) == "翻一番"
    assert growth(-0.5) == "下降50.0%"
    assert growth(-0.99) == "下降99.0%"
    assert growth(0) == "持平"
    # 12 beds more on 28,138, and as many fewer: not nothing.
    assert growth(12 / 28_138) == "增长0.04%"
    assert growth(-12 / 28_138) == "下降0.04%"


def test_a_rank_names_everyone_it_leaves_out():
    assert rank_text(3, 8, {"未报": 1, "不适用": 0}) == "第3位（共8个参排，1个未报）"
    assert rank_text(2, 5, {"未报": 1}, tied_count=2) == "并列第2—3位（共5个参排，1个未报）"
    assert rank_text(None, 8) == "不排名"
    # Six that differ by less than counts, one from the next: there is neither a first nor a last.
    assert rank_text(1, 6, tied_count=6) == "不分先后（共6个参排）"
    assert rank_text(1, 1, {"未报": 2}) == "不分先后（只有1个参排，2个未报）"


def test_dates_say_how_exactly_they_are_known():
    assert dates.as_of_zh(date(2023, 7, 28)) == "截至2023年7月28日"
    assert dates.as_of_zh(date(2025, 7, 31), "month") == "截至2025年7月底"
    assert dates.as_of_zh(date(2023, 12, 31), "year") == "2023年（时点不详）"
    assert dates.as_of_zh(None) == "时点未注明"
    assert dates.issued_zh(None, 2023) == "2023年（仅印年份）"
    assert dates.issued_zh(None, None) == "未印日期"


def test_periods_are_told_as_days_months_years_and_spans():
    assert dates.period_zh(date(2021, 1, 1), date(2025, 12, 31)) == "2021—2025年"
    assert dates.period_zh(date(2024, 1, 1), date(2024, 12, 31)) == "2024年"
    assert dates.period_zh(date(2021, 10, 1), date(2021, 10, 31)) == "2021年10月"
    assert dates.period_zh(date(2023, 7, 28), date(2023, 7, 28)) == "2023年7月28日"
    assert dates.period_zh(date(2014, 10, 1), None) == "2014年10月起，截止未注明"
    assert dates.period_zh(None, None) == "期间未注明"


def test_instants_are_told_by_the_clock_of_china():
    assert dates.instant_zh(datetime(2026, 11, 22, 17, 5, tzinfo=UTC)) == "2026年11月23日 01:05"
