"""Who has reported, what is wrong, how to explain it. In: submissions and issues of the month. Out: grid, findings, templates."""
