"""What a reader may look for by name: places with their other names, and where documents write a word."""

from warehouse.read import Answer, Release


def places(release: Release) -> Answer:
    """Every city and county-level unit of the country, and the townships of our cities, in a fixed order.

    area_id, name_zh, level_code, city_area_id, city_zh, parent_area_id, where_zh (what tells it from namesakes:
    河南省濮阳市), others (other names and codes), is_ours, has_profile (whether the census has a table of it).
    """
    return release.rows(
        """
        with ours as (
            select distinct city_area_id as area_id from core.dim_area where level_code = 'unit' and is_reporting
        ),
        others as (
            select area_id, list(distinct alias_zh order by alias_zh) as aliases from core.dim_area_alias group by area_id
        )
        select
            a.area_id,
            a.name_zh,
            a.level_code,
            a.city_area_id,
            c.short_name_zh as city_zh,
            a.parent_area_id,
            case
                when a.level_code = 'township' then coalesce(c.name_zh, '') || p.name_zh
                -- a municipality is its own city: 天津市（市辖区）, not 天津市天津市
                when starts_with(p.name_zh, g.name_zh) then p.name_zh
                when p.level_code = 'city' then coalesce(g.name_zh, '') || p.name_zh
                else coalesce(p.name_zh, '')
            end as where_zh,
            list_concat([a.short_name_zh, a.area_id, a.adcode], o.aliases) as others,
            a.area_id in (select area_id from ours) or coalesce(a.is_reporting, false) or a.level_code = 'township'
                as is_ours,
            exists (select 1 from mart.area_profile as f where f.area_id = a.area_id) as has_profile
        from core.dim_area as a
        left join core.dim_area as p on p.area_id = a.parent_area_id
        left join core.dim_area as g on g.area_id = p.parent_area_id
        left join core.dim_area as c on c.area_id = a.city_area_id
        left join others as o on o.area_id = a.area_id
        where a.level_code in ('city', 'unit', 'township')
        order by a.level_code, a.sort_order nulls last, a.adcode nulls last, a.area_id
        """
    )


def written(release: Release) -> Answer:
    """Every paragraph of the public documents, in the order of the documents: source_id, paragraph_no, text_zh."""
    return release.rows(
        """
        select d.source_id, d.paragraph_no, d.text_zh
        from meta.document_paragraph as d
        inner join meta.source as s on s.source_id = d.source_id
        order by s.sort_order, d.paragraph_no
        """
    )


def aims(release: Release) -> Answer:
    """What each city has a target for, once: city_area_id, label_zh, in catalogue order."""
    return release.rows(
        """
        select t.area_id as city_area_id, i.label_zh
        from core.dim_target as t
        inner join meta.indicator as i on i.indicator_code = t.indicator_code
        group by all
        order by min(i.sort_order), t.area_id
        """
    )


def compared(release: Release) -> Answer:
    """What cities are compared by, in declared order: item_zh."""
    return release.rows("select item_zh from meta.comparison_item group by item_zh order by min(sort_order), item_zh")
