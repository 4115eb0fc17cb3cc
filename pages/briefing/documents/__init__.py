"""The printed documents: every figure beside its sentence. In: the ledger. Out: figures, doubts, readings."""
