"""How often the rules of mart.series_signal were wrong when they were measured; `tests/simulate.py` writes the table."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("measured.toml")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Shares of simulated series.

    most_false: the largest share, over all kinds of series made by chance alone, whose latest month was a signal.
    most_false_growing: the same of stocks that grow by a share of themselves, by 0.5 to 2 % a month.
    least_found: the smallest share, up to a lag-1 autocorrelation of 0.3, of shifts by two deviations found in four months.
    """

    series_per_cell: int
    most_false: float
    most_false_growing: float
    least_found: float


@cache
def measured() -> Measured:
    """The table as committed."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    found = [share for name, share in table["found_shift"].items() if float(name[-3:]) <= 0.3]
    return Measured(
        series_per_cell=table["series_per_cell"],
        most_false=max(table["false_signal"].values()),
        most_false_growing=max(table["false_while_growing"].values()),
        least_found=min(found),
    )
