"""What stands around every page: shell, menu, search, receipt drawer, colophon, identity of the reader.

In: the address and the release. Out: the view that pages read.
"""
