"""Targets: what documents set, what is known of it, and what may be concluded."""

from warehouse.read import Answer, Release

ROW_KEY = "p.target_id || '|' || p.area_id || '|' || cast(p.month as varchar) || '|' || p.origin_code"

_PROGRESS = f"""
select
    p.*,
    {ROW_KEY} as row_key,
    t.name_zh,
    t.comparator,
    t.value as printed_target,
    t.text_zh as target_as_written,
    t.unit_zh,
    t.period_start_on,
    t.deadline_on,
    t.binding_code,
    t.pace_code,
    t.base_zh,
    t.reading_zh,
    t.chapter_zh,
    t.quote,
    t.source_id,
    t.figure_id as target_figure_id,
    s.title_zh as source_title_zh,
    s.number_zh as source_number_zh,
    s.issued_on,
    s.issued_year,
    i.label_zh as indicator_label_zh,
    i.decimals,
    i.polarity_code,
    x.label_zh as actual_indicator_label_zh,
    x.unit_zh as actual_unit_zh,
    b.label_zh as binding_label_zh,
    k.label_zh as comparator_label_zh,
    o.label_zh as outlook_label_zh,
    e.title_zh as actual_source_title_zh,
    e.number_zh as actual_source_number_zh,
    a.short_name_zh as area_short_name_zh
from mart.target_progress as p
inner join core.dim_target as t on t.target_id = p.target_id
inner join core.dim_area as a on a.area_id = p.area_id
left join meta.source as s on s.source_id = t.source_id
left join meta.source as e on e.source_id = p.actual_source_id
left join meta.indicator as i on i.indicator_code = t.indicator_code
left join meta.indicator as x on x.indicator_code = p.actual_indicator_code
left join meta.code as b on b.code_set = 'binding_code' and b.code = t.binding_code
left join meta.code as k on k.code_set = 'comparator' and k.code = t.comparator
left join meta.code as o on o.code_set = 'outlook_code' and o.code = p.outlook_code
"""


def verdicts(
    release: Release,
    *,
    area_id: str,
    indicator_code: str | None = None,
    evidence_row_key: str | None = None,
    origin_code: str | None = None,
) -> Answer:
    """The newest line of every target of an area: document and sentence, actual, completion, pace, gap, outlook.

    Several targets may stand on one figure: ask by `evidence_row_key` (a figure's id) for all verdicts on it.

    Args:
        origin_code: `document`, `month` or `none`; by default months where there are any, then printed figures.
    """
    chosen = "" if origin_code else (
        "qualify row_number() over (partition by p.target_id, p.area_id order by "
        "case p.origin_code when 'month' then 0 when 'document' then 1 else 2 end) = 1"
    )  # fmt: skip
    return release.rows(
        f"""
        {_PROGRESS}
        where (p.area_id = $area_id or t.area_id = $area_id) and p.is_latest
            and (cast($indicator_code as varchar) is null
                or t.indicator_code = $indicator_code or p.actual_indicator_code = $indicator_code)
            and (cast($evidence_row_key as varchar) is null or p.evidence_row_key = $evidence_row_key)
            and (cast($origin_code as varchar) is null or p.origin_code = $origin_code)
        {chosen}
        order by t.source_id, t.deadline_on desc, t.target_id, a.sort_order
        """,
        {
            "area_id": area_id,
            "indicator_code": indicator_code,
            "evidence_row_key": evidence_row_key,
            "origin_code": origin_code,
        },
    )


def history(release: Release, *, target_id: str, area_id: str | None = None) -> Answer:
    """Every line of one target, oldest first; printed figures and months are told apart by origin."""
    return release.rows(
        f"""
        {_PROGRESS}
        where p.target_id = $target_id and (cast($area_id as varchar) is null or p.area_id = $area_id)
        order by p.area_id, p.month, p.origin_code
        """,
        {"target_id": target_id, "area_id": area_id},
    )
