"""Generated sentences over any rows a mart may hold: every numeral is a value of a row, or a count of the rows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.numerals import is_among, numerals
from warehouse.wording import benchmarks, months, profile_months, targets
from warehouse.wording.grammar import sentences
from warehouse.wording.grammar.numbers import growth

DAY = date(2026, 7, 31)
whole = st.integers(min_value=0, max_value=400_000).map(float)
share = st.floats(min_value=0, max_value=4, allow_nan=False)
known = st.one_of(st.none(), whole)
SHARE = {"label_zh": "占比", "unit_zh": "%", "decimals": 1, "kind_code": "ratio", "polarity_code": "higher_is_better", "timing_code": "end_of_month", "smallest_difference": 0.01}  # fmt: skip
BEDS = {**SHARE, "label_zh": "床位", "unit_zh": "张", "decimals": 0, "kind_code": "count"}


def held(text: str, values, counts=()) -> bool:
    """Whether every numeral of a sentence is one of the values or the counts."""
    return all(is_among(number, [*values, *counts]) for number in numerals(text))


@st.composite
def networks(draw, count=4):
    rows = []
    for place in range(draw(st.integers(min_value=1, max_value=count))):
        built, base = draw(known), draw(st.integers(min_value=1, max_value=3000)).__float__()
        rows.append(
            {
                "network_zh": f"{'甲乙丙丁'[place]}网", "is_usual_base": True, "built": built, "base": base,
                "base_label_zh": "村", "base_year": 2021, "rate": None if built is None else built / base,
                "rate_low": None if built is None else built / base,
                "blank": None if built is None else max(base - built, 0.0), "figure_id": None, "printed_value": None,
                "built_as_written": None, "status_code": "missing" if built is None else "reported", "row_key": f"n{place}",
                "as_of_on": DAY, "as_of_precision": "month", "origin_code": "document", "sort_order": place,
            }
        )  # fmt: skip
    return rows


@given(networks())
def test_the_first_line_of_the_network_and_of_the_overview_hold_rates_bases_and_blanks(ladder):
    values = [row[name] for row in ladder for name in ("built", "base", "rate", "blank")]
    counts = range(len(ladder) + 1)
    assert held(sentences.coverage_finding(ladder, name_zh="濮阳市").text, values, counts)
    verdicts = [{"outlook_code": code, "outlook_label_zh": label, "is_replaced": False} for code, label in (("met", "已完成"), ("unknown", "无数可判"))]  # fmt: skip
    assert held(sentences.overview_finding(ladder, verdicts, name_zh="濮阳市").text, values, [2, 1, 1, *counts])


@given(st.lists(st.tuples(share, share, st.booleans()), min_size=1, max_size=6))
def test_a_comparison_tells_both_values_and_their_difference_in_points_and_never_a_multiple(pairs):
    rows = [
        {
            "item_code": "ageing_rate" if place == len(pairs) - 1 else f"i{place}", "item_zh": "甲率", "unit_zh": "%", "decimals": 1,
            "basis_code": "context" if place == len(pairs) - 1 else "rate", "comparable": fits, "badge_zh": None,
            "reason_code": None if fits else "definition_differs", "reason_zh": None if fits else "口径不同。",
            "value_a": a, "value_b": b, "as_written_a": None, "as_written_b": None, "relation_a": "mart.coverage",
            "relation_b": "mart.coverage", "row_key_a": "a", "row_key_b": "b", "row_key": "x", "indicator_a": "r",
            "indicator_b": "r", "name_a_zh": "濮阳", "name_b_zh": "抚顺", "smallest_difference": 0.01,
        }
        for place, (a, b, fits) in enumerate(pairs)
    ]  # fmt: skip
    said = sentences.comparison_finding(rows, name_a_zh="濮阳市", name_b_zh="抚顺市").text
    values = [row[f"value_{side}"] for row in rows for side in "ab"] + [row["value_a"] - row["value_b"] for row in rows]
    assert held(said, values, range(len(rows) + 1))
    assert "倍" not in said
    # Of what the gate refuses nothing but the reason is said.
    assert any(row["comparable"] for row in rows) or "高" not in said


@given(whole, st.integers(min_value=1, max_value=100_000).map(float), st.sampled_from(["linear", "per_year", "none"]))
def test_a_verdict_on_a_target_holds_actual_target_and_completion(actual, goal, pace):
    row = {
        "name_zh": "任务", "actual": actual, "target_value": goal, "is_small_task": goal < 30, "completion": actual / goal, "unit_zh": "人次",
        "actual_unit_zh": "人次", "decimals": 0, "actual_as_written": None, "target_as_written": f"{goal:.0f}人次",
        "outlook_code": "met", "outlook_label_zh": "已完成", "reading_zh": None, "caveat_zh": None, "pace_code": pace,
        "comparator": "eq", "origin_code": "month", "row_key": "r", "target_id": "t", "evidence_relation": "e",
        "evidence_row_key": "k", "deadline_on": DAY, "actual_indicator_code": "i", "indicator_code": "i", "is_over": False,
        "remaining": max(goal - actual, 0.0), "monthly_needed": max(goal - actual, 0.0) / 5, "recent_monthly": None,
        "reading": "t", "is_marked": False, "smallest_gap_pp": 0.0, "verdict_key": "v", "quote": "", "deadline_quote": None,
    }  # fmt: skip
    values = [actual, goal, actual / goal]
    assert held(sentences.target_verdict(row).text, values)
    assert held(targets.verdict(row).text, values)
    assert held(targets.outlook_zh(row), [row["remaining"], row["monthly_needed"]])
    # A task under thirty is never told in percent.
    assert goal >= 30 or "%" not in targets.verdict(row).text
    gap = targets.pace_zh(row, 0.5)
    assert held(gap, [actual / goal - 0.5])
    assert gap.startswith(("快于序时进度", "滞后序时进度", "与序时进度相当"))


@given(st.lists(st.tuples(st.one_of(st.none(), share), st.integers(1, 9)), min_size=1, max_size=8), st.sampled_from(["administrative", "functional_zone"]))  # fmt: skip
def test_the_first_line_of_a_unit_holds_its_ranks_its_values_and_its_blanks(cells, kind):
    rows = [
        {
            "area_id": "u", "indicator_code": "i", "breakdown_code": "total", "month": DAY.replace(day=1), "value": value,
            "status_code": "missing" if value is None else "reported", "rank": None if value is None else min(rank, 9),
            "tied_count": 1, "ranked_count": 9, "peers": [], "excluded": [], "direction": 1, "one_more": 0.0,
        }
        for value, rank in cells
    ]  # fmt: skip
    gaps = [{"network_zh": "甲网", "blank": 244.0, "city_blank": 774.0, "share": 244 / 774, "row_key": "k"}]
    said = profile_months.finding("甲县", kind, rows, {"i": SHARE}, gaps).text
    values = [value for value, _ in cells] + [244, 774, 244 / 774]
    assert held(said, values, range(len(rows) + 1))


@given(st.lists(st.tuples(st.one_of(st.none(), share), share), min_size=1, max_size=9), st.sampled_from([benchmarks.MEAN, benchmarks.MEDIAN]))  # fmt: skip
def test_the_claim_over_units_holds_gaps_in_points_and_counts(cells, benchmark):
    rows = [{"area_zh": "甲乙丙丁戊己庚辛壬"[place] + "县", "kind_code": "administrative", "value": value, "city_mean": against, "median": against, "target_zh": "", "smallest_gap": 0.01} for place, (value, against) in enumerate(cells)]  # fmt: skip
    said = benchmarks.claim(rows, SHARE, benchmark, name="对照")
    gaps = [value - against for value, against in cells if value is not None]
    assert held(said, gaps, range(len(rows) + 1))
    # A hundredth of a point is no difference; a point is.
    if any(gap <= -SHARE["smallest_difference"] for gap in gaps):
        worst = min((gap, row["area_zh"]) for gap, row in zip([None if v is None else v - a for v, a in cells], rows, strict=True) if gap is not None)  # fmt: skip
        assert worst[1] in said


@given(st.lists(st.integers(min_value=-5000, max_value=5000).map(float), min_size=1, max_size=9))
def test_a_contribution_holds_the_sum_and_its_two_largest_parts(parts):
    rows = sorted(({"area_zh": "甲乙丙丁戊己庚辛壬"[place] + "县", "contribution": part} for place, part in enumerate(parts)), key=lambda row: -abs(row["contribution"]))  # fmt: skip
    said = months.contribution_sentence(rows, BEDS, city_zh="濮阳市", word_zh="同比").text
    # As many as share the second place are counted, since no two of them stand for all.
    assert held(said, [sum(parts), *parts], range(4, 10))


@given(st.integers(min_value=-100, max_value=100_000), st.integers(min_value=30, max_value=100_000))
def test_growth_follows_the_rules_of_folds_and_percent(new, old):
    rate = (new - old) / old
    said = growth(rate)
    if new == old:
        assert said == "持平"
    elif new < old:
        assert said.startswith("下降")
        assert "倍" not in said
    else:
        assert ("倍" in said) == (rate > 1 and said != "翻一番")
        assert said == "翻一番" or held(said, [rate])


@pytest.mark.parametrize("left_out", [[], ["missing"], ["not_applicable", "missing", "missing"]])
def test_a_rank_counts_everyone_it_leaves_out(left_out):
    row = {"value": 0.5, "rank": 3, "ranked_count": 8, "tied_count": 1, "left_out": left_out}
    told = {0: "第3位（共8个参排）", 1: "第3位（共8个参排，1个未报）", 3: "第3位（共8个参排，1个不适用，2个未报）"}
    assert benchmarks.rank_zh(row) == told[len(left_out)]
