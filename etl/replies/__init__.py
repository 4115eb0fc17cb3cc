"""A draft of a reply (提案、建议答复) held against what is known: documents, the newest months, the signed edition.

`draft` reads the file, `numerals` finds its figures, `facts` is what is known, `check` the verdicts. Nothing of a draft is
kept, and no name of a person in it is shown.
"""
