"""The month's form filled on the page, by a unit's own people. In: layout, last month, the draft. Out: a draft, a report sent."""
