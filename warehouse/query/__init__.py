"""Ad-hoc questions of analysts: let through by the gate, run in the worker, explained when refused.

In: one statement and its parameters. Out: rows with their release, or a refusal with its remedy.
"""
