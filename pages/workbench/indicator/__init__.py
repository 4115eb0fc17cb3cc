"""One indicator: definition, values, where it comes from. In: the catalogue and its values. Out: the sheet."""
