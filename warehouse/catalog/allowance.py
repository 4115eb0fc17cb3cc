"""The measures of the old-age allowance: one name in `mart.allowance_month`, one indicator of the forms, one of payments.

A measure is named once: its column is the name, `allowance_` before it the indicator reported on forms, `payout_`
the same counted from payments.
"""

MEASURES = (
    "recipient_count",
    "paid_yuan",
    "arrears_person_count",
    "arrears_yuan",
    "recovered_person_count",
    "recovered_yuan",
    "stopped_count",
)
REPORTED = {measure: f"allowance_{measure}" for measure in MEASURES}
"""Column of `mart.allowance_month`: the indicator it is."""
PAID_OUT = {measure: f"payout_{measure}" for measure in MEASURES}
"""The same measure: the indicator counted from payments."""


def family(breakdown: str) -> str:
    """By what a breakdown divides: `age`, `reason`. The parts of one family add up to the total."""
    return breakdown.partition("_")[0]
