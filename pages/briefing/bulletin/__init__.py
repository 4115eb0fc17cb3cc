"""简报: the month's text to read, change and take along."""
