"""The published documents: texts, ledger of printed figures, programme register, timeline.

Files, all in this folder and keyed by source_id (the stem of the text):
    sources.toml      what each document prints about itself, its private and broken lines
    texts/            the texts as received
    figures/          the ledger, one row a printed figure
    programmes/       the programme register, and KINDS.toml with its closed list of kinds
    timeline/         dated events
    exclusions.toml   numerals that are no figures, each with its reason
"""

from etl.documents.frames import Documents, document_frames
from etl.documents.load import load_documents, read_documents, validate
from etl.documents.problems import DocumentError, Problem

__all__ = [
    "DocumentError",
    "Documents",
    "Problem",
    "document_frames",
    "load_documents",
    "read_documents",
    "validate",
]
