"""One unit on one sheet. In: the unit and month. Out: position, trend, issues."""
