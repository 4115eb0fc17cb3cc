"""An attacker who has a whole release and a pencil: every sum, part, change and amount that is printed becomes an
equation, and whatever the equations determine has been recovered.

Unknowns are the masked cells, and the two tiers of townships that are never printed apart. Two ways of attack:
linear algebra over a prime field (a cell is determined when no solution of the printed equations moves it), and bounds
(nobody is a negative person). Constants come from the release alone; no truth is needed to know what is determined.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import duckdb

PRIME = (1 << 61) - 1
PERSONS = (
    "allowance_recipient_count",
    "allowance_arrears_person_count",
    "allowance_recovered_person_count",
    "allowance_stopped_count",
)
MONEY = ("allowance_paid_yuan", "allowance_arrears_yuan", "allowance_recovered_yuan")
TIERS = ("age_80_89", "age_90_99", "age_100_plus")
Cell = tuple[str, str, str, str]
"""area, indicator, breakdown, month"""


@dataclass
class Equations:
    """Sums of coefficient × masked cell = constant."""

    rows: list[tuple[dict[Cell, int], float]] = field(default_factory=list)

    def add(self, terms: dict[Cell, int], constant: float) -> None:
        terms = {cell: factor for cell, factor in terms.items() if factor}
        if terms:
            self.rows.append((terms, constant))


def _dicts(plain: duckdb.DuckDBPyConnection, sql: str) -> list[dict]:
    cursor = plain.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Printed:
    """What a release says of every cell: a number, that it is masked, or nothing."""

    def __init__(self, path: str) -> None:
        with duckdb.connect(path, read_only=True) as plain:
            ask = plain.execute
            self.values: dict[Cell, float | None] = {}
            self.masked: set[Cell] = set()
            self.sums: dict[Cell, float] = {}
            for *cell, value, status, total in ask(
                "select area_id, indicator_code, breakdown_code, month::varchar, value, status_code, reported_total"
                " from mart.indicator_month where indicator_code = any($1)",
                [[*PERSONS, *MONEY]],
            ).fetchall():
                if status == "suppressed":
                    self.masked.add(tuple(cell))
                elif value is not None:
                    self.values[tuple(cell)] = value
                elif total is not None:
                    self.sums[tuple(cell)] = total
            self.levels = dict(ask("select area_id, level_code from core.dim_area").fetchall())
            self.parents = dict(ask("select area_id, parent_area_id from core.dim_area").fetchall())
            self.changes = ask(
                "select m.area_id, m.indicator_code, m.breakdown_code, m.month::varchar, i.timing_code, change_mom,"
                " change_yoy, change_since_year_start, change_pct_mom, change_pct_yoy, ytd, monthly_value"
                " from mart.indicator_month m join meta.indicator i using (indicator_code)"
                " where indicator_code = any($1)",
                [[*PERSONS, *MONEY]],
            ).fetchall()
            self.ratios = ask(
                "select m.area_id, m.month::varchar, i.numerator, i.denominator, m.value / i.scale, m.numerator,"
                " m.denominator from mart.indicator_month m join meta.indicator i using (indicator_code)"
                " where i.kind_code = 'ratio' and m.value is not null and i.numerator = any($1)",
                [[*PERSONS, *MONEY]],
            ).fetchall()
            self.allowances = _dicts(plain, "select * replace (month::varchar as month) from mart.allowance_month")
            self.leftovers = ask(
                "select area_id, indicator_code, breakdown_code, month::varchar,"
                " coalesce(value, value_low, value_high, try_cast(raw_value as double)) as told"
                " from core.fct_observation where told is not null and indicator_code = any($1)"
                " union all select area_id, indicator_code, breakdown_code, month::varchar, coalesce(old_value, new_value)"
                " from meta.restatement where indicator_code = any($1)",
                [[*PERSONS, *MONEY]],
            ).fetchall()
            self.standards = {
                (area, tier, month): yuan
                for area, tier, month, yuan in ask(
                    "select s.area_id, s.age_tier_code, m.month::varchar, s.yuan_per_month"
                    " from core.fct_allowance_standard s join core.dim_month m on m.month >= s.valid_from_on"
                    " and (s.valid_to_on is null or m.month <= s.valid_to_on)"
                ).fetchall()
            }

    def city(self, area: str) -> str:
        while self.levels[area] != "city":
            area = self.parents[area]
        return area


def equations(path: str) -> tuple[Equations, Printed]:
    """Everything that is printed about the masked cells of a release file."""
    printed, told = Printed(path), Equations()
    by_row: dict[tuple, list[Cell]] = defaultdict(list)
    by_column: dict[tuple, list[Cell]] = defaultdict(list)
    for cell in (*printed.values, *printed.masked):
        area, indicator, breakdown, month = cell
        by_row[area, indicator, month].append(cell)
        by_column[printed.parents[area], printed.levels[area], indicator, breakdown, month].append(cell)
    for (area, indicator, month), cells in by_row.items():
        _sum(told, printed, [each for each in cells if each[2] != "total"], (area, indicator, "total", month))
    for (parent, level, indicator, breakdown, month), cells in by_column.items():
        if level == "unit" or level == "township" and breakdown != "age_90_plus":
            _sum(told, printed, cells, (parent, indicator, breakdown, month))
        elif level == "township":
            _sum(told, printed, cells, *((parent, indicator, tier, month) for tier in TIERS[1:]))
    _merged_tiers(told, printed)
    _amounts(told, printed)
    _derived(told, printed)
    _allowances(told, printed)
    for *cell, value in printed.leftovers:
        if tuple(cell) in printed.masked:
            told.add({tuple(cell): 1}, value)
    return told, printed


def _month(month: str, back: int) -> str:
    year, number = int(month[:4]), int(month[5:7]) - 1 - back
    return f"{year + number // 12:04}-{number % 12 + 1:02}-01"


def _derived(told: Equations, printed: Printed) -> None:
    """Changes, running totals and ratios that contain a masked cell."""
    for area, indicator, breakdown, month, timing, mom, yoy, start, pct_mom, pct_yoy, ytd, monthly in printed.changes:

        def at(when: str, area=area, indicator=indicator, breakdown=breakdown) -> Cell:
            return area, indicator, breakdown, when

        def tell(months: dict[str, int], constant: float | None, at=at) -> None:
            if constant is None:
                return
            terms: dict[Cell, int] = {}
            for when, sign in months.items():
                if at(when) in printed.masked:
                    terms[at(when)] = sign
                elif at(when) in printed.values:
                    constant -= sign * printed.values[at(when)]
                else:
                    return
            told.add(terms, constant)

        flow, number = timing == "during_month", int(month[5:7])
        last, year_ago = _month(month, 1), _month(month, 12)
        tell({month: 1, last: -1}, mom)
        both = flow and number == 2
        tell({month: 1, year_ago: -1} | ({last: 1, _month(month, 13): -1} if both else {}), yoy)
        tell({month: 1, f"{int(month[:4]) - 1}-12-01": -1}, start)
        tell({last: 1}, mom / pct_mom if mom and pct_mom else None)
        tell({year_ago: 1}, yoy / pct_yoy if yoy and pct_yoy and not both else None)
        tell({f"{month[:5]}{each:02}-01": 1 for each in range(1, number + 1)} if flow else {month: 1}, ytd)
        tell({month: 1} if flow else {month: 1, last: -1}, monthly)
    for area, month, numerator, denominator, value, above, below in printed.ratios:
        over, under = (area, numerator, "total", month), (area, denominator, "total", month)
        for cell, direct in ((over, above), (under, below)):
            if cell in printed.masked and direct is not None:
                told.add({cell: 1}, direct)
        divisor = printed.values.get(under, below)
        if over in printed.masked and divisor:
            told.add({over: 1}, value * divisor)


def _allowances(told: Equations, printed: Printed) -> None:
    """mart.allowance_month tells the same cells in columns of its own."""
    columns = {
        "recipient_count": "allowance_recipient_count",
        "paid_yuan": "allowance_paid_yuan",
        "arrears_person_count": "allowance_arrears_person_count",
        "arrears_yuan": "allowance_arrears_yuan",
        "recovered_person_count": "allowance_recovered_person_count",
        "recovered_yuan": "allowance_recovered_yuan",
        "stopped_count": "allowance_stopped_count",
    }
    for row in printed.allowances:
        area, month, tier = row["area_id"], row["month"], row["age_tier_code"]
        cells = {column: (area, indicator, tier, month) for column, indicator in columns.items()}
        death = (area, "allowance_stopped_count", "reason_death", month)
        for cell, value in (
            *((cells[column], row[column]) for column in columns),
            (death, row["stopped_death_count"] if tier == "total" else None),
            (cells["recipient_count"], row["expected_yuan"] if tier != "total" else None),
            (cells["paid_yuan"], row["yuan_per_head"]),
        ):
            if value is not None and cell in printed.masked:
                told.add({cell: 1}, value)


def _sum(told: Equations, printed: Printed, parts: list[Cell], *wholes: Cell) -> None:
    """parts = wholes, where each whole is printed, masked, or known as the sum of those who reported."""
    terms: dict[Cell, int] = defaultdict(int)
    constant = 0.0
    if not parts:
        return
    for sign, cells in ((1, parts), (-1, wholes)):
        for cell in cells:
            if cell in printed.masked:
                terms[cell] += sign
            elif (value := printed.values.get(cell, printed.sums.get(cell))) is not None:
                constant -= sign * value
            else:
                return
    told.add(terms, constant)


def _merged_tiers(told: Equations, printed: Printed) -> None:
    """In a township 90 and over is 90–99 and 100+, each an unknown."""
    for cell in (*printed.values, *printed.masked):
        area, indicator, breakdown, month = cell
        if breakdown == "age_90_plus" and indicator in PERSONS:
            parts = {(area, indicator, tier, month): 1 for tier in TIERS[1:]}
            if cell in printed.masked:
                told.add({**parts, cell: -1}, 0)
            else:
                told.add(parts, printed.values[cell])


def _amounts(told: Equations, printed: Printed) -> None:
    """What is paid is recipients × standard + arrears − recovered, tier by tier; standards are public."""
    for cell in (*printed.values, *printed.masked):
        area, indicator, breakdown, month = cell
        if indicator != "allowance_paid_yuan" or breakdown == "total":
            continue
        standards = {tier: printed.standards.get((printed.city(area), tier, month)) for tier in TIERS}
        tiers = TIERS[1:] if breakdown == "age_90_plus" else (breakdown,)
        terms: dict[Cell, int] = defaultdict(int)
        constant, complete = 0.0, all(standards[tier] for tier in tiers)
        for factor, each in (
            (-1, cell),
            *((int(standards[tier] or 0), (area, "allowance_recipient_count", tier, month)) for tier in tiers),
            (1, (area, "allowance_arrears_yuan", breakdown, month)),
            (-1, (area, "allowance_recovered_yuan", breakdown, month)),
        ):
            if each in printed.masked or (each[2] in TIERS[1:] and breakdown == "age_90_plus"):
                terms[each] += factor
            elif each in printed.values:
                constant -= factor * printed.values[each]
            else:
                complete = False
        if complete:
            told.add(terms, constant)


def determined(told: Equations) -> set[Cell]:
    """Cells whose value every solution of the equations has in common."""
    pivots: dict[Cell, dict[Cell, int]] = {}
    uses: dict[Cell, set[Cell]] = defaultdict(set)  # where a cell stands in the row of another pivot
    for terms, _ in sorted(told.rows, key=lambda row: len(row[0])):
        row = {cell: factor % PRIME for cell, factor in terms.items()}
        for cell in [cell for cell in row if cell in pivots]:
            _subtract(row, pivots[cell], row[cell])
        if not row:
            continue
        pivot = min(row, key=lambda cell: len(uses[cell]))
        inverse = pow(row[pivot], -1, PRIME)
        row = {cell: factor * inverse % PRIME for cell, factor in row.items()}
        for other in list(uses[pivot]):
            before = set(pivots[other])
            _subtract(pivots[other], row, pivots[other][pivot])
            for cell in before ^ set(pivots[other]):
                (uses[cell].add if cell in pivots[other] else uses[cell].discard)(other)
        pivots[pivot] = row
        for cell in row:
            if cell != pivot:
                uses[cell].add(pivot)
    return {pivot for pivot, row in pivots.items() if len(row) == 1}


def _subtract(row: dict[Cell, int], other: dict[Cell, int], factor: int) -> None:
    for cell, each in other.items():
        value = (row.get(cell, 0) - factor * each) % PRIME
        if value:
            row[cell] = value
        else:
            row.pop(cell, None)


def bounded(told: Equations) -> dict[Cell, float]:
    """Cells that can only be one number because no count is negative: cell to that number."""
    low: dict[Cell, float] = defaultdict(float)
    high: dict[Cell, float] = {}
    rows_of: dict[Cell, list[int]] = defaultdict(list)
    for number, (terms, _) in enumerate(told.rows):
        for cell in terms:
            rows_of[cell].append(number)
    waiting = dict.fromkeys(range(len(told.rows)))
    while waiting:
        number = next(iter(waiting))
        del waiting[number]
        for cell in _tightened(*told.rows[number], low, high):
            waiting |= dict.fromkeys(each for each in rows_of[cell] if each != number)
    return {cell: low[cell] for cell in high if high[cell] - low[cell] < 0.5}


def _tightened(terms: dict[Cell, int], constant: float, low: dict, high: dict) -> list[Cell]:
    """Narrow what each cell of one equation can be, given the others; the cells that became narrower."""
    least = most = 0.0
    open_least, open_most = [], []  # cells without an upper bound, on the side they leave open
    for cell, factor in terms.items():
        top = high.get(cell)
        least += factor * (low[cell] if factor > 0 else top or 0.0)
        most += factor * ((top or 0.0) if factor > 0 else low[cell])
        if top is None:
            (open_most if factor > 0 else open_least).append(cell)
    narrower = []
    for cell, factor in terms.items():
        top = high.get(cell)
        rest_least = least - factor * (low[cell] if factor > 0 else top or 0.0)
        rest_most = most - factor * ((top or 0.0) if factor > 0 else low[cell])
        down = None if [each for each in open_most if each != cell] else (constant - rest_most) / factor
        up = None if [each for each in open_least if each != cell] else (constant - rest_least) / factor
        if factor < 0:
            down, up = up, down
        if down is not None and down > low[cell] + 0.01:
            low[cell] = down
            narrower.append(cell)
        if up is not None and (top is None or up < top - 0.01):
            high[cell] = max(up, 0.0)
            narrower.append(cell)
    return narrower
