"""Small errors of a first report that a unit finds itself: a few entries were late, and are added by a correction.

A form with slips is whole and agrees with itself; only some figures are a little lower than they turn out to be.
"""

import random
from dataclasses import replace

from etl.demo.dynamics import TIERS, Values
from etl.months.template.sheetwriter import FormContent

# Entered late, and free of other figures as long as they fall a little.
LOWERED = {
    "facility": (
        "visited_count",
        "institution_resident_count",
        "village_home_operating_count",
        "community_day_care_operating_count",
        "family_bed_count",
        "nursing_bed_count",
    ),
    "platform": ("order_satisfied_count", "order_rated_count", "active_person_count"),
}
LEAST = 40


def slipped(content: FormContent, form: str, luck: random.Random) -> FormContent:
    """The form as first reported."""
    if form == "allowance":
        return _allowance(content, luck)
    figures = dict(content.rows[content.unit_id])
    if form == "training":
        _training(figures, content, luck)
    else:
        for indicator in LOWERED[form]:
            value = figures.get((indicator, "total"))
            if isinstance(value, (int, float)) and value >= LEAST:
                figures[indicator, "total"] = value - max(1, int(value * luck.uniform(0.004, 0.02)))
        if form == "platform":
            figures["order_satisfied_count", "total"] = min(
                figures["order_satisfied_count", "total"], figures["order_rated_count", "total"]
            )
    return replace(content, rows={**content.rows, content.unit_id: figures})


def _training(figures: Values, content: FormContent, luck: random.Random) -> None:
    """One class of the month was not yet entered; what stood at the end of last month stays."""
    before = content.previous if content.month.month > 1 else {}
    for indicator in ("training_person_times", "training_people", "certificate_count"):
        held = before.get((indicator, "total"), 0)
        added = figures[indicator, "total"] - held
        figures[indicator, "total"] = held + added - int(added * luck.uniform(0.1, 0.2))
    lost = content.rows[content.unit_id]["training_people", "total"] - figures["training_people", "total"]
    figures["training_people_month", "total"] -= lost
    if figures["training_person_times", "total"] < figures["training_people", "total"]:
        figures["training_person_times", "total"] = figures["training_people", "total"]


def _allowance(content: FormContent, luck: random.Random) -> FormContent:
    """Some people aged 80–89 were paid their arrears but not yet entered: persons and yuan fall together."""
    rows = {area: dict(figures) for area, figures in content.rows.items()}
    unit = rows[content.unit_id]
    tier = TIERS[0]
    for area in content.names or (content.unit_id,):
        owed = rows[area]["allowance_arrears_person_count", tier]
        if owed < 2 or luck.random() < 0.4:
            continue
        yuan = rows[area]["allowance_arrears_yuan", tier] // owed // 50 * 50
        for row in [rows[area]] + ([unit] if area != content.unit_id else []):
            for breakdown in (tier, "total"):
                row["allowance_arrears_person_count", breakdown] -= 1
                row["allowance_arrears_yuan", breakdown] -= yuan
                row["allowance_paid_yuan", breakdown] -= yuan
    return replace(content, rows=rows)
