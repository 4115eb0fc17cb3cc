"""Whoever keeps every release and has a pencil. In: what releases print. Out: masked numbers that follow from it."""
