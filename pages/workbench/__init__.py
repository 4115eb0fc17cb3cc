"""Pages for analysts, clerks and the operator, one folder each: `page.py` and beside it what only that page uses."""
