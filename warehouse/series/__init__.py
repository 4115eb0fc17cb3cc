"""What the months of one indicator say together: control limits, signals, the outlook to the year's end.

In: the values of one series by month. Out: limits and verdicts that sentences and drawings quote.
"""
