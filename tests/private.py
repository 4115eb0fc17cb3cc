"""The persons and telephones the published letters print, read from the letters; nothing else may repeat them."""

import re

from etl.documents import document_folders

_PRINTED = re.compile(
    r"签发人：(\S+)|^(\S{2,4})(?:委员|代表)[：:]|联系人：(\S+)\s+(?:联系)?电话：([\d—-]+)", re.MULTILINE
)


def private_words() -> set[str]:
    """Names of signers, addressees and contact persons, and their telephone without the area code."""
    files = sorted(file for folder in document_folders() for file in folder.glob("texts/*.txt"))
    texts = "\n".join(file.read_text(encoding="utf-8") for file in files)
    words = {word for found in _PRINTED.finditer(texts) for word in found.groups() if word}
    return {re.split("[—-]", word)[-1] for word in words}
