"""Questions about who has reported: every form by unit and month, what is outstanding, what one month lacks."""

from datetime import date

from warehouse.read import Answer, Release
from warehouse.read.meta.formulas import HAS_STANDING, IS_LATE

_NEWEST = f"""
    select
        s.area_id,
        a.short_name_zh as area_zh,
        a.name_zh as area_name_zh,
        a.sort_order,
        s.form_code,
        f.label_zh as form_zh,
        f.sort_order as form_order,
        s.month,
        s.state_code,
        s.revision,
        s.due_on,
        s.received_at,
        {IS_LATE} as is_late,
        {HAS_STANDING} as has_standing,
        s.blocking_count,
        s.soft_count,
        s.file_name,
        s.submission_id
    from meta.submission as s
    inner join core.dim_area as a on a.area_id = s.area_id
    inner join meta.code as f on f.code_set = 'form_code' and f.code = s.form_code
    where a.city_area_id = $city
    qualify row_number() over (partition by s.area_id, s.form_code, s.month order by s.revision desc) = 1
"""


def form_of(release: Release, *, submission_id: str) -> Answer:
    """The report of one submission: area_id, form_code, month and the sha256 of its file; no row where there is none."""
    return release.rows(
        "select area_id, form_code, month, sha256 from meta.submission where submission_id = $id", {"id": submission_id}
    )


def accepted(release: Release, *, city_area_id: str, month: date) -> Answer:
    """The report that stands of every form of a month: area_id, area_zh, form_code, form_zh, month, sha256, is_doubtful.

    is_doubtful: a figure of it is held back, or marked doubtful. In the order of units and forms.
    """
    return release.rows(
        "select s.area_id, a.short_name_zh as area_zh, s.form_code, f.label_zh as form_zh, s.month, s.sha256,"
        " exists (select 1 from core.fct_observation o where o.submission_id = s.submission_id"
        "   and (o.quality_code = 'doubtful' or o.status_code = 'withheld')) as is_doubtful"
        " from meta.submission as s inner join core.dim_area as a on a.area_id = s.area_id"
        " inner join meta.code as f on f.code_set = 'form_code' and f.code = s.form_code"
        " where a.city_area_id = $city and s.month = $month and s.state_code in ('accepted', 'corrected')"
        " qualify row_number() over (partition by s.area_id, s.form_code order by s.revision desc) = 1"
        " order by a.sort_order, f.sort_order",
        {"city": city_area_id, "month": month},
    )


def board(release: Release, *, city_area_id: str) -> Answer:
    """The newest report of every expected form: unit × form × month, in the order of units, forms and months.

    area_id, area_zh, area_name_zh, form_code, form_zh, month, state_code, revision, due_on, received_at, is_late, has_standing,
    blocking_count, soft_count, file_name, submission_id. A form that never came is a row `not_reported` without
    received_at, late once its due date had passed when the release was built. Empty without county months.
    """
    return release.rows(
        f"with newest as ({_NEWEST}) select * exclude (sort_order, form_order) from newest"
        " order by sort_order, form_order, month",
        {"city": city_area_id},
    )


def outstanding(release: Release, *, city_area_id: str) -> Answer:
    """What is owed: forms overdue and never received, and forms returned and not yet sent again.

    Columns of `board` with `place_zh`, the first cells a returned form must be corrected in (null where the issue
    names none). Oldest month first within a unit.
    """
    return release.rows(
        f"""
        with newest as ({_NEWEST}),
        places as (
            select
                submission_id,
                string_agg(distinct concat(sheet, '!', cell), '、' order by concat(sheet, '!', cell)) as place_zh
            from meta.issue
            where severity_code = 'blocking' and sheet is not null and cell is not null
            group by submission_id
        )
        select n.* exclude (sort_order, form_order), p.place_zh
        from newest as n
        left join places as p on p.submission_id = n.submission_id
        where n.state_code = 'returned' or (n.state_code = 'not_reported' and n.is_late)
        order by n.sort_order, n.month, n.form_order
        """,
        {"city": city_area_id},
    )


def month_issues(release: Release, *, city_area_id: str, month: date, area_id: str | None = None) -> Answer:
    """Open issues of one month: all units of the city, or one; most severe first, by unit, form and cell.

    Columns of meta.issue with area_zh, form_zh, severity_zh.
    """
    return release.rows(
        """
        select i.*, a.short_name_zh as area_zh, f.label_zh as form_zh, s.label_zh as severity_zh
        from meta.issue as i
        inner join core.dim_area as a on a.area_id = i.area_id
        left join meta.code as f on f.code_set = 'form_code' and f.code = i.form_code
        inner join meta.code as s on s.code_set = 'severity_code' and s.code = i.severity_code
        where a.city_area_id = $city
            and i.month = $month
            and i.is_open
            and ($area is null or i.area_id = $area)
        order by s.sort_order, a.sort_order, f.sort_order, i.issue_id
        """,
        {"city": city_area_id, "month": month, "area": area_id},
    )


def unplaced(release: Release) -> Answer:
    """Issues of files whose unit or month could not be told; columns of meta.issue with severity_zh."""
    return release.rows(
        """
        select i.*, s.label_zh as severity_zh
        from meta.issue as i
        inner join meta.code as s on s.code_set = 'severity_code' and s.code = i.severity_code
        where i.area_id is null or i.month is null
        order by s.sort_order, i.file_name, i.issue_id
        """
    )
