"""What a release shows of earlier months, as the history forms are judged against; masked figures are not in it."""

import datetime as dt

from etl.months.model import Figure, History, MonthState
from warehouse.read import Release

_ACCEPTED = """
select month, revision, submission_id, state_code
from meta.submission
where area_id = $unit and form_code = $form and state_code in ('accepted', 'corrected')
qualify row_number() over (partition by month order by revision desc) = 1
"""

_FIGURES = """
select o.month, o.area_id, o.indicator_code, o.breakdown_code, o.value, o.status_code, o.cell, o.note_zh
from core.fct_observation as o
inner join meta.indicator as i on i.indicator_code = o.indicator_code and i.form_code = $form
where
    list_contains($reports, o.submission_id)
    and o.status_code <> 'suppressed'
    and (o.area_id = $unit or list_contains($months, o.month))
"""

_MASKED = """
select count(*)
from core.fct_observation as o
where
    list_contains($reports, o.submission_id)
    and o.status_code = 'suppressed'
    and (o.area_id = $unit or list_contains($months, o.month))
"""

_REVISIONS = """
select month, max(revision) from meta.submission
where area_id = $unit and form_code = $form and revision > 0
group by month
"""


def released_history(
    release: Release, *, form_code: str, unit_id: str, months: set[dt.date]
) -> tuple[History, dict[dt.date, int], int]:
    """Accepted months of one form of one unit as a release shows them.

    Args:
        months: those for which the figures of townships are wanted as well.

    Returns:
        The history; how many reports of each month came; and how many of the figures asked for are masked. Where a
        figure is masked the history has none, so that nothing judged by it can depend on the number.
    """
    asked = {"unit": unit_id, "form": form_code}
    history: History = {
        month: MonthState(month, revision, submission_id, {}, state == "corrected")
        for month, revision, submission_id, state in release.rows(_ACCEPTED, asked).frame.iter_rows()
    }
    revisions = dict(release.rows(_REVISIONS, asked).frame.iter_rows())
    if not history:
        return history, revisions, 0
    reports = [state.submission_id for state in history.values()]
    figures = release.rows(_FIGURES, {**asked, "reports": reports, "months": sorted(months)}).frame
    for month, area, indicator, breakdown, value, status, cell, note in figures.iter_rows():
        history[month].figures[area, indicator, breakdown] = Figure(value, status, cell or "", "", note or "")
    masked = release.rows(_MASKED, {"unit": unit_id, "reports": reports, "months": sorted(months)}).frame.item()
    return history, revisions, masked
