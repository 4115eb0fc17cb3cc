"""Months as people write them, due dates, and whose a form is."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.months.due import due_date, is_working_day
from etl.months.periods import PeriodError, parse_day, parse_period
from etl.months.rules.doubts import working_days
from warehouse.month import add_months

JULY = dt.date(2025, 7, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2025年7月", "2025.7", "2025-07", "2025/7", "202507", "２０２５年７月", "2025年 7 月", "2025年7月份", "25年7月",
        "二〇二五年七月", "2025年07月31日", "2025.7.31", "2025-07-31", "20250731", "截至2025年7月底", "清丰县2025年7月月报表",
        "2025年7月（当月）", "2025年7月月报",
    ],
)  # fmt: skip
def test_one_month_is_read_from_every_way_of_writing_it(text):
    period = parse_period(text)
    assert (period.month, period.is_ytd) == (JULY, False)


@pytest.mark.parametrize("text", ["2025年1—7月", "2025年1-7月", "2025年1月至7月", "2025年1～7月份", "2025.1-7月"])
def test_january_to_a_month_is_the_year_to_date_of_that_month(text):
    period = parse_period(text)
    assert (period.month, period.is_ytd) == (JULY, True)


def test_halves_and_quarters_are_cumulative():
    assert parse_period("2025年上半年").month == dt.date(2025, 6, 1)
    assert parse_period("2025年前三季度").is_ytd


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("7月份", "没有写年份"),
        ("1—7月", "没有写年份"),
        ("截至目前", "没有写明截至哪个月"),
        ("2025年3—7月", "不是从1月起的累计"),
        ("2025年7月和2025年8月", "几个月"),
        ("2025年13月", "月份13不合理"),
        ("1925年7月", "年份1925不合理"),
        ("月报表", "认不出"),
        ("2025年lO月", "是字母"),
    ],
)
def test_what_names_no_month_or_several_is_refused_with_the_reason(text, said):
    with pytest.raises(PeriodError, match=said):
        parse_period(text)


def test_excel_serials_are_dates_in_their_own_calendar():
    # 45839 days after 1899-12-30 is 2025-07-01; the 1904 calendar starts 1462 days later.
    assert parse_period("45839").month == JULY
    assert parse_period("45839", kind="number").month == JULY
    assert parse_period("44377", kind="number", date_1904=True).month == JULY
    assert parse_day("45872") == dt.date(2025, 8, 3)


def test_a_number_that_only_looks_like_a_month_is_not_taken_for_one():
    # A number cell 2025.1 may have been typed as 2025.10: Excel drops the nought.
    with pytest.raises(PeriodError, match="不是日期"):
        parse_period("2025.1", kind="number")


@given(st.dates(dt.date(2010, 1, 1), dt.date(2049, 12, 31)))
def test_every_month_of_our_time_is_read_back(day):
    for text in (
        f"{day.year}年{day.month}月",
        f"{day.year}.{day.month}",
        f"{day:%Y-%m}",
        f"{day.year}年1—{day.month}月",
    ):
        assert parse_period(text).month == day.replace(day=1)


@given(st.dates(dt.date(2010, 1, 1), dt.date(2040, 1, 1)), st.integers(-60, 60))
def test_adding_months_can_be_undone(day, count):
    month = day.replace(day=1)
    assert add_months(add_months(month, count), -count) == month


@pytest.mark.parametrize(
    ("month", "due"),
    [
        # 2025-08-05 is a Tuesday.
        (dt.date(2025, 7, 1), dt.date(2025, 8, 5)),
        # 2025-10-01 to 10-08 were holidays (国庆、中秋): the 9th is the first working day.
        (dt.date(2025, 9, 1), dt.date(2025, 10, 9)),
        # 2024-10-05 lay in the holiday, which ended on the 7th.
        (dt.date(2024, 9, 1), dt.date(2024, 10, 8)),
        # 2026-07-05 is a Sunday.
        (dt.date(2026, 6, 1), dt.date(2026, 7, 6)),
    ],
)
def test_a_form_is_due_on_the_fifth_or_the_next_working_day(month, due):
    assert due_date(month).on == due
    assert due_date(month).is_known


def test_a_year_whose_holidays_are_not_published_is_judged_by_weekends_and_says_so():
    due = due_date(dt.date(2031, 12, 1))
    # 2032-01-05 is a Monday.
    assert due.on == dt.date(2032, 1, 5)
    assert (due.is_known, due.note_zh) == (False, "节假日安排未载入，只按周末顺延")


def test_working_days_leave_out_holidays_and_count_shifted_weekends():
    # February 2024: 29 days, the Spring Festival from the 10th to the 17th, work on Sunday the 4th and 18th.
    assert is_working_day(dt.date(2024, 2, 4))
    assert not is_working_day(dt.date(2024, 2, 12))
    assert working_days(dt.date(2024, 2, 1)) == 18
