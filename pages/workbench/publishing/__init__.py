"""What a draft release would change, and whether it becomes what readers see. In: the draft, the desk. Out: a decision on record."""
