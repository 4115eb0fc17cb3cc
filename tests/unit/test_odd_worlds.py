"""Sentences about worlds nobody planned: a seed draws cities of one or of ten units, ties, gaps, tasks, shares and counts,
and whatever a sentence names, counts or bounds is held against the rows it was made from.

A seed that fails is printed; `--full` draws some thousands.
"""

import random
import re
from datetime import date

import pytest

from tests.unit.test_guarded_everywhere import COUNT, INDICATOR
from warehouse.wording import (
    allowance_months,
    bulletin,
    bulletin_order,
    deck,
    overview_months,
    platform_months,
    townships,
    year_end,
)
from warehouse.wording.grammar.alike import ZONE, by_value
from warehouse.wording.grammar.numbers import points
from warehouse.wording.months import difference_text

WORLDS, WORLDS_IN_FULL = 120, 4000
COUNTIES, ZONES = [f"{sign}县" for sign in "甲乙丙丁戊己庚"], [f"{sign}园" for sign in "东西北"]
NAME = re.compile("[甲乙丙丁戊己庚]县|[东西北]园")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
MONTH = date(2026, 10, 1)
TRAINED = COUNT | {"indicator_code": "t", "label_zh": "培训人次", "unit_zh": "人次", "timing_code": "year_to_date"}
SHARE = INDICATOR | {"indicator_code": "r"}
BOTH = {"t": TRAINED, "r": SHARE}


class World:
    """One city: units with a task each or none, a share, and what nobody reported."""

    def __init__(self, seed: int) -> None:
        self.luck = random.Random(seed)
        names = self.luck.sample(COUNTIES, self.luck.randint(0, 7)) + self.luck.sample(ZONES, self.luck.randint(0, 3))
        self.names = names or [COUNTIES[0]]
        self.pace = self.luck.randint(1, 12) / 12
        self.city_share = self.luck.choice((0.5, 0.55, None))
        self.tasks = [self._task(name) for name in self.names]
        self.shares = [self._share(name) for name in self.names]

    def _cell(self, name: str, code: str, value: float | None, **others) -> dict:
        return {
            "area_id": name, "area_zh": name, "short_name_zh": name, "level_code": "unit", "indicator_code": code,
            "kind_code": "administrative" if name in COUNTIES else ZONE, "breakdown_code": "total", "month": MONTH,
            "value": value, "status_code": "missing" if value is None else "reported", "against_code": None, "gap": None,
            "standing_code": None, "is_small_task": False, "smallest_base": 30.0, "completion": None, "target_value": None,
            "change_mom": None, "verdict_code": None, "city_value": None, "task_row_key": f"{name}|{code}", "row_key": name,
            "expected_count": None, "reported_count": None,
        } | others  # fmt: skip

    def _task(self, name: str) -> dict:
        target = self.luck.choice((None, 12.0, 40.0, 100.0, 100.0, 230.0))
        done = self.luck.choice((None, 0.0, 5.0, 20.0, 20.0, 45.0, 90.0, 91.0, 300.0))
        if target is None or done is None:
            return self._cell(name, "t", done, target_value=target)
        gap, counts = done / target - self.pace, 1 / target
        standing = "level" if abs(gap) < counts else "behind" if gap < 0 else "ahead"
        return self._cell(
            name, "t", done, target_value=target, completion=done / target, pace=self.pace, gap=gap, against_code="pace",
            standing_code=standing, smallest_gap_pp=counts, is_small_task=target < 30,
        )  # fmt: skip

    def _share(self, name: str) -> dict:
        value = self.luck.choice((None, 0.0, 0.4, 0.495, 0.5, 0.5, 0.506, 0.6, 1.0, 1.3))
        whole = 0.52 if self.city_share is None else self.city_share
        if value is None:
            return self._cell(name, "r", None)
        gap = value - whole
        standing = "level" if abs(gap) < 0.01 else "behind" if gap < 0 else "ahead"
        against = "partial" if self.city_share is None else "city"
        return self._cell(name, "r", value, against_code=against, gap=gap, standing_code=standing, city_value=whole)

    @property
    def cells(self) -> list[dict]:
        return [cell for cells in self.units for cell in cells]

    @property
    def units(self) -> list[list[dict]]:
        return [list(pair) for pair in zip(self.tasks, self.shares, strict=True)]


@pytest.fixture(scope="module")
def worlds(full) -> list[World]:
    return [World(seed) for seed in range(WORLDS_IN_FULL if full else WORLDS)]


def behind(cells, *, small=False):
    return [cell for cell in cells if cell["standing_code"] == "behind" and cell["is_small_task"] is small]


def of_group(cells):
    """Counties, or zones where there are no counties."""
    return [cell for cell in cells if cell["area_zh"] in COUNTIES] or list(cells)


def hold_pairs(clause: str, printed: dict[str, str]) -> None:
    """Names before a verb and as many numbers after it belong to each other, in order; of more names, both ends are told."""
    before, _, after = re.split("(滞后|快于序时进度|低于|高于)", clause, maxsplit=1)
    names, numbers = NAME.findall(before), NUMBER.findall(after.partition("（")[0])
    own = [NUMBER.search(printed[name])[0] for name in names]
    if "之间" in after:
        low, high = map(float, numbers)
        assert all(low <= float(number) <= high for number in own), (clause, own)
    elif numbers:
        assert numbers == own, (clause, own)


def hold_count(said: str, pattern: str, judged: list, every: list) -> None:
    """ "9个单位都不…" is said of all, "有数可判的7个…" where others could not be judged, "甲县…" and "只有甲县有数可判，…" of one."""
    if found := re.search(rf"(有数可判的)?(\d+)个(?:有任务的)?单位{pattern}", said):
        assert int(found[2]) == len(judged) > 1, said
        assert bool(found[1]) == (len(judged) < len(every)), said
    elif found := re.search(rf"(只有)?({NAME.pattern})(?:有数可判，)?{pattern.removeprefix('都')}", said):
        assert [found[2]] == [cell["area_zh"] for cell in judged], said
        assert bool(found[1]) == (len(every) > 1), said


def test_who_is_behind_a_task_stands_with_its_own_gap_and_nobody_further_behind_is_left_out(worlds):
    for world in worlds:
        printed = {cell["area_zh"]: points(cell["gap"]) for cell in world.tasks if cell["gap"] is not None}
        late, small = behind(world.tasks), behind(world.tasks, small=True)
        if (text := bulletin.behind_task(world.tasks, BOTH, {})) is not None:
            first, *_ = text.text.split("。")
            if late:
                hold_pairs(first, printed)
                assert sorted(NAME.findall(first)) == sorted(cell["area_zh"] for cell in late)
        else:
            assert not late and not small
        for clause in re.split("[；。]", bulletin_order.task_order(world.tasks, BOTH).text):
            if re.search("滞后|快于", clause) and "之间" not in clause:
                hold_pairs(clause, printed)
        head = overview_months._lag("某市", world.cells, BOTH).text
        judged = [cell for cell in world.tasks if cell["against_code"] == "pace"]
        if judged:
            every = [cell for cell in world.tasks if cell["status_code"] != "not_applicable"]
            hold_count(head, "都不落后", judged, every)
            assert ("不落后" in head) == (not late and not small), head
        if judged and late:
            hold_pairs(head.partition("，")[2].replace("滞后最多，为", "滞后"), printed)
            named = [cell for cell in late if cell["area_zh"] in head]
            # Whoever is named is as far behind as any of its group that is not, but for what counts.
            if "等" not in head:
                left = [cell for cell in of_group(late) if cell not in named]
                nearest = max(cell["gap"] for cell in named)
                assert all(cell["gap"] > nearest for cell in left), head


def test_nobody_is_behind_is_said_only_of_those_who_could_be_judged(worlds):
    for world in worlds:
        units = world.units
        judged = [cells[0] for cells in units if any(cell["standing_code"] for cell in cells)]
        every = [cells[0] for cells in units]
        late = [cells for cells in units if any(cell["standing_code"] == "behind" for cell in cells)]
        claim = overview_months.matrix_claim(units)
        if not late and judged:
            hold_count(claim, "没有一项落后", judged, every)
            hold_count(bulletin.nothing_behind(world.cells).text, "都不落后", judged, every)
        else:
            assert ("落后项最多的是" in claim) == bool(late), claim
        silent = [cells[0]["area_zh"] for cells in units if all(cell["value"] is None for cell in cells)]
        assert ("没有数，不判断" in claim) == bool(silent), claim
        for name, of, count in re.findall(rf"({NAME.pattern})(\d+)项中(\d+)项", claim):
            (own,) = (cells for cells in units if cells[0]["area_zh"] == name)
            standings = [cell["standing_code"] for cell in own]
            assert (int(of), int(count)) == (sum(map(bool, standings)), standings.count("behind")), claim


def test_the_furthest_from_the_city_is_the_furthest_and_whoever_shares_it_is_named(worlds):
    for world in worlds:
        printed = {
            cell["area_zh"]: difference_text(cell["gap"], SHARE) for cell in world.shares if cell["gap"] is not None
        }
        late = behind(world.shares)
        if (text := bulletin.behind_city("r", world.shares, BOTH)) is not None:
            hold_pairs(text.text.removeprefix("占比"), printed)
        said = deck.rate_claim(None, world.shares, SHARE).text
        judged = [cell for cell in world.shares if cell["standing_code"]]
        if judged and not late:
            hold_count(said, "都不差于", judged, world.shares)
        if found := re.search(r"；(\d+)个单位低于", said):
            assert int(found[1]) == len(late), said
            group = of_group(late)
            widest = by_value(group, lambda cell: abs(cell["gap"]), 0.01)[0]
            named = NAME.findall(said)
            assert set(named) <= {cell["area_zh"] for cell in widest}, said
            assert len(named) == len(widest) or f"等{len(widest)}个" in said, said
            assert max(widest, key=lambda cell: abs(cell["gap"])) in group


def test_first_and_last_of_a_place_are_its_extremes(worlds):
    for world in worlds:
        rows = [
            cell | {"rating_rate": cell["value"], "satisfaction_rate": world.luck.choice((None, cell["value"]))}
            for cell in world.shares
        ]
        said = platform_months.satisfaction_claim(rows, 0.01)
        known = [row for row in rows if row["rating_rate"] is not None]
        if found := re.search(r"评价率最低的是(.*?)，", said):
            low = min(row["rating_rate"] for row in of_group(known))
            own = [row["rating_rate"] for row in known if row["area_zh"] in found[1]]
            assert min(own) == low, said
        assert ("单有人评" in said) == bool(known), said
        blanks = [(cell["area_zh"], cell["value"]) for cell in world.shares if cell["value"] is not None]
        claim = townships.blanks_claim("行政村", blanks, 0.01)
        if "空得最多" in claim:
            most = max(value for _, value in blanks)
            named = NAME.findall(claim.partition("空得最多")[0])
            assert any(value == most for name, value in blanks if name in named), claim


def test_sums_of_deaths_are_of_the_units_counted(worlds):
    for world in worlds:
        stops = [
            {
                "area_zh": name, "death_stops": world.luck.choice((None, 0, 3, 20)), "death_status": "reported",
                "expected_deaths": world.luck.choice((None, 0.4, 2.96, 21.0)), "basis_code": "season",
            }
            for name in world.names
        ]  # fmt: skip
        said = allowance_months.stops_claim(stops)
        both = [row for row in stops if None not in (row["death_stops"], row["expected_deaths"])]
        if found := re.search(r"(有数的)?(\d+)个单位一个季度去世停发(\d+)人，.*预期约(\d+)人", said):
            assert (int(found[2]), int(found[3])) == (len(both), sum(row["death_stops"] for row in both)), said
            assert bool(found[1]) == (len(both) < len(stops)), said
            assert abs(int(found[4]) - sum(row["expected_deaths"] for row in both)) <= 0.5, said
        silent = {row["area_zh"] for row in both if not row["death_stops"] and row["expected_deaths"] >= 3}
        assert ("应约有" in said) == bool(silent), said
        # Who reports no death is never among those of whom none is said to be silent.
        assert "没有整季一例不报的" not in said or all(row["death_stops"] for row in both), said


def test_a_bound_is_never_told_nearer_than_it_is(worlds):
    scales = {"": 1, "万": 10_000, "亿": 100_000_000}
    for world in worlds:
        low = world.luck.uniform(0, 1) * 10 ** world.luck.randint(0, 9)
        high = low * world.luck.uniform(1, 1.5)
        said = year_end.interval_zh({"projected_low": low, "projected_high": high, "year_count": 3}, "人次")
        ends = re.fullmatch(r"在([\d,.]+)(万|亿)?—([\d,.]+)(万|亿)?人次之间", said)
        told = [float(ends[at].replace(",", "")) * scales[ends[at + 1] or ""] for at in (1, 3)]
        assert told[0] <= low * (1 + 1e-12) and told[1] >= high * (1 - 1e-12), (said, low, high)
