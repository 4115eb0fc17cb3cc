"""One release: built in memory, masked, checked, written once, published by a pointer, opened for reading.

In: frames of facts and the catalogue. Out: an immutable file under a new name, and the pointer that names it.
"""
