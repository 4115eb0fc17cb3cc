"""Formulas of the SQL of reads, each written once: what a read works out beyond the marts is worked out as they do."""


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


# SQL: from how many on a base or a task has percentages, as the release declares it.
SMALLEST_BASE = "(select value from meta.parameter where parameter_code = 'smallest_percent_base')"


def is_small(amount: str) -> str:
    """SQL: whether a base or a task is too small for a percentage; false where there is none."""
    return f"coalesce({amount} < {SMALLEST_BASE}, false)"
