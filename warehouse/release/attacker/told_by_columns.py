"""What the other columns of a release tell of masked cells: changes, running totals, ratios, second relations, revisions,
and every sentence in which a figure stands."""

import re
from collections import defaultdict
from datetime import date

import duckdb

from warehouse.catalog.allowance import REPORTED
from warehouse.month import add_months
from warehouse.release.attacker.solving import Equations
from warehouse.release.attacker.stated import MONEY, PERSONS, Cell, Stated, Unknown

ALL = [[*PERSONS, *MONEY]]
_FIGURE = re.compile(
    r"(?<![\d.,A-Za-z年月—-])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?=\s*(?:[人名位户元→；，。、）)]|$))|"
    r"(?<=[→填为改由])\s*(\d[\d,]*(?:\.\d+)?)"
)
"""A number that reads as a figure: before 人, 元 and their like, at the end of a clause, or after 填, 为, →."""
_DAY = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?:[-._/年](?:1[0-2]|0?[1-9])(?:[-._/月](?:3[01]|[12]\d|0?[1-9]))?"
    r"|(?:1[0-2]|0[1-9])(?:3[01]|[12]\d|0[1-9])?)(?!\d)|[表件]\s?\d+"
)
"""Digits of names and texts that are a day or the number of a form."""


def tell(told: Equations, release: Stated, connection: duckdb.DuckDBPyConnection) -> None:
    """Add everything an open release file tells besides its tables of sums."""
    _derived(told, release, connection)
    _ratios(told, release, connection)
    _allowances(told, release, connection)
    _earlier_revisions(told, release, connection)
    _sentences(told, release, connection)


def _direct(told: Equations, release: Stated, cell: Cell, value: float | None) -> None:
    """A column that simply repeats a cell."""
    if value is not None and cell in release.masked:
        told.add({release.unknown(cell): 1}, value)


def _month(month: str, back: int) -> str:
    return add_months(date.fromisoformat(month), -back).isoformat()


def _derived(told: Equations, release: Stated, connection: duckdb.DuckDBPyConnection) -> None:
    """Changes and running totals that contain a masked cell."""
    rows = connection.execute(
        "select m.area_id, m.indicator_code, m.breakdown_code, m.month::varchar, i.timing_code, change_mom,"
        " change_yoy, change_since_year_start, change_pct_mom, change_pct_yoy, ytd, monthly_value"
        " from mart.indicator_month m join meta.indicator i using (indicator_code)"
        " where indicator_code = any($1)",
        ALL,
    ).fetchall()
    for area, indicator, breakdown, month, timing, mom, yoy, start, pct_mom, pct_yoy, ytd, monthly in rows:

        def at(when: str, area=area, indicator=indicator, breakdown=breakdown) -> Cell:
            return area, indicator, breakdown, when

        def say(months: dict[str, int], constant: float | None, at=at) -> None:
            if constant is None:
                return
            terms: dict[Unknown, int] = {}
            for when, sign in months.items():
                if at(when) in release.masked:
                    terms[release.unknown(at(when))] = sign
                elif at(when) in release.values:
                    constant -= sign * release.values[at(when)]
                else:
                    return
            told.add(terms, constant)

        flow, number = timing == "during_month", int(month[5:7])
        last, year_ago = _month(month, 1), _month(month, 12)
        say({month: 1, last: -1}, mom)
        both = flow and number == 2
        say({month: 1, year_ago: -1} | ({last: 1, _month(month, 13): -1} if both else {}), yoy)
        say({month: 1, f"{int(month[:4]) - 1}-12-01": -1}, start)
        say({last: 1}, mom / pct_mom if mom and pct_mom else None)
        say({year_ago: 1}, yoy / pct_yoy if yoy and pct_yoy and not both else None)
        say({f"{month[:5]}{each:02}-01": 1 for each in range(1, number + 1)} if flow else {month: 1}, ytd)
        say({month: 1} if flow else {month: 1, last: -1}, monthly)


def _ratios(told: Equations, release: Stated, connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "select m.area_id, m.month::varchar, i.numerator, i.denominator, m.value / i.scale, m.numerator,"
        " m.denominator from mart.indicator_month m join meta.indicator i using (indicator_code)"
        " where i.kind_code = 'ratio' and m.value is not null and i.numerator = any($1)",
        ALL,
    ).fetchall()
    for area, month, numerator, denominator, value, above, below in rows:
        over, under = (area, numerator, "total", month), (area, denominator, "total", month)
        _direct(told, release, over, above)
        _direct(told, release, under, below)
        divisor = release.values.get(under, below)
        if over in release.masked and divisor:
            told.add({release.unknown(over): 1}, value * divisor)


def _allowances(told: Equations, release: Stated, connection: duckdb.DuckDBPyConnection) -> None:
    """mart.allowance_month tells the same cells in columns of its own."""
    cursor = connection.execute("select * replace (month::varchar as month) from mart.allowance_month")
    names = [column[0] for column in cursor.description]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        area, month, tier = row["area_id"], row["month"], row["age_tier_code"]
        cells = {column: (area, indicator, tier, month) for column, indicator in REPORTED.items()}
        for column, cell in cells.items():
            _direct(told, release, cell, row[column])
        if tier == "total":
            _direct(told, release, (area, REPORTED["stopped_count"], "reason_death", month), row["stopped_death_count"])
        else:
            _direct(told, release, cells["recipient_count"], row["expected_yuan"])
        _direct(told, release, cells["paid_yuan"], row["yuan_per_head"])


def _earlier_revisions(told: Equations, release: Stated, connection: duckdb.DuckDBPyConnection) -> None:
    """Numbers and texts of reports, whatever their status and revision, and of corrections."""
    rows = connection.execute(
        "select area_id, indicator_code, breakdown_code, month::varchar,"
        " coalesce(value, value_low, value_high, try_cast(replace(raw_value, ',', '') as double)) as told"
        " from core.fct_observation where told is not null and indicator_code = any($1)"
        " union all select area_id, indicator_code, breakdown_code, month::varchar, coalesce(old_value, new_value)"
        " from meta.restatement where indicator_code = any($1)",
        ALL,
    ).fetchall()
    for *cell, value in rows:
        _direct(told, release, tuple(cell), value)
    for area, indicator, month in connection.execute(
        "select area_id, indicator_code, month::varchar from meta.correction"
        " where indicator_code = any($1) and (expected_raw is not null or corrected_value is not null)",
        ALL,
    ).fetchall():
        for cell in [cell for cell in release.masked if (cell[0], cell[1], cell[3]) == (area, indicator, month)]:
            _direct(told, release, cell, 0.0)


def _sentences(told: Equations, release: Stated, connection: duckdb.DuckDBPyConnection) -> None:
    """A figure in a sentence about a masked cell is that cell, or gives it away together with what is printed.

    Whose figure it is follows from addresses: the cell an issue names, the cells of the report a note stands in, the
    cells a second report changed. Of a report that was returned nothing else is printed, so every figure is one.
    """
    codes = ", ".join(f"'{code}'" for code in ALL[0])
    about = connection.execute(
        f"""
        with masked_of as (
            select distinct submission_id, sheet, cell, area_id, indicator_code, breakdown_code, month::varchar as month
            from core.fct_observation
            where indicator_code in ({codes}) and value is null and status_code in ('suppressed', 'withheld')
        )
        select i.sentence_zh || ' ' || coalesce(i.remedy_zh, '')
            || coalesce(' 填' || i.reported_value::varchar || '，', '') || coalesce(' 为' || i.computed_value::varchar || '，', ''),
            o.area_id, o.indicator_code, o.breakdown_code, o.month
        from meta.issue as i inner join masked_of as o on o.submission_id = i.submission_id and o.cell = i.cell
        union all
        select i.sentence_zh, o.area_id, o.indicator_code, o.breakdown_code, o.month
        from meta.issue as i
        inner join meta.rule as r on r.rule_code = i.rule_code and r.reach_code = 'none'
        inner join masked_of as o on o.submission_id = i.submission_id
        where contains(i.sentence_zh, '“')
        union all
        select t.note_zh, o.area_id, o.indicator_code, o.breakdown_code, o.month
        from core.fct_observation as t inner join masked_of as o using (submission_id)
        where t.note_zh is not null and (t.cell = o.cell or t.area_id = o.area_id)
        union all
        select r.reason_zh, o.area_id, o.indicator_code, o.breakdown_code, o.month
        from meta.restatement as r inner join masked_of as o on o.submission_id in (r.old_submission_id, r.new_submission_id)
        where r.reason_zh is not null
        union all
        select s.name_zh, o.area_id, o.indicator_code, o.breakdown_code, o.month
        from masked_of as o
        inner join core.dim_area as a on a.area_id = o.area_id
        inner join (
            select area_id, month, unnest([parse_filename(file_name, true), filled_by_zh, reviewed_by_zh]) as name_zh
            from meta.submission
        ) as s on s.area_id in (a.area_id, a.parent_area_id) and s.month::varchar = o.month
        where s.name_zh is not null
        union all
        select sheet, area_id, indicator_code, breakdown_code, month from masked_of where sheet is not null
        union all
        select t.said_zh, o.area_id, o.indicator_code, o.breakdown_code, o.month
        from masked_of as o
        inner join (
            select area_id, month::varchar as month, unnest([note_zh, raw_value]) as said_zh
            from core.fct_observation where indicator_code not in ({codes})
        ) as t on t.area_id = o.area_id and t.month = o.month
        where regexp_matches(t.said_zh, '津贴|高龄|百岁|停发|补发|追回')
        """
    ).fetchall()
    cells_of: dict[str, list[Cell]] = defaultdict(list)
    for sentence, *cell in about:
        if sentence:
            cells_of[sentence].append(tuple(cell))
    for sentence, cells in cells_of.items():
        for found in _FIGURE.finditer(_DAY.sub("", sentence)):
            for cell in cells:
                _direct(told, release, cell, float((found[1] or found[3]).replace(",", "")))
    _returned(told, release, connection, codes)


def _returned(told: Equations, release: Stated, connection: duckdb.DuckDBPyConnection, codes: str) -> None:
    """Figures in what is said of reports that were sent back: of any cell of that unit and month that is masked."""
    rows = connection.execute(
        f"""
        select i.sentence_zh, i.area_id, i.month::varchar
        from meta.issue as i inner join meta.submission as s using (submission_id)
        where s.state_code = 'returned'
            and i.form_code in (select form_code from meta.indicator where indicator_code in ({codes}))
            and i.rule_code in ('C1', 'E4', 'C8', 'E1', 'E18', 'S4', 'V5', 'C3', 'E2', 'E9', 'E7', 'E17')
        """
    ).fetchall()
    for sentence, area, month in rows:
        if not _FIGURE.search(sentence):
            continue
        for cell in release.masked:
            if cell[0] == area and cell[3] == month:
                _direct(told, release, cell, 0.0)
