"""The text of a month as printed, with its numbers as buttons that open their receipts."""

from pages.ui.kit.html import badge, esc, num, source_line, table
from pages.ui.kit.refs import figure_ref
from warehouse.paper.model import Briefing, Paragraph, Table, pieces
from warehouse.wording.grammar.cited import Figure


def article(briefing: Briefing, release_id: str, *, opens: bool = True) -> str:
    """Title, states, sections, tables and source line.

    Args:
        release_id: named in the source line.
        opens: whether its numbers open receipts; they cannot where the release is not what the page reads.
    """
    states = " ".join(badge(state, "watch") for state in briefing.stamp.states_zh)
    parts = [f"<h2>{esc(briefing.title_zh)}</h2><p>{states}</p><p>{esc(briefing.addressee_zh)}</p>"]
    for section in briefing.sections:
        parts.append(f"<h3>{esc(section.title_zh)}</h3>")
        says = "".join(f"<p>{_paragraph(paragraph, opens)}</p>" for paragraph in section.paragraphs)
        parts.append(f'<div class="prose">{says}</div>')
        parts += [_table(one, opens) for one in section.tables]
    foot = source_line("；".join(briefing.sources_zh), briefing.stamp.as_of_zh, release_id)
    return f'<article class="bulletin">{"".join(parts)}</article>{foot}'


def _number(text: str, figure: Figure, opens: bool) -> str:
    return num(text, figure_ref(figure) if opens else None)


def _paragraph(paragraph: Paragraph, opens: bool) -> str:
    return "".join(
        _number(text, figure, opens) if figure is not None else esc(text) for figure, text in pieces(paragraph)
    )


def _table(one: Table, opens: bool) -> str:
    heads = [column.head_zh + (f"（{column.unit_zh}）" if column.unit_zh else "") for column in one.columns]
    rows: list[list[str]] = []
    for name, group in one.groups:
        if name:
            rows.append([f"<b>{esc(name)}</b>", *([""] * (len(heads) - 1))])
        rows += [
            [_number(cell.text, cell.figure, opens) if cell.figure else esc(cell.text) for cell in row] for row in group
        ]
    notes = "".join(f'<p class="foot">{esc(note)}</p>' for note in one.notes_zh)
    return f"<h4>{esc(one.caption_zh)}</h4>{table(heads, rows, caption=one.caption_zh)}{notes}"
