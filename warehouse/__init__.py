"""Everything that knows the database: what is declared, how a release is made, kept, asked and put into words.

In: frames of facts (`etl` hands them over). Out: release files, typed answers, sentences. Opens DuckDB; nobody else does.
"""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
