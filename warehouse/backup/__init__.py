"""Backup of a data home and its restoring: what people sent and wrote, never what can be made again.

In: a data home at work. Out: a folder of snapshots that share their files, each proven by SHA-256, sealed with age on wish.
"""
