"""A file of strangers as forms of text: containers, cells with addresses, heads recognised by the layouts.

In: bytes. Out: raw forms, or why there are none. Runs in the worker; converts nothing and drops nothing.
"""
