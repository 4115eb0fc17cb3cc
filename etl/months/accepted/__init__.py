"""What is taken of all forms: revisions in order, series judged against their past, rows for the warehouse.

In: understood forms with their findings. Out: observations, submissions and issues, one form of one unit and month each.
"""
