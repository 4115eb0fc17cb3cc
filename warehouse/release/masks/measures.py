"""Which indicators count persons, and which amounts of money tell of them; what forms and payments say of the same.

Money gives persons away, because standards are public.
"""

from warehouse.catalog.allowance import MEASURES, PAID_OUT, REPORTED

SMALLEST_SHOWN = 5
"""Fewer persons than this are hidden."""
TOTAL = "total"
RECIPIENTS, PAID = REPORTED["recipient_count"], REPORTED["paid_yuan"]
PAYMENTS = {REPORTED[measure]: PAID_OUT[measure] for measure in MEASURES}
"""What the forms say, and what payments say of the same."""
TWINS = PAYMENTS | {payment: form for form, payment in PAYMENTS.items()}
DIVIDED_TWICE = {PAYMENTS[REPORTED["stopped_count"]]: "age"}
"""Indicators whose persons are divided in two ways, each with the same total, and the family of the second."""
PAID_TO = {RECIPIENTS: PAID, PAYMENTS[RECIPIENTS]: PAYMENTS[PAID]}
# Paid in arrears and recovered: money in and out of the same sum, so they are masked together; forms, then payments.
COUNTER_PAIRS = tuple(
    {f"{origin}_arrears_person_count": f"{origin}_arrears_yuan", f"{origin}_recovered_person_count": f"{origin}_recovered_yuan"}
    for origin in ("allowance", "payout")
)  # fmt: skip
COUNTERS = {counter: amount for pair in COUNTER_PAIRS for counter, amount in pair.items()}
MONEY = (*PAID_TO.values(), *COUNTERS.values())
CELL = ("area_id", "indicator_code", "breakdown_code", "month")
