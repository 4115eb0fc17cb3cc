"""总览: with months who lags, what moved and what is new; without, what is known of the city and what is not."""

from pages.ui import overview_months, overview_rows
from pages.ui.view import here

view = here()
asked = overview_months.months_of(view)
if asked and asked.month:
    overview_months.page(view, asked)
else:
    overview_rows.page(view, awaited=asked.awaited if asked else None)
overview_rows.onward()
