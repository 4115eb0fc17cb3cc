"""Tests of payments person by person: rules by hand, reading, keys, the store, what leaves it."""
