"""What the text of a month needs beside the matrix: tasks with their speed, blanks by unit, states of figures."""

from collections.abc import Sequence
from datetime import date

from warehouse.read import Answer, Release


def key_codes(release: Release) -> tuple[str, ...]:
    """The key indicators in their declared order; empty on a release of an older program."""
    rows = release.rows(
        "select indicator_code from meta.indicator where key_order is not null order by key_order, indicator_code"
    )
    return tuple(rows.frame["indicator_code"].to_list())


# The networks of every city in one list, on each of their bases; and the name of a row of mart.coverage.
_NETWORK = """network as (
            select network_code, base_code, min(label_zh) as network_zh, min(base_label_zh) as base_label_zh,
                min(sort_order) as sort_order
            from meta.network
            group by network_code, base_code
        )"""
_ROW_KEY = """c.area_id || '|' || c.network_code || '|' || cast(c.as_of_on as varchar) || '|' || c.base_code || '|'
                || c.origin_code as row_key"""


def tasks(release: Release, *, row_keys: Sequence[str]) -> Answer:
    """These rows of mart.target_progress: row_key, remaining, monthly_needed, recent_monthly, outlook_code, caveat_zh."""
    return release.rows(
        """
        select
            target_id || '|' || area_id || '|' || cast(month as varchar) || '|' || origin_code as row_key,
            remaining, monthly_needed, recent_monthly, outlook_code, caveat_zh
        from mart.target_progress
        where list_contains($keys, target_id || '|' || area_id || '|' || cast(month as varchar) || '|' || origin_code)
        """,
        {"keys": list(row_keys)},
    )


def blanks(release: Release, *, city_area_id: str, month: date) -> Answer:
    """Blank places by network and unit in one month, most blanks of a network first, networks in declared order.

    network_code, network_zh, base_label_zh, area_id, area_zh, kind_code, blank, city_blank (sum over the units told),
    is_partial (whether units with such places did not report), row_key (of mart.coverage). Units without blanks and
    networks without any have no row.
    """
    return release.rows(
        f"""
        with {_NETWORK}
        select
            c.network_code, n.network_zh, n.base_label_zh, a.area_id, a.short_name_zh as area_zh, a.kind_code,
            c.blank, sum(c.blank) over (partition by c.network_code) as city_blank,
            c.network_code in (
                select s.network_code
                from mart.coverage as s
                inner join core.dim_area as u on u.area_id = s.area_id and u.level_code = 'unit'
                where u.city_area_id = $city and s.origin_code = 'month' and s.is_usual_base and s.built is null
                    and s.status_code <> 'not_applicable' and s.base is not null and date_trunc('month', s.as_of_on) = $month
            ) as is_partial,
            {_ROW_KEY}
        from mart.coverage as c
        inner join core.dim_area as a on a.area_id = c.area_id and a.level_code = 'unit'
        inner join network as n on n.network_code = c.network_code and n.base_code = c.base_code
        where a.city_area_id = $city and c.origin_code = 'month' and c.is_usual_base and c.blank > 0
            and date_trunc('month', c.as_of_on) = $month
        order by n.sort_order, c.blank desc, a.sort_order
        """,
        {"city": city_area_id, "month": month},
    )


def city_of(release: Release, *, area_id: str) -> str | None:
    """The city a place belongs to, itself where it is one; None for a place that is not there."""
    found = release.rows(
        "select coalesce(city_area_id, area_id) as city from core.dim_area where area_id = $area", {"area": area_id}
    ).frame
    return found["city"][0] if found.height else None


def networks(release: Release, *, city_area_id: str, month: date) -> Answer:
    """The service networks of a city in one month on their usual base, from county to village.

    network_code, network_zh, base_label_zh, base_year, built, operating, base, blank, rate (may exceed 1), status_code,
    row_key (of mart.coverage). Empty where no month of the city tells of networks.
    """
    return release.rows(
        f"""
        with {_NETWORK}
        select
            c.network_code, n.network_zh, n.base_label_zh, c.base_year, c.built, c.operating, c.base, c.blank,
            c.rate, c.status_code,
            {_ROW_KEY}
        from mart.coverage as c
        inner join network as n on n.network_code = c.network_code and n.base_code = c.base_code
        where c.area_id = $city and c.origin_code = 'month' and c.is_usual_base
            and date_trunc('month', c.as_of_on) = $month
        order by n.sort_order
        """,
        {"city": city_area_id, "month": month},
    )


def township_blanks(release: Release, *, unit_area_id: str, month: date) -> Answer:
    """The networks in the townships of a unit in one month, in order of networks and townships.

    network_code, network_zh, area_id, area_zh, built, base, base_label_zh, blank, rate, status_code, row_key (of
    mart.coverage). Empty where no form tells townships apart.
    """
    return release.rows(
        f"""
        with {_NETWORK}
        select
            c.network_code, n.network_zh, a.area_id, a.short_name_zh as area_zh, c.built, c.base, n.base_label_zh,
            c.blank, c.rate, c.status_code,
            {_ROW_KEY}
        from mart.coverage as c
        inner join core.dim_area as a on a.area_id = c.area_id and a.level_code = 'township'
        inner join network as n on n.network_code = c.network_code and n.base_code = c.base_code
        where a.parent_area_id = $unit and c.origin_code = 'month' and c.is_usual_base
            and date_trunc('month', c.as_of_on) = $month
        order by n.sort_order, a.sort_order, a.stat_code
        """,
        {"unit": unit_area_id, "month": month},
    )


def township_amounts(release: Release, *, unit_area_id: str, month: date, indicator_code: str) -> Answer:
    """One indicator in the townships of a unit: area_id, value, status_code, breakdown_code, month, indicator_code."""
    return release.rows(
        """
        select m.area_id, m.value, m.status_code, m.breakdown_code, m.month, m.indicator_code
        from mart.indicator_month as m
        inner join core.dim_area as a on a.area_id = m.area_id and a.level_code = 'township'
        where a.parent_area_id = $unit and m.month = $month and m.indicator_code = $indicator
            and m.breakdown_code = 'total'
        """,
        {"unit": unit_area_id, "month": month, "indicator": indicator_code},
    )


def division_counts(release: Release, *, area_id: str) -> Answer:
    """How many places of each kind an area has, newest year: division_code, label_zh, division_count, year."""
    return release.rows(
        """
        select d.division_code, k.label_zh, d.division_count, d.year
        from core.fct_division_count as d
        left join meta.code as k on k.code_set = 'division_code' and k.code = d.division_code
        where d.area_id = $area
        qualify d.year = max(d.year) over ()
        """,
        {"area": area_id},
    )
