"""Numbers worked out when a page is drawn: ranks, contributions, shares of a whole, what twelve months ahead may need.

Each belongs to a row and is named by a column that row does not keep as its main value. The receipt tells the value in
the words of the page, its arithmetic, and the rows it was made of as a table. What is told here comes from the very
question the page asked.
"""

from collections.abc import Callable, Mapping
from typing import Any

from warehouse.read import Release
from warehouse.read.meta.names import ReleaseNames
from warehouse.read.place import ageing
from warehouse.read.receipt.derived import of_coverage, of_months, of_places
from warehouse.read.receipt.derived.columns import (
    AGAINST,
    AHEAD,
    ALONE,
    BLANK_SHARE,
    BLANKS_FROM,
    BUDGETED,
    CONTRIBUTION,
    COVERAGE,
    DIFFERENCE,
    EXPECTED_DEATHS,
    MEDIAN,
    MONTH,
    OF_LAST_YEAR,
    OF_LAST_YEAR_THEN,
    OF_TOTAL,
    OVER,
    OVER_CODES,
    PAIR,
    PEER_MEDIAN,
    PLACE,
    PROFILE,
    RANGE,
    RANK,
    READ_VALUE,
    READING,
    SHARE_OF_BLANKS,
)
from warehouse.series.outlook import YEAR
from warehouse.wording import benchmarks as benchmark_words
from warehouse.wording.receipt.receipt_sources import Told

Row = Mapping[str, Any]


def named_in_sql() -> tuple[tuple[str, str, str], ...]:
    """Every number worked out when asked as relation, the name of its column in SQL, and which rows have it."""
    total = "breakdown_code = 'total' and value is not null"
    before = ("month - interval 1 month", "month - interval 12 month", "date_trunc('year', month) - interval 1 month")
    benchmarks = [f"{AGAINST}{name}" for name in (*benchmark_words.COLUMNS, *(f"{one}{ALONE}" for one in benchmark_words.OF_UNITS))]  # fmt: skip
    of_month = [
        (f"'{RANK}'", "rank is not null"),
        *((f"'{name}'", total) for name in (*benchmarks, OF_LAST_YEAR, OF_LAST_YEAR_THEN)),
        *((f"'{CONTRIBUTION}' || cast(cast({other} as date) as varchar)", total) for other in before),
        *((f"'{OVER}{code}'", total) for code in OVER_CODES),
        *((f"'{AHEAD}{step}'", f"{total} and indicator_code = '{BUDGETED}'") for step in ("all", *range(1, YEAR + 1))),
        (f"'{OF_TOTAL}'", "breakdown_code <> 'total'"),
        (f"'{EXPECTED_DEATHS}'", "breakdown_code = 'reason_death'"),
    ]
    of_profile = [(f"'{head}{measure}'", "true") for head in (PLACE, MEDIAN, PEER_MEDIAN, RANGE) for measure in ageing.MEASURES]  # fmt: skip
    of_coverage = [(f"'{SHARE_OF_BLANKS}'", "true"), (f"'{BLANK_SHARE}'", "true")]
    of_coverage += [(f"'{BLANKS_FROM}{least}'", "true") for least in range(10, 101, 10)]
    groups = ((MONTH, of_month), (PROFILE, of_profile), (COVERAGE, of_coverage), (PAIR, [(f"'{DIFFERENCE}'", "true")]), (READING, [(f"'{READ_VALUE}'", "true")]))  # fmt: skip
    return tuple((relation, column, where) for relation, found in groups for column, where in found)


def told(release: Release, relation: str, row: Row, column: str | None, names: ReleaseNames) -> Told | None:
    """The number in words with its table; None where the column is none of these, so that the row tells itself."""
    if not column:
        return None
    head, colon, rest = column.partition(":")
    teller = _TELLERS.get((relation, head + colon))
    return teller(release, row, rest, names) if teller else None


_TELLERS: Mapping[tuple[str, str], Callable[[Release, Row, str, ReleaseNames], Told]] = {
    (MONTH, RANK): of_months.rank,
    (MONTH, AGAINST): of_months.against,
    (MONTH, CONTRIBUTION): of_months.contribution,
    (MONTH, OF_TOTAL): of_months.of_total,
    (MONTH, OF_LAST_YEAR): of_months.of_last_year,
    (MONTH, OF_LAST_YEAR_THEN): of_months.of_last_year_then,
    (MONTH, OVER): of_months.over,
    (MONTH, EXPECTED_DEATHS): of_months.expected_deaths,
    (MONTH, AHEAD): of_months.ahead,
    (PROFILE, PLACE): of_places.place,
    (PROFILE, MEDIAN): of_places.median,
    (PROFILE, PEER_MEDIAN): of_places.peer_median,
    (PROFILE, RANGE): of_places.apart_in_city,
    (PAIR, DIFFERENCE): of_places.difference,
    (COVERAGE, SHARE_OF_BLANKS): of_coverage.share_of_blanks,
    (COVERAGE, BLANK_SHARE): of_coverage.blank_share,
    (COVERAGE, BLANKS_FROM): of_coverage.blanks_from,
    (READING, READ_VALUE): of_coverage.read_value,
}
