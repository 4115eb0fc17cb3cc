"""Files with one person a line: read where they lie, turned into keys, handed to the store. Nothing of them is kept.

A name, an identity number, an account or a telephone exists only inside the process that reads the file (`in_worker`):
one without network, without other programs, that may write keyed Parquet into one folder and is gone when it has.
"""
