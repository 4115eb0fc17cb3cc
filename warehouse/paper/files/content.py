"""A briefing as plain data for the templates: texts cut at their numbers, tables, receipts, the line at the foot."""

from typing import Any

from warehouse.paper.model import Briefing, Paragraph, Receipted, Section, Stamp, Table, pieces
from warehouse.wording.grammar.cited import Figure


def briefing_data(briefing: Briefing) -> dict[str, Any]:
    """All of it, for `bulletin.typ`."""
    receipts = briefing.receipts()
    listed = list({one.code: one for one in receipts.values()}.values())
    return {
        "title": briefing.title_zh,
        "area": briefing.area_zh,
        "addressee": briefing.addressee_zh,
        "signatory": briefing.signatory_zh,
        "dated": briefing.dated_zh,
        "sections": [_section(section, receipts) for section in briefing.sections],
        "receipts": [receipt_data(one) for one in listed],
        "sources": list(briefing.sources_zh),
        "definitions": [[one.label_zh, one.unit_zh, one.definition_zh, one.formula_zh] for one in briefing.definitions],
        **stamp_data(briefing.stamp),
    }


def stamp_data(stamp: Stamp) -> dict[str, Any]:
    """The foot of a file and what the head has to warn of."""
    return {
        "foot": stamp.line_zh,
        "states": list(stamp.states_zh),
        "is_demo": stamp.is_demo,
        "release": stamp.release_id,
        "as_of": stamp.as_of_zh,
        "source": stamp.source_zh,
    }


def receipt_data(one: Receipted) -> list[str]:
    """Number, code, wording, what it is of."""
    return [str(one.number), one.code, one.wording, one.about_zh]


def _section(section: Section, receipts: dict[Figure, Receipted]) -> dict[str, Any]:
    return {
        "title": section.title_zh,
        "paragraphs": [paragraph_data(paragraph, receipts) for paragraph in section.paragraphs],
        "tables": [table_data(table) for table in section.tables],
    }


def paragraph_data(paragraph: Paragraph, receipts: dict[Figure, Receipted]) -> dict[str, Any]:
    """The lead, and the rest as pieces: text and the number of its receipt (0 where it has none)."""
    cut = [
        [
            text,
            receipts[figure].number if figure in receipts else 0,
            receipts[figure].code if figure in receipts else "",
        ]
        for figure, text in pieces(paragraph)
    ]
    lead = paragraph.lead_zh if paragraph.text.startswith(paragraph.lead_zh) else ""
    if lead and cut:
        cut[0][0] = cut[0][0].removeprefix(lead)
    return {"key": paragraph.key, "lead": lead, "pieces": cut}


def table_data(table: Table) -> dict[str, Any]:
    """Caption, heads with units, groups of rows, notes."""
    return {
        "caption": table.caption_zh,
        "heads": [[column.head_zh, column.unit_zh] for column in table.columns],
        "groups": [[name, [[[cell.text, cell.tone] for cell in row] for row in rows]] for name, rows in table.groups],
        "notes": list(table.notes_zh),
    }
