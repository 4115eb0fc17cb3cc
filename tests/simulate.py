"""How often the rules of mart.series_signal are wrong: false signals in months made by chance alone, and missed shifts.

    python3 -m uv run python -m tests.simulate [--full] [--write]

`--full` makes 10,000 series a cell (a sample of them otherwise); `--write` stores what was found in
`warehouse/series/measured.toml`, which pages print and a test holds against a sample. The seed is fixed. The rules are
the functions that the build calls, and no others: `ways.choose`, `limits.read_limits`, `ways.read_season`.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from warehouse.catalog import load_catalog
from warehouse.series import limits, ways

SEED = 20261128
FULL, SAMPLE = 10_000, 250
LENGTHS = (24, 36, 60)
RESEMBLANCES = (0.0, 0.3, 0.5)
SHIFT, WITHIN = 2.0, 4
GAP_SHARE = 0.05
MEASURED = Path(limits.__file__).with_name("measured.toml")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One kind of series, judged in the way declared for such a series."""

    null: str
    way: str
    length: int
    resemblance: float

    @property
    def name(self) -> str:
        """The name of its entry in measured.toml."""
        return f"{self.null}.{self.way}.{self.length}.{self.resemblance:.1f}"


def noise(chance: np.random.Generator, count: int, length: int, resemblance: float) -> np.ndarray:
    """Normal months of mean 0 and deviation 1 whose neighbours resemble each other, already long under way."""
    fresh = chance.standard_normal((count, length + 50))
    made = fresh.copy()
    for month in range(1, length + 50):
        made[:, month] = resemblance * made[:, month - 1] + np.sqrt(1 - resemblance**2) * fresh[:, month]
    return made[:, 50:]


def _wave(length: int) -> np.ndarray:
    return np.sin(np.arange(length) / 12 * 2 * np.pi)


def _with_gaps(values: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    gone = chance.random(values.shape) < GAP_SHARE
    # The latest month is the one that is judged: it is there.
    gone[:, -1] = False
    return np.where(gone, np.nan, values)


# Each kind of series made by chance alone: from noise, to values, and the end of its range.
Maker = Callable[[np.ndarray, np.random.Generator], np.ndarray]
NULLS: dict[tuple[str, str], tuple[Maker, float]] = {
    ("steady", "level"): (lambda a, _: 100 + 10 * a, np.inf),
    ("gaps", "level"): (lambda a, chance: _with_gaps(100 + 10 * a, chance), np.inf),
    ("seasonal", "level"): (lambda a, _: 100 + 10 * a + 10 * _wave(a.shape[1]), np.inf),
    ("trending", "level"): (lambda a, _: 100 + 10 * a + np.linspace(0, 60, a.shape[1]), np.inf),
    ("bounded", "level"): (lambda a, _: np.minimum(0.95 + 0.03 * a, 1), 1.0),
    ("leaning", "level"): (lambda a, _: 1 / (1 + np.exp(-2.2 - 0.4 * a)), 1.0),
    ("trending", "change"): (lambda a, _: 1000 + np.cumsum(20 + 10 * a, axis=1), np.inf),
    ("noisy_trend", "change"): (lambda a, _: 1000 + 20 * np.arange(a.shape[1]) + 30 * a, np.inf),
    ("gaps", "change"): (lambda a, chance: _with_gaps(1000 + np.cumsum(20 + 10 * a, axis=1), chance), np.inf),
    ("seasonal", "season"): (
        lambda a, chance: chance.poisson(np.exp(6 + 0.01 * np.arange(a.shape[1]) + 0.5 * _wave(a.shape[1]) + 0.08 * a)) * 1.0,
        np.inf,
    ),
    ("small_counts", "season"): (lambda a, chance: chance.poisson(np.exp(1.5 + 0.4 * _wave(a.shape[1]) + 0.2 * a)) * 1.0, np.inf),
    ("gaps", "season"): (lambda a, chance: _with_gaps(np.exp(6 + 0.5 * _wave(a.shape[1]) + 0.08 * a), chance), np.inf),
    ("small_counts", "change"): (lambda a, chance: 1000.0 + np.cumsum(chance.poisson(np.exp(0.2 + 0.2 * a)), axis=1), np.inf),
}  # fmt: skip
# Stocks that grow by a share of themselves, in per cent a month. No bar speaks of them: what they cost is told apart.
GROWTHS = (0.5, 1.0, 2.0)
# Whole things: a month that differs by no more than one of them lies on the baseline.
COUNTED = "small_counts"


class Rules:
    """The declared thresholds, and the reading of series as the build reads them."""

    def __init__(self) -> None:
        parameters = {
            one.parameter_code: one.value for one in load_catalog().judgements.parameters if one.value is not None
        }
        self.rule, self.looks = ways.rule_of(parameters), ways.looks_of(parameters)

    def signals(self, values: np.ndarray, way: str, highest: float = np.inf, *, is_counted: bool = False) -> np.ndarray:
        """Where months are signals, in the way declared unless the series' looks change it."""
        chosen = ways.choose(values, way, rule=self.rule, looks=self.looks, highest=np.full(len(values), highest))
        found = np.zeros(values.shape, bool)
        for one in (ways.LEVEL, ways.CHANGE, ways.SEASON):
            rows = np.flatnonzero(chosen == one)
            if rows.size:
                found[rows] = self._reading(values[rows], one, highest, is_counted).state > limits.NONE
        return found

    def _reading(self, values: np.ndarray, way: str, highest: float, is_counted: bool) -> limits.Reading:
        if way == ways.SEASON:
            compared, is_growth = ways.season_of(values, self.looks)
            return ways.read_season(compared, self.rule, least=ways.more(values, is_growth) if is_counted else None)
        if way == ways.CHANGE:
            moved = ways.change_of(values)
            judged, is_growth, before = ways.shares_of(
                values, moved, rule=self.rule, looks=self.looks, highest=np.full(len(values), highest)
            )
            one = ways.grown_by(np.ones_like(values), before, is_growth) if is_counted else None
            return limits.read_limits(judged, self.rule, least=one)
        return limits.read_limits(values, self.rule, ends=(0.0, highest))


def false_signals(count: int) -> Iterator[tuple[Cell, float]]:
    """The share of series made by chance alone whose latest month is a signal, cell by cell."""
    rules = Rules()
    for place, ((null, way), (make, highest)) in enumerate(NULLS.items()):
        for length in LENGTHS:
            for resemblance in RESEMBLANCES:
                chance = np.random.default_rng((SEED, place, length, int(resemblance * 10)))
                values = make(noise(chance, count, length, resemblance), chance)
                found = rules.signals(values, way, highest, is_counted=null == COUNTED)[:, -1].mean()
                yield Cell(null=null, way=way, length=length, resemblance=resemblance), float(found)


def false_while_growing(count: int) -> Iterator[tuple[Cell, float]]:
    """The share of stocks growing by a share of themselves, give or take 1 % a month, whose latest month is a signal."""
    rules = Rules()
    for share in GROWTHS:
        for length in LENGTHS:
            chance = np.random.default_rng((SEED, 98, length, int(share * 10)))
            values = 1000 * np.exp(np.cumsum((share + noise(chance, count, length, 0.0)) / 100, axis=1))
            found = rules.signals(values, ways.CHANGE)[:, -1].mean()
            yield Cell(null=f"growing_{share}", way=ways.CHANGE, length=length, resemblance=0.0), float(found)


def found_shifts(count: int) -> Iterator[tuple[Cell, float]]:
    """The share of series that shift by two deviations and have a signal in one of the four months since."""
    rules = Rules()
    for way in (ways.LEVEL, ways.CHANGE):
        for length in LENGTHS:
            for resemblance in RESEMBLANCES:
                chance = np.random.default_rng((SEED, 99, length, int(resemblance * 10)))
                moved = 100 + 10 * noise(chance, count, length, resemblance)
                moved[:, -WITHIN:] += SHIFT * 10
                values = moved if way == ways.LEVEL else np.cumsum(moved, axis=1)
                found = rules.signals(values, way)[:, -WITHIN:].any(axis=1).mean()
                yield Cell(null="shift", way=way, length=length, resemblance=resemblance), float(found)


def main(arguments: list[str]) -> int:
    """Print every cell; store the table where asked. 1 where a bar of TR9 is missed."""
    count = FULL if "--full" in arguments else SAMPLE
    wrong = dict(false_signals(count))
    found, growing = dict(found_shifts(count)), dict(false_while_growing(count))
    for cell, share in (*wrong.items(), *growing.items(), *found.items()):
        print(f"{cell.name:32} {share:.2%}")
    near = [share for cell, share in found.items() if cell.resemblance <= 0.3]
    print(f"误报最多 {max(wrong.values()):.2%}；找到最少 {min(near):.1%}（每格 {count} 条）")
    if "--write" in arguments:
        lines = [
            "# 由 python -m tests.simulate --full --write 写成：每格的份额。不要手改。",
            f"series_per_cell = {count}",
        ]
        lines += ["", "[false_signal]", *(f'"{cell.name}" = {share:.4f}' for cell, share in wrong.items())]
        lines += ["", "[false_while_growing]", *(f'"{cell.name}" = {share:.4f}' for cell, share in growing.items())]
        lines += ["", "[found_shift]", *(f'"{cell.name}" = {share:.4f}' for cell, share in found.items())]
        MEASURED.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(max(wrong.values()) > 0.03 or min(near) < 0.6) if count == FULL else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
