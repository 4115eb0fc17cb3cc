"""One indicator over the months: what changed and whether it means something. In: series and signals. Out: line, multiples, contributions."""
