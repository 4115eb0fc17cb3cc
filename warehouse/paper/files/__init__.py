"""Files of a briefing, one module a kind: `pdf` and `picture` (typst), `word` (docxtpl), `excel` (xlsxwriter)."""
