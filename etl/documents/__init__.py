"""The published documents: texts, ledger of printed figures, programme register, timeline.

The documents of a city stand in its folder, warehouse/catalog/cities/<city>/documents/, keyed by source_id (the stem
of the text):
    sources.toml      what each document prints about itself, its private and broken lines
    texts/            the texts as received
    figures/          the ledger, one row a printed figure
    programmes/       the programme register
    timeline/         dated events
    exclusions.toml   numerals of these documents that are no figures, each with its reason
In this folder: programmes/KINDS.toml, the closed list of kinds, and exclusions.toml with what is never a figure in any.
"""

from etl.documents.document_frames import Documents, document_frames
from etl.documents.load import document_folders, load_documents, read_documents, validate
from etl.documents.problems import DocumentError, Problem

__all__ = [
    "DocumentError",
    "Documents",
    "Problem",
    "document_folders",
    "document_frames",
    "load_documents",
    "read_documents",
    "validate",
]
