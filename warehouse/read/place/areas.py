"""Places: the tree from nation to township, and what the census knows of each."""

from collections.abc import Sequence
from datetime import date

from warehouse.read import Answer, Release

_AREA = """
select
    a.*,
    p.name_zh as parent_name_zh,
    c.short_name_zh as city_short_name_zh,
    case when p.level_code in ('province', 'city') then p.name_zh || a.name_zh else a.name_zh end as path_zh
from core.dim_area as a
left join core.dim_area as p on p.area_id = a.parent_area_id
left join core.dim_area as c on c.area_id = a.city_area_id
"""


def area(release: Release, *, area_id: str) -> Answer:
    """The row of one area with its parent's name and a name that tells it from namesakes; empty when unknown."""
    return release.rows(f"{_AREA} where a.area_id = $area_id", {"area_id": area_id})


def cities(release: Release) -> Answer:
    """The cities whose units report, in declared order."""
    return release.rows(
        f"""
        {_AREA}
        where a.level_code = 'city' and exists (
            select 1 from core.dim_area as u where u.city_area_id = a.area_id and u.level_code = 'unit' and u.is_reporting
        )
        order by a.sort_order
        """
    )


def units(release: Release, *, city_area_id: str) -> Answer:
    """The reporting units of a city, functional zones among them, in declared order."""
    return release.rows(
        f"""
        {_AREA}
        where a.city_area_id = $city_area_id and a.level_code = 'unit' and a.is_reporting
        order by a.sort_order, a.area_id
        """,
        {"city_area_id": city_area_id},
    )


def names_elsewhere(release: Release, *, city_area_id: str) -> list[str]:
    """The names of all provinces, cities and units but this city; of two signs, like 城区, they are words as well."""
    rows = release.rows(
        """
        select distinct name_zh
        from core.dim_area
        where level_code in ('province', 'city', 'unit') and area_id <> $city_area_id and length(name_zh) >= 3
        order by name_zh
        """,
        {"city_area_id": city_area_id},
    )
    return rows.frame["name_zh"].to_list()


def townships(release: Release, *, unit_area_id: str) -> Answer:
    """The townships and streets of a unit, by their code; empty where none are known."""
    return release.rows(
        f"{_AREA} where a.parent_area_id = $unit and a.level_code = 'township' order by a.sort_order, a.stat_code",
        {"unit": unit_area_id},
    )


def profiled(release: Release, *, level_codes: Sequence[str] = ("city", "unit")) -> Answer:
    """Every area of these levels with a census profile, to pick from: area_id, name_zh, path_zh, level_code."""
    return release.rows(
        f"""
        select area_id, name_zh, short_name_zh, path_zh, level_code, parent_area_id, adcode
        from ({_AREA}) as a
        where list_contains($levels, a.level_code)
            and exists (select 1 from mart.area_profile as f where f.area_id = a.area_id)
        order by level_code, adcode nulls last, area_id
        """,
        {"levels": list(level_codes)},
    )


def paths(release: Release) -> dict[str, str]:
    """Every area of `profiled` to a name that tells it from namesakes: "河南省濮阳市", "长春市朝阳区"."""
    frame = profiled(release).frame
    return dict(zip(frame["area_id"], frame["path_zh"], strict=True))


def profiles(release: Release, *, area_ids: Sequence[str]) -> Answer:
    """Census profile of these areas in the order asked: persons by age, shares (fractions), source, `row_key`.

    An area without a census table has no row; ages a source does not list are null.
    """
    return release.rows(
        """
        select f.*, f.area_id as row_key, a.name_zh, a.short_name_zh, a.level_code, s.title_zh as source_title_zh
        from mart.area_profile as f
        inner join core.dim_area as a on a.area_id = f.area_id
        left join meta.source as s on s.source_id = f.source_id
        where list_contains($area_ids, f.area_id)
        order by list_position($area_ids, f.area_id)
        """,
        {"area_ids": list(area_ids)},
    )


def population(release: Release, *, area_id: str) -> Answer:
    """Every population row of one area: as-of, base (常住, 户籍), age band, persons, source."""
    return release.rows(
        """
        select p.*, b.label_zh as age_band_label_zh, k.label_zh as base_label_zh, s.title_zh as source_title_zh
        from core.fct_population as p
        left join meta.code as b on b.code_set = 'age_band_code' and b.code = p.age_band_code
        left join meta.code as k on k.code_set = 'base_code' and k.code = p.base_code
        left join meta.source as s on s.source_id = p.source_id
        where p.area_id = $area_id
        order by p.as_of_on, p.base_code, b.sort_order
        """,
        {"area_id": area_id},
    )


def projected(release: Release, *, area_id: str, on: date | None = None) -> dict | None:
    """Projected residents aged 60 and over on a day, or at the last point: value, as_of_on, row_key of core.fct_base.

    None where an area has no projection, or none that early.
    """
    rows = release.rows(
        """
        select value, as_of_on, area_id || '|' || indicator_code || '|' || cast(as_of_on as varchar) as row_key
        from core.fct_base
        where area_id = $area_id and indicator_code = 'projected_population_aged_60_plus'
            and (cast($on as date) is null or as_of_on <= $on)
        order by as_of_on desc
        """,
        {"area_id": area_id, "on": on},
        limit=1,
    ).frame
    return rows.row(0, named=True) if rows.height else None


def division_counts(release: Release, *, area_ids: Sequence[str]) -> Answer:
    """How many streets, townships, communities and villages these areas have, by year and kind, with the source."""
    return release.rows(
        """
        select d.*, k.label_zh as division_label_zh, s.title_zh as source_title_zh
        from core.fct_division_count as d
        left join meta.code as k on k.code_set = 'division_code' and k.code = d.division_code
        left join meta.source as s on s.source_id = d.source_id
        where list_contains($area_ids, d.area_id)
        order by list_position($area_ids, d.area_id), d.year, k.sort_order
        """,
        {"area_ids": list(area_ids)},
    )
