"""The persons and telephones the published letters print, read from the letters; nothing else may repeat them."""

import re

from etl.documents.load import FOLDER

_PRINTED = re.compile(
    r"签发人：(\S+)|^(\S{2,4})(?:委员|代表)[：:]|联系人：(\S+)\s+(?:联系)?电话：([\d—-]+)", re.MULTILINE
)


def private_words() -> set[str]:
    """Names of signers, addressees and contact persons, and their telephone without the area code."""
    texts = "\n".join(path.read_text(encoding="utf-8") for path in sorted((FOLDER / "texts").iterdir()))
    words = {word for found in _PRINTED.finditer(texts) for word in found.groups() if word}
    return {re.split("[—-]", word)[-1] for word in words}
