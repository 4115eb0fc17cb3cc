"""Sentences and notes about masked cells, written without figures.

Which cells a sentence speaks of is read from addresses, never from names in its text: the cell it stands at in the
report it is about, widened by the declared reach of its rule (`meta.rule`), in its month and the three months before,
with which rules compare. Of a report that was returned nothing is printed elsewhere, so its figures stay unsaid too.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise

import duckdb
import polars as pl

from warehouse.month import add_months

MONTHS_COMPARED = 3
HIDDEN_ZH = "涉及人数过少的保密单元格，数值不予显示"
STAR = "＊"
_UNITS = "人名位户例个元口"
_AFTER_DATES = "(?:岁|周岁|档|年|月|日|季)"
_DIGITS = re.compile(
    rf"(?<![A-Za-z0-9.])\d[\d,]*(?:\.\d+)?[十百千万亿]*(?![\d.]*{_AFTER_DATES})|(?<=[A-Za-z])\d+(?=\s*[{_UNITS}])"
)
"""A figure of a note; not an age, a date or the address of a cell."""
_NUMERALS = "〇零一二两三四五六七八九十百千万亿廿卅俩仨壹贰叁肆伍陆柒捌玖拾佰仟"
_WORDS = re.compile(
    rf"([第表][{_NUMERALS}]+|[统同唯逐万]一|进一步|一[步致样般直些并定起旦律切老小]|一次性|一卡通|百分之|百岁|十分|五保|三无)"
    rf"|[{_NUMERALS}]++(?!{_AFTER_DATES})"
)
"""Figures in words, the signs of cheques and colloquial ones too; the group is what such signs mean otherwise."""


_OF_NAMES = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?:[-._/](?:1[0-2]|0?[1-9])(?:[-._/](?:3[01]|[12]\d|0?[1-9]))?"
    r"|(?:1[0-2]|0[1-9])(?:3[01]|[12]\d|0[1-9])?)?(?!\d)"
    r"|[表件第版次]\s?\d{1,2}(?!\d)(?: \(\d\))?|Sheet\d{1,2}(?!\d)|(?<=[Vv])\d{1,2}(?!\d)"
)
"""What digits of a file's or a sheet's name are otherwise: a day, a number of a form, a version."""
_WRITTEN_PLAINLY = "[0-9０-９.,，%％ 十百千万亿元人名户位家所张余近约以上左右+＋—-]*"
"""A cell that holds its figure and nothing beside it."""
_QUOTED = re.compile("“[^”]*”")
_ABOUT_PERSONS = re.compile(r"津贴|高龄|百岁|[0-9〇零一二三四五六七八九十百]岁|停发|补发|欠发|追回|领取|享受")
"""Words by which a text of another form speaks of those who get an allowance."""


def without_figures(text: str, names: re.Pattern | None = None) -> str:
    """The text with a star for every figure, in digits of any script or in words.

    Args:
        names: what is left as it is; a place may be called 二七区.
    """
    plain, kept = "".join(map(_plain, text)), [0]
    for found in names.finditer(plain) if names else ():
        kept += found.span()
    # Between what is kept and what is not, in turn; a figure beside a kept name is seen with its surroundings.
    parts = [plain[start:end] for start, end in pairwise([*kept, len(plain)])]
    return "".join(part if number % 2 else _starred(part) for number, part in enumerate(parts))


def _starred(text: str) -> str:
    return _WORDS.sub(lambda found: found[1] or STAR, _DIGITS.sub(STAR, text))


@cache
def _plain(sign: str) -> str:
    """A sign that stands for a number (２, ③, Ⅳ, ³) in plain digits; any other as it is, Chinese numerals too."""
    if sign == "．":
        return "."
    number = unicodedata.numeric(sign, None) if unicodedata.category(sign) in ("Nd", "Nl", "No") else None
    return sign if number is None or sign == "〇" else f"{number:g}"


def take_figures_out(connection: duckdb.DuckDBPyConnection) -> None:
    """Rewrite issues, notes and reasons of a scratch database that speak of cells in its table `mask`.

    Also needs the registered frame `guarded`: the indicators that count persons, and their money.
    """
    masked = _Masked.read(connection)
    if not masked.units:
        return
    told = _telling_issues(connection, masked)
    connection.register("telling", told)
    connection.execute(
        "update meta.issue as t set sentence_zh = telling.sentence_zh, reported_value = telling.reported_value,"
        " computed_value = telling.computed_value"
        " from telling where t.issue_id = telling.issue_id"
    )
    connection.unregister("telling")
    for relation, column, area in (
        ("core.fct_observation", "note_zh", "area_id"),
        ("mart.indicator_month", "note_zh", "area_id"),
        ("meta.restatement", "reason_zh", "area_id"),
        ("meta.correction", "reason_zh", "area_id"),
    ):
        _rewrite(connection, masked, relation, column, area)
    _rewrite(connection, masked, "core.fct_observation", "raw_value", "area_id", left=_WRITTEN_PLAINLY)
    _rename(connection, masked)


@dataclass
class _Masked:
    """Masked cells by month in three grains: cells of which issues may speak, areas, units with all their townships."""

    cells: set[tuple] = field(default_factory=set)
    areas: set[tuple[str, date]] = field(default_factory=set)
    units: set[tuple[str, date]] = field(default_factory=set)
    unit_of: dict[str, str] = field(default_factory=dict)
    places: re.Pattern | None = None

    @property
    def names(self) -> re.Pattern:
        """What digits and numerals of names are otherwise."""
        return re.compile(f"{_OF_NAMES.pattern}|{self.places.pattern}") if self.places else _OF_NAMES

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection) -> "_Masked":
        """The table `mask`."""
        found = cls()
        found.unit_of = dict(
            connection.execute(
                "select area_id, if(level_code = 'township', parent_area_id, area_id) from core.dim_area"
            ).fetchall()
        )
        found.places = _places_named(connection)
        # Only where something is said a cell is looked up one by one: what an issue is about, or stands in its report.
        cells = connection.execute(
            """
            select distinct area_id, indicator_code, breakdown_code, month
            from mask
            where area_id in (
                select area_id from meta.issue where area_id is not null
                union
                select area_id from core.fct_observation where submission_id in (select submission_id from meta.issue)
            )
            """
        )
        found.cells = set(cells.fetchall())
        found.areas = set(connection.execute("select distinct area_id, month from mask").fetchall())
        found.units = {(found.unit_of.get(area, area), month) for area, month in found.areas}
        return found


def _places_named(connection: duckdb.DuckDBPyConnection) -> re.Pattern | None:
    """Names of places with a numeral in them, which is no figure."""
    names = connection.execute(
        "select distinct unnest([name_zh, short_name_zh]) as name from core.dim_area"
        f" where regexp_matches(name_zh, '[{_NUMERALS}]') order by length(name) desc, name"
    ).fetchall()
    told = [re.escape(name) for (name,) in names if name and len(name) > 1 and _starred(name) != name]
    return re.compile("|".join(told)) if told else None


def _rewrite(
    connection: duckdb.DuckDBPyConnection,
    masked: _Masked,
    relation: str,
    column: str,
    area_column: str,
    *,
    left: str = "",
) -> None:
    """Free texts beside a masked cell: nobody can tell which cells of its form they speak of.

    Texts of other forms lose their figures where they name what the masked form is about.

    Args:
        left: a pattern of texts that stay as they are.
    """
    texts = connection.execute(
        f"select distinct t.{area_column}, t.month, t.{column}, guarded.indicator_code is not null from {relation} as t"
        f" left join guarded using (indicator_code) where t.{column} is not null"
        f" and not regexp_full_match(t.{column}, $left)",
        {"left": left},
    ).fetchall()
    changed = [
        (area, month, text, stripped, is_guarded)
        for area, month, text, is_guarded in texts
        if (masked.unit_of.get(area, area), month) in masked.units
        and (is_guarded or _ABOUT_PERSONS.search(text))
        and (stripped := without_figures(text, masked.places)) != text
    ]
    if not changed:
        return
    schema = {
        "area_id": pl.String,
        "month": pl.Date,
        "old_zh": pl.String,
        "new_zh": pl.String,
        "is_guarded": pl.Boolean,
    }
    connection.register("stripped", pl.DataFrame(changed, schema=schema, orient="row"))
    connection.execute(
        f"update {relation} as t set {column} = stripped.new_zh from stripped"
        f" where t.{area_column} = stripped.area_id and t.month = stripped.month and t.{column} = stripped.old_zh"
        " and (t.indicator_code in (select indicator_code from guarded)) = stripped.is_guarded"
    )
    connection.unregister("stripped")


_NAMED = (
    ("meta.submission", "file_name"),
    ("meta.submission", "filled_by_zh"),
    ("meta.submission", "reviewed_by_zh"),
    ("meta.issue", "file_name"),
    ("meta.issue", "sheet"),
    ("core.fct_observation", "sheet"),
)
"""Where names stand that people gave: of files, of sheets, and who filled in."""


def _rename(connection: duckdb.DuckDBPyConnection, masked: _Masked) -> None:
    """Names of files and sheets of units and months with a masked cell, of reports sent back, and of files that could not
    be placed, without figures; days, numbers of forms and places stay. A name is changed wherever it stands."""
    spoken = {None} | {
        submission
        for submission, area, month, state in connection.execute(
            "select submission_id, area_id, month, state_code from meta.submission"
        ).fetchall()
        if _is_unsaid(masked, state, area, month)
    }
    renamed: dict[str, str] = {}
    for relation, column in _NAMED:
        for name, submission in connection.execute(
            f"select distinct {column}, submission_id from {relation} where {column} is not null"
        ).fetchall():
            if submission in spoken and name not in renamed:
                renamed[name] = without_figures(name, masked.names)
    renamed = {name: told for name, told in renamed.items() if told != name}
    if not renamed:
        return
    connection.register("renamed", pl.DataFrame({"old_zh": list(renamed), "new_zh": list(renamed.values())}))
    for relation, column in _NAMED:
        connection.execute(
            f"update {relation} as t set {column} = renamed.new_zh from renamed where t.{column} = renamed.old_zh"
        )
    connection.unregister("renamed")
    for column in ("sentence_zh", "remedy_zh"):
        for name, told in renamed.items():
            connection.execute(
                f"update meta.issue set {column} = replace({column}, $name, $told) where contains({column}, $name)",
                {"name": name, "told": told},
            )


def _telling_issues(connection: duckdb.DuckDBPyConnection, masked: _Masked) -> pl.DataFrame:
    """Issues of forms that count persons whose figures must go: issue_id, sentence_zh."""
    rules = dict(connection.execute("select rule_code, reach_code from meta.rule").fetchall())
    titles = dict(connection.execute("select rule_code, title_zh from meta.rule").fetchall())
    at_cell = _cells_at(connection)
    told = []
    for issue, submission, state, rule, area, month, cell, indicator, sentence, *values in connection.execute(
        """
        select i.issue_id, i.submission_id, s.state_code, i.rule_code, i.area_id, i.month, i.cell, i.indicator_code,
            i.sentence_zh, i.reported_value, i.computed_value
        from meta.issue as i
        left join meta.submission as s on s.submission_id = i.submission_id
        where
            i.form_code is null
            or i.form_code in (select form_code from meta.indicator where is_sensitive_persons)
            or i.indicator_code in (select indicator_code from guarded)
        """
    ).fetchall():
        reach = rules.get(rule, "form")
        if reach == "none":
            quoted = _QUOTED.sub(lambda found: without_figures(found[0], masked.names), sentence)
            if quoted != sentence and _is_unsaid(masked, state, area, month):
                told.append((issue, quoted, *values))
            continue
        spoken = at_cell.get((submission, cell)) or [(area, indicator, None)]
        if (
            state in ("accepted", "corrected")
            and month is not None
            and not _touches(masked, reach, area, spoken, _window(month))
        ):
            continue
        told.append((issue, f"{titles.get(rule, rule)}（{HIDDEN_ZH}）", None, None))
    values = {"reported_value": pl.Float64, "computed_value": pl.Float64}
    return pl.DataFrame(told, schema={"issue_id": pl.String, "sentence_zh": pl.String, **values}, orient="row")


def _is_unsaid(masked: _Masked, state: str | None, area: str | None, month: date | None) -> bool:
    """Whether a report is of a unit and month with a masked cell, or nothing of it is printed elsewhere."""
    return (area, month) in masked.units or state == "returned" or area is None or month is None


def _cells_at(connection: duckdb.DuckDBPyConnection) -> Mapping[tuple[str, str], list[tuple]]:
    """(report, address) to the cells that stand there; two merged tiers name both addresses."""
    found: dict[tuple[str, str], list[tuple]] = defaultdict(list)
    for submission, cell, *named in connection.execute(
        """
        select o.submission_id, o.cell, o.area_id, o.indicator_code, o.breakdown_code
        from core.fct_observation as o
        inner join guarded using (indicator_code)
        where o.cell is not null and o.submission_id in (select submission_id from meta.issue)
        """
    ).fetchall():
        for address in cell.split("、"):
            found[submission, address].append(tuple(named))
    return found


def _window(month: date) -> list[date]:
    return [add_months(month, -back) for back in range(MONTHS_COMPARED + 1)]


def _touches(masked: _Masked, reach: str, unit: str, spoken: Iterable[tuple], months: list[date]) -> bool:
    """Whether a sentence reaches a masked cell."""
    if reach == "form":
        return any((unit, month) in masked.units for month in months)
    for area, indicator, breakdown in spoken:
        if reach == "row" or breakdown is None:
            if any((area, month) in masked.areas for month in months):
                return True
        elif any((area, indicator, breakdown, month) in masked.cells for month in months):
            return True
    return False
