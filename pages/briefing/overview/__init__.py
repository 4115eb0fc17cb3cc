"""The first page: what is known now and what is not. In: key indicators, targets, reports. Out: cards and the matrix."""
