"""Two answers by key: every difference is named once, what cannot be told apart is refused."""

from datetime import date

import polars as pl
import pytest

from warehouse.errors import QueryRefused
from warehouse.query.compare import (
    AFTER,
    BEFORE,
    BY,
    CHANGED,
    COLUMN,
    ONLY_AFTER,
    ONLY_BEFORE,
    WHERE,
    compare,
    likely_keys,
)

JUNE, JULY = date(2025, 6, 1), date(2025, 7, 1)
OLD = pl.DataFrame(
    {
        "area_id": ["hualong", "hualong", "qingfeng", "nanle"],
        "month": [JUNE, JULY, JUNE, JUNE],
        "value": [10.0, 12.0, None, 7.0],
        "note_zh": ["", "", "未报", ""],
    }
)
NEW = pl.DataFrame(
    {
        "area_id": ["qingfeng", "hualong", "hualong", "taiqian"],
        "month": [JUNE, JUNE, JULY, JUNE],
        "value": [5.0, 10.0, 12.5, 3.0],
        "status_code": ["reported"] * 4,
        "note_zh": ["", "", "", ""],
    }
)


@pytest.mark.bar("SQ12")
def test_each_difference_is_named_once_with_its_key_both_values_and_the_step():
    found = compare(OLD, NEW, ["area_id", "month"])
    # 清丰 was missing and is 5 (and its note went), 华龙 July went from 12 to 12.5, 台前 is new, 南乐 gone, 华龙 June is the same.
    assert found.rows.select("area_id", WHERE, COLUMN, BEFORE, AFTER, BY).rows() == [
        ("qingfeng", CHANGED, "value", None, "5.0", None),
        ("qingfeng", CHANGED, "note_zh", "未报", "", None),
        ("hualong", CHANGED, "value", "12.0", "12.5", 0.5),
        ("taiqian", ONLY_AFTER, "", None, None, None),
        ("nanle", ONLY_BEFORE, "", None, None, None),
    ]
    assert (found.same, found.changed, found.only_before, found.only_after) == (1, 2, 1, 1)
    assert found.unshared == ("status_code",)
    assert found.told_zh == (
        "按area_id、month对：1个相同，2个数不同，1个只在留下的结果里，1个只在这次的结果里；只有一边有的列没有比：status_code。"
    )


def test_the_key_is_found_and_is_as_short_as_it_can_be():
    assert likely_keys(OLD, NEW) == ("area_id", "month")
    assert likely_keys(OLD.filter(pl.col("month") == JUNE), NEW.filter(pl.col("month") == JUNE)) == ("area_id",)
    twice = pl.DataFrame({"value": [1.5, 1.5]})
    assert likely_keys(twice, twice) == ()


def test_rows_that_share_a_key_are_refused_with_the_key_that_does():
    with pytest.raises(QueryRefused, match="留下的结果里有几行的键相同（hualong）.*再加一列"):
        compare(OLD, NEW, ["area_id"])
    with pytest.raises(QueryRefused, match="留下的结果里没有列 status_code"):
        compare(OLD, NEW, ["status_code"])
    with pytest.raises(QueryRefused, match="要有键"):
        compare(OLD, NEW, [])


def test_a_number_meets_the_same_number_as_text_and_an_empty_key_an_empty_one():
    numbers = pl.DataFrame({"code": [1, 2, None], "value": [1, 2, 3]})
    texts = pl.DataFrame({"code": ["1", "2", None], "value": [1, 5, 3]})
    found = compare(numbers, texts, ["code"])
    assert (found.same, found.changed, found.only_before, found.only_after) == (2, 1, 0, 0)
    assert found.rows[BY].to_list() == [3.0]


def test_two_equal_answers_and_empty_ones_differ_in_nothing():
    for frame in (OLD, OLD.clear()):
        found = compare(frame, frame, ["area_id", "month"])
        assert found.rows.is_empty()
        assert (found.same, found.changed) == (frame.height, 0)
