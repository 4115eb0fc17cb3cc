"""Tables of many words: a table on a screen, one entry below the other on a phone."""

from collections.abc import Iterable, Sequence

from pages.ui.kit.html import esc


def records(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, text_columns: Sequence[int] = (), caption: str = ""
) -> str:
    """Like `parts.table`; each cell carries the name of its column, which a narrow screen prints before it."""

    def kind(position: int) -> str:
        return ' class="text"' if position in text_columns else ""

    heads = "".join(f'<th scope="col"{kind(i)}>{esc(name)}</th>' for i, name in enumerate(head))
    body = "".join(
        "<tr>"
        + "".join(f'<td{kind(i)} data-name="{esc(head[i])}"><div>{content}</div></td>' for i, content in enumerate(row))
        + "</tr>"
        for row in rows
    )
    words = f'<caption class="unseen">{esc(caption)}</caption>' if caption else ""
    return f'<table class="grid records">{words}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
