"""What a draft would change against the current release, for whoever decides on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.errors import PublishError
from warehouse.home import Home
from warehouse.release.file import WITHOUT_FAULTY_STEP, header_of
from warehouse.release.publishing.drafts import sound_draft
from warehouse.release.publishing.publish import current_pointer, release_path

MOST_LISTED = 200
"""Rows of each list that are shown."""

Rows = Callable[..., list[tuple]]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What a draft would change against the current release, and what is not well in it.

    month: the newest. Counts are of values of county months; come and gone: rows (area, month, form, count of values);
    restated: rows (area, indicator, breakdown, month, old, new); missing: (unit, form) of the newest month; held: (unit,
    indicator, month); failed: (whether new, sentence) of open blocking problems, new ones first.
    """

    month: date | None
    new_count: int
    changed_count: int
    gone_count: int
    come: list[tuple]
    gone: list[tuple]
    restated: list[tuple]
    missing: list[tuple]
    held: list[tuple]
    failed: list[tuple]
    month_count: int
    month_before_count: int
    bytes: int
    bytes_before: int


def changes(home: Home, release_id: str) -> Changes:
    """What this draft would change.

    Raises:
        PublishError: it is no longer the draft, its file is damaged, or there is no current release.
    """
    path, pointer = sound_draft(home, release_id), current_pointer(home)
    if pointer is None:
        raise PublishError("还没有现行批次，不能比较。请运行 yanglao refresh --publish")
    now = release_path(home, pointer.release_id)
    month = header_of(path).get("latest_month")
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"set {WITHOUT_FAULTY_STEP}")
        connection.execute(f"attach '{path}' as draft (read_only)")
        connection.execute(f"attach '{now}' as now (read_only)")
        for name in ("draft", "now"):
            connection.execute(_VALUES.format(name=name))

        def rows(sql: str, **values: object) -> list[tuple]:
            return connection.execute(sql, values).fetchall() if values else connection.execute(sql).fetchall()

        ((new, changed, gone),) = rows(_COUNTS)
        (counted,) = rows(_MONTHS, month=month)
        return Changes(
            month=month,
            new_count=new,
            changed_count=changed,
            gone_count=gone,
            come=rows(_BY_FORM.format(here="draft", there="now")),
            gone=rows(_BY_FORM.format(here="now", there="draft")),
            restated=rows(_RESTATED),
            missing=rows(_MISSING, month=month),
            held=rows(_HELD),
            failed=rows(_FAILED),
            month_count=counted[0],
            month_before_count=counted[1],
            bytes=path.stat().st_size,
            bytes_before=now.stat().st_size,
        )


_VALUES = """
-- Grain: area × indicator × breakdown × month, the last revision.
create temp view {name}_value as
select area_id, indicator_code, breakdown_code, month, value, status_code
from {name}.core.fct_observation
qualify row_number() over (partition by area_id, indicator_code, breakdown_code, month order by revision desc) = 1
"""
_COUNTS = """
-- Grain: one row.
select
    count(*) filter (d.status_code = 'reported' and n.status_code is distinct from 'reported'),
    count(*) filter (d.status_code = 'reported' and n.status_code = 'reported' and d.value <> n.value),
    count(*) filter (n.status_code = 'reported' and d.status_code is distinct from 'reported')
from draft_value as d
full join now_value as n using (area_id, indicator_code, breakdown_code, month)
"""
_MONTHS = """
-- Grain: one row: values reported of the newest month, and of the one before.
select
    count(*) filter (month = cast($month as date)),
    count(*) filter (month = cast($month as date) - to_months(1))
from draft_value
where status_code = 'reported'
"""
_BY_FORM = f"""
-- Grain: area × month × form: what is reported here and not there.
select a.short_name_zh, h.month, coalesce(c.label_zh, '其他') as form_zh, count(*) as value_count
from {{here}}_value as h
anti join (from {{there}}_value where status_code = 'reported') as t
    using (area_id, indicator_code, breakdown_code, month)
inner join {{here}}.core.dim_area as a using (area_id)
left join {{here}}.meta.indicator as i using (indicator_code)
left join {{here}}.meta.code as c on c.code_set = 'form_code' and c.code = i.form_code
where h.status_code = 'reported'
group by a.short_name_zh, a.sort_order, h.month, c.label_zh, c.sort_order
order by h.month desc, a.sort_order, c.sort_order
limit {MOST_LISTED}
"""
_RESTATED = f"""
-- Grain: area × indicator × breakdown × month: reported in both, with another value.
select a.short_name_zh, i.label_zh, coalesce(p.label_zh, '合计') as part_zh, d.month, n.value as old, d.value as new
from draft_value as d
inner join now_value as n using (area_id, indicator_code, breakdown_code, month)
inner join draft.core.dim_area as a using (area_id)
inner join draft.meta.indicator as i using (indicator_code)
left join (select code, any_value(label_zh) as label_zh from draft.meta.code group by code) as p
    on p.code = d.breakdown_code and d.breakdown_code <> 'total'
where d.status_code = 'reported' and n.status_code = 'reported' and d.value <> n.value
order by d.month desc, a.sort_order, i.label_zh, d.breakdown_code
limit {MOST_LISTED}
"""
_MISSING = """
-- Grain: unit × form of the newest month.
select a.short_name_zh, c.label_zh
from draft.meta.submission as s
inner join draft.core.dim_area as a using (area_id)
inner join draft.meta.code as c on c.code_set = 'form_code' and c.code = s.form_code
where s.month = $month and s.state_code = 'not_reported'
order by a.sort_order, c.sort_order
"""
_HELD = f"""
-- Grain: value that is not yet taken.
select a.short_name_zh, i.label_zh, d.month
from draft_value as d
inner join draft.core.dim_area as a using (area_id)
inner join draft.meta.indicator as i using (indicator_code)
where d.status_code = 'withheld'
order by d.month desc, a.sort_order, i.label_zh
limit {MOST_LISTED}
"""
_FAILED = f"""
-- Grain: open problem that has to be mended.
select issue_id not in (select issue_id from now.meta.issue) as is_new, sentence_zh
from draft.meta.issue
where is_open and severity_code = 'blocking'
order by is_new desc, month desc, issue_id
limit {MOST_LISTED}
"""
