"""What people write and what must be on record: `desk.sqlite`, opened nowhere else.

In: receipts of files, explanations, withdrawals, queries asked and saved. Out: the same rows, in order.
"""
