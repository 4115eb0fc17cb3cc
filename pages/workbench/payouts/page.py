"""津贴稽核: money at risk by unit, by rule and by month, what was recovered, how often each rule was right."""

from pages.ui.frame.identity import here_is
from pages.ui.kit.errors import nothing_more
from pages.ui.kit.view import here
from pages.workbench.payouts import parts

view = here()
units = parts.units_within_reach(view, here_is())
found = parts.found_in(view, units)
if found is None:
    parts.without_payments(view, is_seen=bool(units))
    if units:
        parts.under_way(view)
    nothing_more()
parts.head(view, found, units)
parts.under_way(view)
if found.audited_at is None:
    nothing_more()
parts.headline(view, found)
parts.by_rule(view, found)
parts.by_unit(view, found, units)
parts.by_month(view, found)
parts.by_rule_and_unit(view, found, units)
