"""Claims that rest on an interval: said only where the whole of it says so."""

from datetime import date

import pytest

from warehouse.wording.grammar.bases import against_all_zh, is_more_than_all
from warehouse.wording.grammar.sentences import against, comparison_finding

CENSUS = {"variant_of": None}
PROJECTED = {"variant_of": "enrolment_rate"}
LINE = {
    "item_code": "ageing_rate", "item_zh": "60岁及以上人口占比", "unit_zh": "%", "decimals": 2, "basis_code": "context",
    "comparable": True, "badge_zh": None, "reason_code": None, "reason_zh": None, "as_written_a": None,
    "as_written_b": None, "relation_a": "mart.area_profile", "relation_b": "mart.area_profile", "row_key_a": "a",
    "row_key_b": "b", "row_key": "x", "indicator_a": "ageing_rate", "indicator_b": "ageing_rate",
    "as_of_a": date(2020, 11, 1), "smallest_difference": 0.01,
}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "indicator", "said"),
    [
        # Counted: 1.0006 exceeds 1. Projected within 7 %: 1.0006 / 1.07 = 0.935 may as well be under, 1.08 / 1.07 is not.
        (1.0006, CENSUS, "疑为登记数"),
        (0.9999, CENSUS, ""),
        (1.0006, PROJECTED, "推算有误差，不能断定是否超过100%"),
        (0.95, PROJECTED, "推算有误差，不能断定是否超过100%"),
        (1.08, PROJECTED, "疑为登记数"),
        (0.92, PROJECTED, ""),
    ],
)
def test_more_than_all_is_said_only_where_no_base_allows_less(value, indicator, said):
    assert against_all_zh({"value": value}, indicator, "疑为登记数") == said
    assert is_more_than_all({"value": value}, indicator) == (said == "疑为登记数")


@pytest.mark.parametrize(
    ("high", "low", "told"),
    [
        # 约70 (65 to 75) and 60: apart. 约70 and 余67 (67 to 77): the intervals meet. 至多70 has no floor.
        ((0.70, 0.65, 0.75), (0.60, 0.60, 0.60), None),
        ((0.70, 0.65, 0.75), (0.67, 0.67, 0.77), "原数是约数，不能断定谁高"),
        ((0.70, None, 0.70), (0.60, 0.60, 0.60), "原数是约数，不能断定谁高"),
        # 0.9 points are no difference, a point is.
        ((0.609, 0.609, 0.609), (0.60, 0.60, 0.60), "两地相当"),
        ((0.61, 0.61, 0.61), (0.599, 0.599, 0.599), None),
    ],
)
def test_higher_is_said_only_where_the_intervals_lie_apart_by_what_counts(high, low, told):
    sides = [dict(zip(("value", "low", "high"), side, strict=True)) for side in (high, low)]
    assert against(*sides, 0.01) == told


def test_half_a_point_of_age_is_no_difference():
    # 18.1 % and 17.6 %: alike; 30.26 % and 17.67 %: 12.6 points.
    alike = comparison_finding([LINE | {"value_a": 0.181, "value_b": 0.176}], name_a_zh="甲市", name_b_zh="乙市").text
    assert "与乙市的17.60%相当" in alike
    apart = comparison_finding([LINE | {"value_a": 0.1767, "value_b": 0.3026}], name_a_zh="甲市", name_b_zh="乙市").text
    assert "高12.6个百分点" in apart
