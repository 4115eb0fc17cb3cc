"""Masked cells stay masked against an attacker who subtracts everything that is printed."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.release.masks.suppress import find_masks
from warehouse.release.masks.tiers import merge_township_tiers

MONTH = date(2026, 1, 1)
PERSONS = "allowance_recipient_count"


def _table(rows: dict[str, dict[str, int]], *, level: str = "township", indicator: str = PERSONS) -> pl.DataFrame:
    return pl.DataFrame(
        [
            ("parent", level, area, indicator, breakdown, MONTH, float(value))
            for area, tiers in rows.items()
            for breakdown, value in tiers.items()
        ],
        schema=["parent_area_id", "level_code", "area_id", "indicator_code", "breakdown_code", "month", "value"],
        orient="row",
    )


def _masked(cells: pl.DataFrame) -> set[tuple[str, str]]:
    masks = find_masks(cells, sensitive=[PERSONS]).filter(pl.col("indicator_code") == PERSONS)
    return {(area, breakdown) for area, _, breakdown, _ in masks.iter_rows()}


def _recovered(rows: dict[str, dict[str, int]], masked: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Cells that the printed row and column sums determine: those whose unit vector lies in the span of the sums."""
    unknown = sorted(masked)
    if not unknown:
        return set()
    columns = sorted({breakdown for tiers in rows.values() for breakdown in tiers})
    sums = [[float(cell[0] == row) for cell in unknown] for row in rows]
    sums += [[float(cell[1] == column) for cell in unknown] for column in columns]
    equations = np.array(sums)
    rank = np.linalg.matrix_rank(equations)
    return {
        cell
        for index, cell in enumerate(unknown)
        if np.linalg.matrix_rank(np.vstack([equations, np.eye(len(unknown))[index]])) == rank
    }


def test_one_small_cell_takes_three_partners_so_that_no_sum_gives_it_away():
    rows = {
        "a": {"age_80_89": 40, "age_90_plus": 2},
        "b": {"age_80_89": 50, "age_90_plus": 8},
        "c": {"age_80_89": 60, "age_90_plus": 9},
    }
    masked = _masked(_table(rows))
    # The cheapest rectangle through a/90+: b/90+ (8) and both 80–89 cells (40, 50) cost 8+40+50; with c it is 9+40+60.
    assert masked == {("a", "age_90_plus"), ("b", "age_90_plus"), ("a", "age_80_89"), ("b", "age_80_89")}
    assert not _recovered(rows, masked)


def test_without_partners_the_small_cell_would_be_recovered():
    rows = {"a": {"age_80_89": 40, "age_90_plus": 2}, "b": {"age_80_89": 50, "age_90_plus": 8}}
    assert _recovered(rows, {("a", "age_90_plus")}) == {("a", "age_90_plus")}


@pytest.mark.dear
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), min_size=2, max_size=12).filter(
        lambda pairs: any(0 < value < 5 for pair in pairs for value in pair)
    )
)
@settings(max_examples=200, deadline=None)
def test_subtraction_never_recovers_a_small_cell(pairs):
    rows = {f"t{index:02}": {"age_80_89": one, "age_90_plus": two} for index, (one, two) in enumerate(pairs)}
    masked = _masked(_table(rows))
    small = {(area, tier) for area, tiers in rows.items() for tier, value in tiers.items() if 0 < value < 5}
    assert small <= masked
    assert not _recovered(rows, masked) & small


def test_amounts_follow_the_persons_they_pay():
    rows = {
        "a": {"age_80_89": 40, "age_90_99": 12, "age_100_plus": 1},
        "b": {"age_80_89": 50, "age_90_99": 13, "age_100_plus": 9},
    }
    masks = find_masks(_table(rows, level="unit"), sensitive=[PERSONS])
    money = masks.filter(pl.col("indicator_code") == "allowance_paid_yuan")
    # 50·a + 100·b + 300·c and a + b + c would give b and c, so the total amount of a masked unit goes too.
    assert set(money.select("area_id", "breakdown_code").iter_rows()) == {
        (unit, tier) for unit in ("a", "b") for tier in ("age_90_99", "age_100_plus", "total")
    }


def test_a_count_without_breakdown_needs_one_partner_in_its_column():
    cells = _table({"a": {"total": 3}, "b": {"total": 30}, "c": {"total": 12}}, level="unit")
    # City total 45 is printed: with only a masked it would be 45 - 30 - 12 = 3; c is the cheapest partner.
    assert _masked(cells) == {("a", "total"), ("c", "total")}


def test_zero_is_a_figure_and_not_masked_by_itself():
    assert _masked(_table({"a": {"age_80_89": 0, "age_90_plus": 0}, "b": {"age_80_89": 9, "age_90_plus": 7}})) == set()


def test_township_tiers_90_99_and_100_plus_become_90_plus():
    observations = pl.DataFrame(
        [
            ("t-1", PERSONS, "age_90_99", MONTH, 1, 11.0, 11.0, 11.0, "reported", "Sheet1", "D7", "11"),
            ("t-1", PERSONS, "age_100_plus", MONTH, 1, 1.0, 1.0, 1.0, "reported", "Sheet1", "E7", "1"),
            ("hualong", PERSONS, "age_100_plus", MONTH, 1, 9.0, 9.0, 9.0, "reported", "Sheet1", "E9", "9"),
        ],
        schema=[
            "area_id", "indicator_code", "breakdown_code", "month", "revision", "value", "value_low", "value_high",
            "status_code", "sheet", "cell", "raw_value",
        ],
        orient="row",
    )  # fmt: skip
    merged = merge_township_tiers(observations, ["t-1"]).sort("area_id")
    assert merged.select("area_id", "breakdown_code", "value", "cell", "raw_value").rows() == [
        ("hualong", "age_100_plus", 9.0, "E9", "9"),
        ("t-1", "age_90_plus", 12.0, "D7、E7", None),
    ]
