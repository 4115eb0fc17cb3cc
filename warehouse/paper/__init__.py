"""The briefing on paper: its content, made from one release, and (in `files`) the files it is written to.

Content is made of sentences that remember their numbers (`warehouse.wording.grammar.cited`), so that each printed number carries
a receipt. Nothing here is imported before somebody asks for paper.
"""
