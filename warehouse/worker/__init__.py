"""The one place where what comes from strangers is touched: a pre-started process that forks limited children.

In: the name of a function, plain arguments, limits. Out: its answer, or why there is none. Nothing outlives its deadline.
"""
