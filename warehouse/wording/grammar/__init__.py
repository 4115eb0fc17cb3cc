"""The smallest parts of a sentence. In: numbers, dates, names. Out: how they are written."""
