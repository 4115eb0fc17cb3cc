"""Pages for leaders, one folder each: `page.py` chooses, fetches and shows; beside it what only that page uses."""
