"""Marks several pages draw: cards, ladders, matrices, lines, tiles, verdicts, records.

In: rows already worded. Out: HTML or figures, each number a button that opens its receipt.
"""
