"""mart.series_signal: which months of the county and city series are signals, reached once, when a release is built.

It is made from what is left after masking, so that no limit can give away what is not in the release. The thresholds
and ways come from `signals.toml`; `tests/simulate.py` measures the same functions on series made by chance alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from warehouse.catalog import Catalog, Indicator
from warehouse.month import add_months, months_apart
from warehouse.series import ways
from warehouse.series.limits import BEYOND, NEAR, NONE, RUN, Reading, Rule, read_limits

SIGNAL_CODES = {BEYOND: "beyond", NEAR: "near", RUN: "run"}

# What the months are read from, after masking; a city's change is taken over the units of both months, so that with one
# missing it is not the city's.
MONTHS = """
select m.area_id, a.city_area_id, m.indicator_code, m.month, m.value, m.change_mom, m.monthly_value, m.reported_total,
    m.denominator
from mart.indicator_month as m
inner join core.dim_area as a on a.area_id = m.area_id
where m.breakdown_code = 'total' and a.level_code in ('city', 'unit')
"""


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """The months of every series as matrices, one row a series and one column a month of the calendar."""

    series: Sequence[tuple[str, str]]
    indicators: Sequence[Indicator]
    months: Sequence[date]
    present: np.ndarray
    columns: Mapping[str, np.ndarray]
    breaks: np.ndarray

    def of_indicators(self, rows: np.ndarray, name: str) -> np.ndarray:
        """A declared property of the indicator of each of `rows`."""
        return np.array([getattr(self.indicators[row], name) for row in rows], dtype=object)

    def ends(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The possible range of each of `rows`."""
        low, high = self.of_indicators(rows, "valid_min"), self.of_indicators(rows, "valid_max")
        return (
            np.array([-np.inf if end is None else end for end in low]),
            np.array([np.inf if end is None else end for end in high]),
        )


def series_signals(months: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    """The rows of mart.series_signal, one for each row of `months`.

    Args:
        months: the answer to `MONTHS`.
    """
    schema = catalog.relations["mart.series_signal"].polars_schema
    if months.is_empty():
        return pl.DataFrame(schema=schema)
    parameters = {one.parameter_code: one.value for one in catalog.judgements.parameters if one.value is not None}
    rule, looks = ways.rule_of(parameters), ways.looks_of(parameters)
    grid = _grid(months, catalog)
    every = np.arange(len(grid.series))
    declared = np.array([declared_way(indicator, catalog) for indicator in grid.indicators], dtype=object)
    chosen = ways.choose(grid.columns["value"], declared, rule=rule, looks=looks, highest=grid.ends(every)[1])
    frames = []
    for way in (ways.LEVEL, ways.CHANGE, ways.SEASON, ways.STEPS, ways.BOUND, ways.NOTHING):
        rows = np.flatnonzero(chosen == way)
        if rows.size:
            part = _judged(grid, rows, way, rule, looks)
            reading = _reading(part, way, rule, grid.ends(rows))
            frames.append(_rows(grid, rows, way, part, reading, rule, int(parameters["signal_new_months"])))
    return pl.concat([frame.select(list(schema)).cast(schema) for frame in frames])


def declared_way(indicator: Indicator, catalog: Catalog) -> str:
    """The way declared for an indicator: its own, else that of its kind and timing, else none."""
    declared = catalog.judgements.signal_ways
    for one in declared:
        if one.indicator_code == indicator.indicator_code:
            return one.signal_way_code
    for one in declared:
        if (one.kind_code, one.timing_code) == (indicator.kind_code, indicator.timing_code):
            return one.signal_way_code
    return ways.NOTHING


def _grid(found: pl.DataFrame, catalog: Catalog) -> _Grid:
    keys = found.select("indicator_code", "area_id", "city_area_id").unique().sort("indicator_code", "area_id")
    keys = keys.with_columns(pl.int_range(pl.len()).alias("row"))
    first, last = found["month"].min(), found["month"].max()
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    months = [add_months(first, step) for step in range(count)]
    number = pl.col("month").dt.year().cast(pl.Int32) * 12 + pl.col("month").dt.month().cast(pl.Int32) - 1
    placed = found.join(keys.drop("city_area_id"), on=["indicator_code", "area_id"]).with_columns(
        (number - 12 - months_apart(date(1, 1, 1), first)).alias("column")
    )
    row, column = placed["row"].to_numpy(), placed["column"].to_numpy()
    shape = (keys.height, count)
    present = np.zeros(shape, bool)
    present[row, column] = True
    columns = {}
    for name in ("value", "change_mom", "monthly_value", "reported_total", "denominator"):
        columns[name] = np.full(shape, np.nan)
        columns[name][row, column] = placed[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return _Grid(
        series=list(keys.select("indicator_code", "area_id").iter_rows()),
        indicators=[catalog.indicators[code] for code in keys["indicator_code"]],
        months=months,
        present=present,
        columns=columns,
        breaks=_breaks(keys, months, catalog),
    )


def _breaks(keys: pl.DataFrame, months: Sequence[date], catalog: Catalog) -> np.ndarray:
    """Where a series starts anew: at breaks of the indicator, and of what it is divided from or by."""
    breaks = np.zeros((keys.height, len(months)), bool)
    for one in catalog.judgements.series_breaks:
        if not months[0] < one.month <= months[-1]:
            continue
        column = (one.month.year - months[0].year) * 12 + one.month.month - months[0].month
        for code, area, city, row in keys.iter_rows():
            indicator = catalog.indicators[code]
            if one.area_id in (area, city) and one.indicator_code in (code, indicator.numerator, indicator.denominator):
                breaks[row, column] = True
    return breaks


@dataclass(frozen=True, kw_only=True)
class _Part:
    """The series judged in one way: what is judged, what limits are turned back with, hints for gaps, breaks.

    least: what one more of what is counted changes in what is judged; 0 or NaN where nothing is counted. counts: the
    smallest difference from the baseline that counts. is_growth: whether a row is judged by its growth over `before`.
    """

    shown: np.ndarray
    judged: np.ndarray
    hints: np.ndarray | None
    breaks: np.ndarray
    least: np.ndarray
    counts: np.ndarray
    before: np.ndarray | None = None
    is_growth: np.ndarray | None = None


def _judged(grid: _Grid, rows: np.ndarray, way: str, rule: Rule, looks: ways.Looks) -> _Part:
    values, breaks, least = grid.columns["value"][rows], grid.breaks[rows], _one_more(grid, rows)
    counts = np.maximum(grid.of_indicators(rows, "counting_difference").astype(float)[:, None], np.nan_to_num(least))
    if way == ways.CHANGE:
        # What some of the units added is no part of a baseline of all, nor held against it; nor are changes across a break.
        is_whole = np.isfinite(values)
        is_whole[:, 1:] &= is_whole[:, :-1]
        moved = np.where(is_whole & ~breaks, grid.columns["change_mom"][rows], np.nan)
        judged, is_growth, before = ways.shares_of(values, moved, rule=rule, looks=looks, highest=grid.ends(rows)[1])
        return _Part(
            shown=moved,
            judged=judged,
            hints=None,
            breaks=breaks,
            least=ways.grown_by(least, before, is_growth),
            counts=ways.grown_by(counts, before, is_growth),
            before=before,
            is_growth=is_growth,
        )
    if way == ways.SEASON:
        flow = _own_months(grid, rows)
        compared, is_growth = ways.season_of(flow, looks)
        # A month and its year before must lie on one side of a break.
        segment = breaks.cumsum(axis=1)
        crosses = np.zeros_like(breaks)
        crosses[:, ways.YEAR :] = segment[:, ways.YEAR :] != segment[:, : -ways.YEAR]
        before = np.full_like(flow, np.nan)
        before[:, ways.YEAR :] = flow[:, : -ways.YEAR]
        compared = np.where(crosses, np.nan, compared)
        # Money has no single pieces.
        one = np.where(least > 0, ways.more(flow, is_growth), 0)
        return _Part(
            shown=flow,
            judged=compared,
            hints=None,
            breaks=breaks,
            least=one,
            counts=ways.more(flow, is_growth, counts),
            before=before,
            is_growth=is_growth,
        )
    # The rate of those who reported can stand for that of all; their sum cannot.
    is_ratio = grid.of_indicators(rows, "kind_code") == "ratio"
    hints = np.where(is_ratio[:, None], grid.columns["reported_total"][rows], np.nan)
    return _Part(shown=values, judged=values, hints=hints, breaks=breaks, least=least, counts=counts)


def _one_more(grid: _Grid, rows: np.ndarray) -> np.ndarray:
    """What one more of what is counted changes in each month: 1 of a count, its share of a ratio, nothing of money."""
    kind, scale = grid.of_indicators(rows, "kind_code"), grid.of_indicators(rows, "scale")
    scales = np.array([float(one or 1) for one in scale])[:, None]
    with np.errstate(all="ignore"):
        share = np.nan_to_num(scales / grid.columns["denominator"][rows], posinf=0)
    return np.where((kind == "count")[:, None], 1.0, np.where((kind == "ratio")[:, None], share, 0.0))


def _own_months(grid: _Grid, rows: np.ndarray) -> np.ndarray:
    """What each month added. Around 春节 a January or February alone says nothing: both stand as February."""
    timing, kind = grid.of_indicators(rows, "timing_code"), grid.of_indicators(rows, "kind_code")
    value, monthly = grid.columns["value"][rows], grid.columns["monthly_value"][rows]
    flow = np.where((timing == "during_month")[:, None], value, monthly)
    number = np.array([month.month for month in grid.months])
    february = np.flatnonzero(number == 2)
    january = np.maximum(february - 1, 0)
    both = flow[:, january] + flow[:, february]
    # A total since January is already both; their parts may be lost to a restatement.
    both = np.where((timing == "year_to_date")[:, None], value[:, february], both)
    flow[:, february] = np.where(february > 0, both, np.nan)
    flow[:, number == 1] = np.nan
    return np.where((kind == "ratio")[:, None], value, flow)


def _reading(part: _Part, way: str, rule: Rule, ends: tuple[np.ndarray, np.ndarray]) -> Reading:
    if way == ways.SEASON:
        return ways.read_season(part.judged, rule, breaks=part.breaks, least=part.least, counts=part.counts)
    # Only values themselves have a range; changes may be as large as they are.
    return read_limits(
        part.judged,
        rule,
        hints=part.hints,
        breaks=part.breaks,
        ends=ends if way == ways.LEVEL else (-np.inf, np.inf),
        least=part.least,
        counts=part.counts,
        adds_up=way == ways.CHANGE,
    )


def _limits(part: _Part, way: str, reading: Reading) -> dict[str, np.ndarray]:
    """Centre and limits in the unit of what is shown; turned back from growth where that is compared."""
    lines = {"centre": reading.centre, "lower": reading.lower, "upper": reading.upper}
    if way not in (ways.LEVEL, ways.CHANGE, ways.SEASON):
        return {name: np.full_like(line, np.nan) for name, line in lines.items()}
    if way == ways.SEASON:
        with np.errstate(all="ignore"):
            grown = {name: part.before * np.exp(line) for name, line in lines.items()}
        added = {name: np.maximum(part.before + line, 0) for name, line in lines.items()}
        return {name: np.where(part.is_growth[:, None], grown[name], added[name]) for name in lines}
    if way == ways.CHANGE:
        with np.errstate(all="ignore"):
            return {
                name: np.where(part.is_growth[:, None], part.before * np.expm1(line), line)
                for name, line in lines.items()
            }
    return lines


def _rows(
    grid: _Grid, rows: np.ndarray, way: str, part: _Part, reading: Reading, rule: Rule, new_months: int
) -> pl.DataFrame:
    is_judged = way in (ways.LEVEL, ways.CHANGE, ways.SEASON)
    state = reading.state if is_judged else np.zeros_like(reading.state)
    present = grid.present[rows]
    row, column = np.nonzero(present)
    months = np.array(grid.months, dtype="datetime64[D]")
    first, last = _baseline_months(reading)

    def of(values: np.ndarray) -> np.ndarray:
        return values[row, column]

    limits = {name: of(line) for name, line in _limits(part, way, reading).items()}
    frame = {
        "area_id": pl.Series([area for _, area in grid.series]).gather(rows[row]),
        "indicator_code": pl.Series([code for code, _ in grid.series]).gather(rows[row]),
        "month": months[column],
        "signal_way_code": [way] * len(row),
        "judged_value": of(part.shown),
        **limits,
        "is_baseline": of(reading.base) & is_judged,
        "baseline_first_month": months[of(first)],
        "baseline_last_month": months[of(last)],
        "is_rebased": of(reading.sustained) & is_judged,
        "point_count": of(reading.points),
        "resemblance": of(reading.alike),
        "signal_code": pl.Series(of(state)).replace_strict(SIGNAL_CODES, default=None, return_dtype=pl.String),
        "side": of(reading.side),
        "run_length": of(reading.run),
        "is_bridged": of(reading.bridged),
        "series_verdict_code": of(_verdicts(way, part, reading, state, rule)).tolist(),
        "is_new": of(_is_new(state, reading.side, new_months)),
    }
    return pl.DataFrame(frame, schema_overrides={"signal_code": pl.String}).with_columns(
        pl.col("judged_value", "centre", "lower", "upper", "resemblance").fill_nan(None),
        pl.col("baseline_first_month", "baseline_last_month").cast(pl.Date),
    )


def _baseline_months(reading: Reading) -> tuple[np.ndarray, np.ndarray]:
    """First and last month of the baseline each month is held against."""
    first, last = np.array(reading.start), np.array(reading.start)
    for row, starts in enumerate(reading.start):
        for start in np.unique(starts):
            inside = starts == start
            places = np.flatnonzero(reading.base[row] & inside)
            if places.size:
                first[row, inside], last[row, inside] = places[0], places[-1]
    return first, last


def _verdicts(way: str, part: _Part, reading: Reading, state: np.ndarray, rule: Rule) -> np.ndarray:
    """What can be said of each month, as a code of series_verdict_code."""
    shape = state.shape
    fixed = {ways.STEPS: "steps", ways.BOUND: "bound", ways.NOTHING: "unjudged"}.get(way)
    if fixed:
        return np.full(shape, fixed, dtype=object)
    cases = [
        (reading.points < rule.fewest, "too_few"),
        (reading.points <= rule.firm, "trial"),
        (np.isnan(part.judged), "missing"),
        (reading.alike > rule.too_alike, "alike"),
        ((state > NONE) & (reading.side > 0), "signal_up"),
        ((state > NONE) & (reading.side < 0), "signal_down"),
        (reading.slight, "slight"),
        (reading.base, "baseline"),
    ]
    return np.select([case for case, _ in cases], [code for _, code in cases], "steady").astype(object)


def _is_new(state: np.ndarray, side: np.ndarray, months: int) -> np.ndarray:
    """Whether a month is a signal whose first month lies no more than `months` back."""
    length = np.zeros(state.shape, int)
    run = np.zeros(len(state), int)
    for month in range(state.shape[1]):
        same = (run > 0) & (side[:, month] == side[:, month - 1])
        run = np.where(state[:, month] > NONE, np.where(same, run, 0) + 1, 0)
        length[:, month] = run
    return (length > 0) & (length <= months)
