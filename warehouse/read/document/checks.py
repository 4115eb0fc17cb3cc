"""What printed figures say about each other: the cross checks, with the documents they speak of."""

from warehouse.read import Answer, Release

_CROSS_CHECKS = """
select
    c.*,
    c.check_id as row_key,
    v.label_zh as verdict_label_zh,
    a.short_name_zh as area_short_name_zh,
    (
        select list(distinct f.source_id order by f.source_id)
        from meta.cross_check_operand as o
        inner join core.fct_document_figure as f on f.figure_id = o.figure_id
        where o.check_id = c.check_id
    ) as source_ids
from mart.cross_check as c
left join meta.code as v on v.code_set = 'verdict_code' and v.code = c.verdict_code
left join core.dim_area as a on a.area_id = c.area_id
where
    (cast($area_id as varchar) is null or c.area_id = $area_id)
    and (cast($source_id as varchar) is null or exists (
        select 1
        from meta.cross_check_operand as o
        inner join core.fct_document_figure as f on f.figure_id = o.figure_id
        where o.check_id = c.check_id and f.source_id = $source_id
    ))
order by c.sort_order
"""


def cross_checks(release: Release, *, area_id: str | None = None, source_id: str | None = None) -> Answer:
    """One row a cross check in declared order: both wordings, result with bounds, verdict, badge, sentence, `row_key`.

    Args:
        source_id: only those that use a figure of this document.
    """
    return release.rows(_CROSS_CHECKS, {"area_id": area_id, "source_id": source_id})
