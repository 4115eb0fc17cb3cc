"""All values in one long shape, for files and programs. In: a release and a choice. Out: rows, or bytes of one page."""
