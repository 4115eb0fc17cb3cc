"""Small counts of persons are hidden. In: finished tables and what was ever published. Out: the tables without them."""
