"""What a release took in: rows, and what the rules said of them. For the status command and the status page."""

from warehouse.read import Release


def load_counts(release: Release) -> dict[str, int]:
    """Counts of the whole release, both cities: rows and rules.

    figure_count, observation_count, submission_count; blocking_count, hold_count, soft_count of open issues and
    failed_rule_count, how many different rules have an open blocking issue; returned_count, overdue_count of forms by
    their newest report. All zero where no unit has reported yet, except figure_count.
    """
    frame = release.rows(
        """
        with newest as (
            select state_code, is_late
            from meta.submission
            qualify row_number() over (partition by area_id, form_code, month order by revision desc) = 1
        ),
        issue as (
            select rule_code, severity_code from meta.issue where is_open
        )
        select
            (select count(*) from core.fct_document_figure) as figure_count,
            (select count(*) from core.fct_observation) as observation_count,
            (select count(*) from meta.submission where revision > 0) as submission_count,
            (select count(*) from issue where severity_code = 'blocking') as blocking_count,
            (select count(*) from issue where severity_code = 'hold') as hold_count,
            (select count(*) from issue where severity_code = 'soft') as soft_count,
            (select count(distinct rule_code) from issue where severity_code = 'blocking') as failed_rule_count,
            (select count(*) from newest where state_code = 'returned') as returned_count,
            (select count(*) from newest where state_code = 'not_reported' and is_late) as overdue_count
        """
    ).frame
    return frame.row(0, named=True)
