"""The verdicts on targets as they stand in the release, for programs: quoted, never judged again."""

from collections.abc import Sequence
from datetime import date

from warehouse.read import Answer, Release

_VERDICTS = """
select
    v.target_id, v.reading, t.name_zh, t.reading_zh, v.area_id, a.name_zh as area_zh, v.scope_code, v.part_zh, v.month,
    v.target_state_code, s.label_zh as target_state_zh, v.target_reason_code, v.reason_zh, v.is_marked, v.is_over,
    v.is_replaced, v.is_latest, t.indicator_code, t.comparator, v.target_value, coalesce(o.value_as_written, t.text_zh)
        as target_as_written, t.unit_zh, t.unit_zh = '%' as is_fraction, t.deadline_on, t.binding_code,
    v.value, v.value_as_written, v.as_of_on, v.gap, v.status_code, v.origin_code,
    v.reading_count, v.parts_named, v.parts_measured, v.parts_met,
    v.evidence_relation, v.evidence_row_key, t.source_id,
    'mart.target_verdict' as relation,
    v.target_id || '|' || v.reading || '|' || v.area_id || '|' || cast(v.month as varchar) as row_key
from mart.target_verdict as v
inner join core.dim_target as t on t.target_id = case when v.reading = 'all' then v.target_id else v.reading end
left join core.fct_document_figure as o on o.figure_id = t.figure_id
left join core.dim_area as a on a.area_id = v.area_id
left join meta.code as s on s.code_set = 'target_state_code' and s.code = v.target_state_code
where ($targets is null or list_contains($targets, v.target_id))
    and ($areas is null or list_contains($areas, v.area_id))
    and case when cast($month as date) is null then v.is_latest else v.month = $month end
order by v.target_id, v.reading <> 'all', v.reading, v.scope_code, a.sort_order, v.area_id, v.month
"""


def verdicts(
    release: Release,
    *,
    targets: Sequence[str] | None = None,
    areas: Sequence[str] | None = None,
    month: date | None = None,
) -> Answer:
    """Rows of mart.target_verdict with names: the target as a whole (reading `all`) before its readings.

    Shares are fractions (`is_fraction`). `relation` with `row_key` names the receipt of the verdict,
    `evidence_relation` with `evidence_row_key` that of the value it was reached by.

    Args:
        targets, areas: only these; all when None. month: as seen from that month; the newest of each when None.
    """
    asked = {
        "targets": list(targets) if targets is not None else None,
        "areas": list(areas) if areas is not None else None,
        "month": month,
    }
    return release.rows(_VERDICTS, asked)
