"""Faults on purpose, by the hundred: kills, turned bits, cut files, wrong clocks, full disks, files saved at the wrong moment.

`python -m tests.faults` runs them all and prints the counts; the tests run a sample.
"""
