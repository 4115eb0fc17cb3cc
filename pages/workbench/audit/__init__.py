"""Who did what and when, for the administrator. In: the audit trail. Out: rows, a check of the chain, a CSV."""
