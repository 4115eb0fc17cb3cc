"""Formulas of the SQL of reads, each written once: what a read works out beyond the marts is worked out as they do."""


def ratio(numerator: str, denominator: str, scale: str = "1") -> str:
    """SQL: a ratio as `mart/60_indicator_month/40_ratio.sql` has it; null where there is nothing to divide by."""
    return f"({numerator}) / nullif({denominator}, 0) * {scale}"


def is_small(amount: str) -> str:
    """SQL: whether a base or a task is too small for a percentage (`smallest_percent_base`); false where there is none."""
    return (
        f"coalesce({amount} < (select value from meta.parameter where parameter_code = 'smallest_percent_base'), false)"
    )
