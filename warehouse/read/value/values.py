"""All values of a release in one long shape: county months, printed figures, coverage, populations and divisions.

For files and the HTTP interface. Every number is the one the pages show; nothing is computed here.
"""

from collections.abc import Sequence
from datetime import date

from warehouse.read import Answer, Release

SERIES_ZH = {
    "month": "报送月度值（mart.indicator_month）",
    "document": "公开文件数（core.fct_document_figure）",
    "coverage": "服务网络覆盖率（mart.coverage，来自公开文件）",
    "base": "人口与区划底数（core.fct_base、mart.area_profile）",
}

_MONTH = """
select
    'month' as series_code, m.indicator_code, m.area_id, m.breakdown_code,
    m.month as period_start_on, last_day(m.month) as as_of_on,
    m.value, cast(null as double) as value_low, cast(null as double) as value_high,
    cast(null as varchar) as value_as_written, cast(null as varchar) as qualifier_code,
    'actual' as figure_kind_code, m.status_code, m.quality_code,
    m.numerator, m.denominator, cast(null as varchar) as base_code, m.denominator_as_of_on,
    m.denominator_source_id as source_id, m.note_zh,
    'mart.indicator_month' as relation,
    m.area_id || '|' || m.indicator_code || '|' || m.breakdown_code || '|' || m.month::varchar as row_key
from mart.indicator_month as m
"""
_DOCUMENT = """
select
    'document', f.indicator_code, f.area_id, 'total',
    f.period_start_on, f.period_end_on,
    f.value, f.value_low, f.value_high,
    f.value_as_written, f.qualifier_code,
    f.kind_code, 'reported', cast(null as varchar),
    cast(null as double), cast(null as double), cast(null as varchar), cast(null as date),
    f.source_id, f.name_zh || coalesce('。' || nullif(f.note_zh, ''), ''),
    'core.fct_document_figure', f.figure_id
from core.fct_document_figure as f
where f.indicator_code is not null
"""
# Some networks have no rate indicator of their own; their rate then stands under the count it is made of.
_COVERAGE = """
select
    'coverage', coalesce(r.indicator_code, c.indicator_code), c.area_id, 'total',
    cast(null as date), c.as_of_on,
    c.rate, c.rate_low, c.rate_high,
    c.built_as_written, cast(null as varchar),
    'actual', c.status_code, cast(null as varchar),
    c.built, c.base, c.base_code, make_date(c.base_year, 12, 31),
    c.built_source_id, c.note_zh,
    'mart.coverage',
    c.area_id || '|' || c.network_code || '|' || c.as_of_on::varchar || '|' || c.base_code || '|' || c.origin_code
from mart.coverage as c
left join (
    select built_indicator, min(rate_indicator) as indicator_code
    from meta.network
    where rate_indicator is not null
    group by built_indicator
) as r on r.built_indicator = c.indicator_code
where c.origin_code = 'document' and c.base is not null
"""
_BASE = """
select
    'base', b.indicator_code, b.area_id, 'total',
    cast(null as date), b.as_of_on,
    b.value, cast(null as double), cast(null as double),
    cast(null as varchar), 'exact',
    'actual', 'reported', cast(null as varchar),
    cast(null as double), cast(null as double), cast(null as varchar), cast(null as date),
    b.source_id, cast(null as varchar),
    'core.fct_base', b.area_id || '|' || b.indicator_code || '|' || b.as_of_on::varchar
from core.fct_base as b
union all
select
    'base', p.indicator_code, a.area_id, 'total',
    cast(null as date), a.as_of_on,
    p.share, cast(null as double), cast(null as double),
    cast(null as varchar), 'exact',
    'actual', case when p.share is null then 'missing' else 'reported' end, cast(null as varchar),
    p.persons, a.resident_population, 'resident', a.as_of_on,
    a.source_id, cast(null as varchar),
    'mart.area_profile', a.area_id
from mart.area_profile as a,
    lateral (
        values
            ('ageing_rate', a.ageing_rate, a.aged_60_plus),
            ('aged_65_plus_share', a.aged_65_plus_share, a.aged_65_plus),
            ('aged_80_plus_share', a.aged_80_plus_share, a.aged_80_plus)
    ) as p (indicator_code, share, persons)
"""
_PARTS = {"month": _MONTH, "document": _DOCUMENT, "coverage": _COVERAGE, "base": _BASE}
_COLUMNS = (
    "series_code, indicator_code, area_id, breakdown_code, period_start_on, as_of_on, value, value_low, value_high, "
    "value_as_written, qualifier_code, figure_kind_code, status_code, quality_code, numerator, denominator, base_code, "
    "denominator_as_of_on, source_id, note_zh, relation, row_key"
)
_CHOSEN = """
where ($indicators is null or list_contains($indicators, v.indicator_code))
    and ($areas is null or list_contains($areas, v.area_id))
    and ($first_on is null or coalesce(v.as_of_on, v.period_start_on) >= $first_on)
    and ($last_on is null or coalesce(v.as_of_on, v.period_start_on) <= $last_on)
"""


def values(
    release: Release,
    *,
    indicators: Sequence[str] | None = None,
    areas: Sequence[str] | None = None,
    first_on: date | None = None,
    last_on: date | None = None,
    series: Sequence[str] = tuple(SERIES_ZH),
    limit: int,
    offset: int = 0,
) -> Answer:
    """One page of values, ordered by indicator, area, breakdown, as-of, series, row.

    Each row: series_code, indicator_code, indicator_zh, area_id, area_zh, breakdown_code, period_start_on, as_of_on,
    value with its bounds, unit_zh, is_fraction (a share of 1 that prints as %), value_as_written, qualifier_code,
    figure_kind_code, status_code, quality_code, numerator, denominator, base_code, denominator_as_of_on, source_id,
    source_zh, note_zh, and relation with row_key, which name the receipt. A null value is explained by status_code.

    Args:
        indicators, areas: only these; all when None. series: keys of SERIES_ZH.
        first_on, last_on: bounds of the as-of, both included; a figure without any date is left out when one is given.
    """
    return release.rows(
        f"""
        select
            v.series_code, v.indicator_code, i.label_zh as indicator_zh, v.area_id, a.name_zh as area_zh,
            v.breakdown_code, v.period_start_on, v.as_of_on, v.value, v.value_low, v.value_high, i.unit_zh,
            i.unit_zh = '%' as is_fraction, v.value_as_written, v.qualifier_code, v.figure_kind_code, v.status_code,
            v.quality_code, v.numerator, v.denominator, v.base_code, v.denominator_as_of_on, v.source_id,
            s.title_zh as source_zh, v.note_zh, v.relation, v.row_key
        {_from(series)}
        left join meta.indicator as i on i.indicator_code = v.indicator_code
        left join core.dim_area as a on a.area_id = v.area_id
        left join meta.source as s on s.source_id = v.source_id
        {_CHOSEN}
        order by v.indicator_code, v.area_id, v.breakdown_code, v.as_of_on, v.series_code, v.row_key
        limit $limit offset $offset
        """,
        _chosen(indicators, areas, first_on, last_on) | {"limit": limit, "offset": offset},
    )


def count(
    release: Release,
    *,
    indicators: Sequence[str] | None = None,
    areas: Sequence[str] | None = None,
    first_on: date | None = None,
    last_on: date | None = None,
    series: Sequence[str] = tuple(SERIES_ZH),
) -> int:
    """How many rows `values` has in all with the same arguments."""
    found = release.rows(
        f"select count(*) as n {_from(series)} {_CHOSEN}", _chosen(indicators, areas, first_on, last_on)
    )
    return found.frame.item()


def _from(series: Sequence[str]) -> str:
    return f"from ({' union all '.join(_PARTS[name] for name in _PARTS if name in series)}) as v ({_COLUMNS})"


def _chosen(indicators, areas, first_on, last_on) -> dict:
    return {
        "indicators": list(indicators) if indicators is not None else None,
        "areas": list(areas) if areas is not None else None,
        "first_on": first_on,
        "last_on": last_on,
    }
