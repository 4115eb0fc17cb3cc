"""When a month's forms are due: the fifth, later when offices are closed, as far as the holidays are known."""

from datetime import date

import pytest

from etl.months import due
from warehouse.errors import CatalogError


@pytest.fixture
def calendar(tmp_path, monkeypatch):
    """Write a calendar of one's own; what was remembered of the shipped one is forgotten before and after."""

    def forget() -> None:
        for remembered in (due.due_date, due.is_working_day, due.holidays_known, due._calendar):
            remembered.cache_clear()

    def written(text: str) -> None:
        path = tmp_path / "calendar.toml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(due, "CALENDAR", path)
        forget()

    yield written
    forget()


@pytest.mark.parametrize(
    ("month", "on"),
    [
        # 国办发明电〔2024〕12号: 2025 清明 4月4—6日, 国庆与中秋 10月1—8日; 10月11日 (Saturday) works.
        (date(2025, 3, 1), date(2025, 4, 7)),
        (date(2025, 9, 1), date(2025, 10, 9)),
        # 春节 2025 ends on 4 February, so the fifth is a working day.
        (date(2025, 1, 1), date(2025, 2, 5)),
        # 5 July 2025 is a Saturday.
        (date(2025, 6, 1), date(2025, 7, 7)),
        (date(2025, 12, 1), date(2026, 1, 5)),
    ],
)
def test_the_fifth_moves_to_the_next_day_on_which_offices_work(month, on):
    assert due.due_date(month) == due.Due(on, True)
    assert due.due_date(month).note_zh == ""


def test_a_year_whose_holidays_nobody_knows_skips_weekends_only_and_says_so():
    # 5 January 2031 is a Sunday.
    found = due.due_date(date(2030, 12, 1))
    assert found == due.Due(date(2031, 1, 6), False)
    assert found.note_zh == "节假日安排未载入，只按周末顺延"


def test_holidays_written_into_the_calendar_make_an_unknown_year_known(calendar):
    calendar('due_day = 5\n[holidays]\n"2031" = ["2031-01-06", "2031-01-07"]\n[workdays]\n"2031" = ["2031-01-05"]\n')
    # The Sunday was declared a working day in exchange.
    assert due.due_date(date(2030, 12, 1)) == due.Due(date(2031, 1, 5), True)
    # Nothing else of that year moved: 5 February 2031 is a Wednesday.
    assert due.due_date(date(2031, 1, 1)).on == date(2031, 2, 5)


def test_our_calendar_goes_before_the_library(calendar):
    calendar('due_day = 5\n[holidays]\n"2025" = ["2025-02-05", "2025-02-06"]\n')
    assert due.due_date(date(2025, 1, 1)).on == date(2025, 2, 7)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("due_day = 31", "due_day 须是1至28的整数"),
        ('due_day = 5\n[holidays]\n"2027" = ["1月1日"]', "不是日期"),
        ('due_day = 5\n[workdays]\n"2027" = ["2028-01-01"]', "不在 2027 年"),
        ("due_day = 5\n[holidays", "不是合格的 TOML"),
        ("", "due_day 须是"),
        ("due_day = true", "due_day 须是"),
        ('due_day = 5\n[holyday]\n"2027" = ["2027-01-01"]', "holyday 不认识"),
        ('due_day = 5\n[holidays]\n"2027" = "2027-01-01"', "请逐年写日期的列表"),
        ('due_day = 5\nholidays = ["2027-01-01"]', "请逐年写日期的列表"),
        (
            'due_day = 5\n[holidays]\n"2027" = ["2027-01-02"]\n[workdays]\n"2027" = ["2027-01-02"]',
            "既写作休息日又写作上班日",
        ),
    ],
)
def test_a_wrong_calendar_is_refused_with_place_and_remedy(calendar, text, told):
    calendar(text)
    with pytest.raises(CatalogError, match=told) as refused:
        due.due_date(date(2026, 12, 1))
    assert "etl/calendar.toml" in str(refused.value)
