"""What nothing shown may hold: persons and their telephones. The letters shipped here have marks in their place."""

import re

from warehouse.persons import hide

_NAMED = re.compile(
    r"签发人[：:]\s*(?![〔…])\S+|联系人[：:]\s*(?![〔…])\S+|^\s*(?![〔…])\S{2,4}(?:委员|代表)[：:]\s*$", re.MULTILINE
)

SERVICE_LINE = "0393-6996169"
"""Public: the letters advertise it."""


def private_in(text: str) -> list[str]:
    """The words of a text that name a signer, an addressee or a contact, and its lines with a number of a person."""
    text = text.replace(SERVICE_LINE, "")
    return [found[0] for found in _NAMED.finditer(text)] + [line for line in text.splitlines() if hide(line) != line]
