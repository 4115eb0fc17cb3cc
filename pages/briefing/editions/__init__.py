"""Signed editions: which there are, one opened as it was frozen, one being written; what leaders ask. In: desk, `editions/`."""
