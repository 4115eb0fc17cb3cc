"""Whose month a form is, when what is written and when it came say different things."""

import datetime as dt

import pytest

from etl.months.accepted.accept import check_form
from etl.months.findings import load_rules
from etl.months.model import MonthState
from tests.clean_forms import clean, month_of, understood
from tests.forms import next_month

RULES = load_rules()
AUGUST = 31
"""2025-08, as numbers of `clean` go."""


def form_of(context, number, *, written=None, filled="", correction="", form="facility"):
    """The clean form of a month, titled as another one when `written` is given, with the day of filling as said."""
    layout, data = clean(form, number, context)
    if written:
        data.month = written
    if filled:
        data.entries["filled_on"] = filled
    if correction:
        data.entries["correction"] = correction
    found = understood(layout, data, context).form
    assert found is not None
    return found


def on_file(context, *numbers):
    """Clean months as they stand accepted."""
    return {
        month_of(number): MonthState(month_of(number), 1, f"r{number}", form_of(context, number).figures)
        for number in numbers
    }


def asked(form, context, history, received):
    found = [one for one in check_form(form, context, history, received_on=received) if one.rule == "E20"]
    return [RULES["E20"].say(one)[0] for one in found]


def test_a_month_typed_one_ahead_is_asked_about_with_both_readings(context):
    form = form_of(context, AUGUST, written=dt.date(2025, 9, 1), filled="2025年9月3日")
    (said,) = asked(form, context, on_file(context, 30), dt.date(2025, 9, 4))
    assert "是2025年8月的，还是2025年9月的？" in said
    assert "填报日期是2025年9月3日、收到日期是2025年9月4日" in said and "2025年8月的表还没有收到" in said


def test_a_year_not_changed_is_asked_about_whether_last_years_month_is_on_file_or_not(context):
    form = form_of(context, 36, written=dt.date(2025, 1, 1), filled="2026年2月3日")
    for history in (on_file(context, 23, 35), on_file(context, 23, 24, 35)):
        (said,) = asked(form, context, history, dt.date(2026, 2, 4))
        assert "是2026年1月的，还是2025年1月的？" in said


def test_last_years_file_with_all_its_dates_is_asked_about_where_that_month_is_on_file(context):
    # The figures of 2026-01 under title, period and day of filling of 2025: 2025-01 is there with other figures.
    form = form_of(context, 36, written=dt.date(2025, 1, 1), filled="2025年2月3日")
    (said,) = asked(form, context, on_file(context, 23, 24, 35), dt.date(2026, 2, 4))
    assert "2025年1月的表已收过，2026年1月的表还没有收到" in said


def test_a_form_a_year_late_is_asked_about_and_taken_once_it_says_so(context):
    history = on_file(context, 23, 25, 35, 36)
    late = {"filled": "2026年3月2日"}
    assert asked(form_of(context, 24, **late), context, history, dt.date(2026, 3, 3))
    told = form_of(context, 24, **late, correction="补报2025年1月，当时系统故障未能报出")
    assert asked(told, context, history, dt.date(2026, 3, 3)) == []


@pytest.mark.parametrize(
    ("filled", "received"),
    [
        ("", dt.date(2025, 9, 4)),
        ("", dt.date(2025, 11, 28)),  # three months late
        ("2025年8月28日", dt.date(2025, 8, 29)),  # in the last days of the month itself
        ("2025年8月3日", dt.date(2025, 9, 4)),  # the day of filling left as it was on the form of July
        ("", dt.date(2026, 11, 29)),  # earlier months handed in together, long afterwards
    ],
)
def test_a_form_that_is_early_late_or_carelessly_dated_is_not_asked_about(context, filled, received):
    form = form_of(context, AUGUST, filled=filled)
    assert asked(form, context, on_file(context, 29, 30), received) == []


def test_where_title_and_period_differ_the_day_of_filling_says_which_is_likely(context):
    layout, data = clean("facility", AUGUST, context)
    data.entries["data_period"] = "2025年7月"
    found = understood(layout, data, context)
    assert found.month is None
    (fact,) = [one.words["fact"] for one in found.findings if one.rule == "E10"]
    day = next_month(month_of(AUGUST))
    assert f"填报日期是{day.year}年{day.month}月3日，像是2025年8月的" in fact
