"""Help for people who write SQL against a release: reading their text, explaining errors, examples, completion."""
