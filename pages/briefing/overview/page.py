"""总览: with months who lags, what moved and what is new; without, what is known of the city and what is not."""

from pages.briefing.overview import with_months, without_months
from pages.ui.kit.view import here

view = here()
asked = with_months.months_of(view)
if asked and asked.month:
    with_months.page(view, asked)
else:
    without_months.page(view, awaited=asked.awaited if asked else None)
without_months.onward()
