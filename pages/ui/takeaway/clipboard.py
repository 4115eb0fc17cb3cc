"""One press takes text or a table along: as words for a chat, as a real table for WPS, its source line with it."""

from collections.abc import Sequence

from pages import FOLDER
from pages.ui.kit.component import block_component
from pages.ui.kit.html import esc

_clipboard = block_component("yanglao_clipboard", FOLDER / "ui" / "takeaway" / "clipboard.js")


def copy_buttons(copies: Sequence[tuple[str, str, str]], *, key: str) -> None:
    """Buttons that copy: (label, plain text, HTML) each. Nothing comes back to the server."""
    buttons = "".join(
        f'<button type="button" data-copy="{number}">{esc(label)}</button> '
        for number, (label, _, _) in enumerate(copies)
    )
    _clipboard(
        data={
            "html": f'<div class="copy">{buttons}<span class="said" role="status"></span></div>',
            "copies": [{"text": text, "html": html} for _, text, html in copies],
        },
        key=key,
    )


def text_html(text: str) -> str:
    """Lines of text as paragraphs."""
    return "".join(f"<p>{esc(line)}</p>" for line in text.splitlines())


def table_html(claim: str, heads: Sequence[str], rows: Sequence[Sequence[str]], foot: str) -> str:
    """A table that word processors take as one, its claim above and its source below."""
    line = "border:1px solid #888;padding:2px 6px"
    head = "".join(f'<th style="{line}">{esc(name)}</th>' for name in heads)
    body = "".join("<tr>" + "".join(f'<td style="{line}">{esc(text)}</td>' for text in row) + "</tr>" for row in rows)
    return f'<p><b>{esc(claim)}</b></p><table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{esc(foot)}</p>'


def table_text(claim: str, heads: Sequence[str], rows: Sequence[Sequence[str]], foot: str) -> str:
    """The same with tabs between cells, which spreadsheets take as columns."""
    return "\n".join([claim, "\t".join(heads), *("\t".join(row) for row in rows), foot])
