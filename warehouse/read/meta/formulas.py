"""Formulas of the SQL of reads, each written once: what a read works out beyond the marts is worked out as they do."""

_TAKEN = "s.state_code in ('accepted', 'corrected')"
# SQL: whether the newest submission `s` of a form and month came late; one taken in time and sent again later did not.
IS_LATE = (
    f"coalesce(case when {_TAKEN} then bool_and(s.is_late) filter (where {_TAKEN})"
    " over (partition by s.area_id, s.form_code, s.month) else s.is_late end, false)"
)
# SQL: whether a submission of the form and month of `s` was taken: its figures stand also where a correction was refused.
HAS_STANDING = f"bool_or({_TAKEN}) over (partition by s.area_id, s.form_code, s.month)"


def ratio(numerator: str, denominator: str, scale: str = "1") -> str:
    """SQL: a ratio as `mart/60_indicator_month/40_ratio.sql` has it; null where there is nothing to divide by."""
    return f"({numerator}) / nullif({denominator}, 0) * {scale}"


def one_more(scale: str, denominator: str) -> str:
    """SQL: by how much one more of what is counted changes a ratio; 0 where there is nothing to divide by."""
    return f"coalesce({scale} / nullif({denominator}, 0), 0)"


def counting_gap(smallest_difference: str, scale: str, denominator: str) -> str:
    """SQL: from what distance on a ratio is told as higher or lower: as declared, and never by less than one of its base.

    One of two townships is 50 %: it lies behind 65 % by less than the next township.
    """
    return f"greatest({smallest_difference}, {one_more(scale, denominator)})"


def over_same_units(row: str) -> str:
    """SQL: which changes of a city (`mom`, `yoy`, `year_start`, joined by a blank) are those of the units in both months alone.

    So it is where the city has no figure in either of them; empty where both are whole, and of a unit.

    Args:
        row: the name of a row of mart.indicator_month.
    """
    return f"concat_ws(' ', {', '.join(_one_change(row, *one) for one in _OTHER_MONTHS)})"


_OTHER_MONTHS = (
    ("mom", "change_mom", "previous_month"),
    ("yoy", "change_yoy", "year_ago_month"),
    ("year_start", "change_since_year_start", "year_start_month"),
)


def _one_change(row: str, code: str, change: str, other: str) -> str:
    # A flow of January and February is compared together: with January missing, February's figure is not that of the sum.
    return f"""case when {row}.{change} is not null and {row}.expected_count > 0 and ({row}.value is null or exists (
        select 1
        from mart.indicator_month as o
        inner join core.dim_month as d on d.month = {row}.month
        inner join meta.indicator as f on f.indicator_code = o.indicator_code
        where
            o.area_id = {row}.area_id
            and o.indicator_code = {row}.indicator_code
            and o.breakdown_code = {row}.breakdown_code
            and o.reported_count is not null
            and o.value is null
            and (
                o.month = d.{other}
                or (
                    '{code}' = 'yoy' and f.timing_code = 'during_month' and f.kind_code <> 'ratio' and d.month_of_year = 2
                    and o.month in (d.previous_month, cast(d.year_ago_month - interval '1' month as date))
                )
            )
    )) then '{code}' end"""


# SQL: from how many on a base or a task has percentages, as the release declares it.
SMALLEST_BASE = "(select value from meta.parameter where parameter_code = 'smallest_percent_base')"

_SMALLEST_RANKED = "(select value from meta.parameter where parameter_code = 'smallest_rank_base')"


def is_small_to_rank(base: str) -> str:
    """SQL: whether a rate of so many things is told and not ranked; false where there is none."""
    return f"coalesce({base} < {_SMALLEST_RANKED}, false)"


def is_small(amount: str) -> str:
    """SQL: whether a base or a task is too small for a percentage; false where there is none."""
    return f"coalesce({amount} < {SMALLEST_BASE}, false)"
