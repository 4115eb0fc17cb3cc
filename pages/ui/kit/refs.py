"""The receipt of a number as the text a button or a link carries."""

from warehouse.read.receipt.receipts import receipt_id, split_receipt_id
from warehouse.wording.grammar.cited import Cited, Figure


def ref(relation: str | None, row_key: str | None, column: str | None = None) -> str | None:
    """The text of a receipt; None where the row is not known."""
    return receipt_id(relation, row_key, column or "") if relation and row_key else None


def parse_ref(text: str) -> dict[str, str | None] | None:
    """The arguments of the receipt that `ref` wrote; None for anything else (a link somebody changed)."""
    try:
        return split_receipt_id(text)
    except ValueError:
        return None


def figure_ref(figure: Figure) -> str | None:
    """The receipt of a number that remembers its row."""
    return ref(figure.relation, figure.row_key, figure.column or None)


def links_of(said: Cited) -> list[tuple[str, str | None]]:
    """The numbers of a sentence with their receipts, in its order; for `parts.linked` and `opening`."""
    return [(figure.wording, figure_ref(figure)) for figure in said.figures]
