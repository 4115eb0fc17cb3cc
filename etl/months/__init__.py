"""The months: forms of the units, in the order a form walks: read, understood, judged by rules, accepted.

In: received files, layouts, rules, corrections. Out: frames of observations, submissions and issues. `template` writes
the empty forms that come back filled.
"""
