"""What a release says of itself. In: a release. Out: indicators, names, columns, formulas, samples."""
