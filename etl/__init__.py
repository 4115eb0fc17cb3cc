"""From what was received to facts: documents, reference tables, the months' forms, the demonstration.

In: files of strangers and declarations. Out: frames for `warehouse.release`, findings for whoever sent the file.
"""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
