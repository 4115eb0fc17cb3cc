"""One figure as a card: of a release for whoever frames it, of an edition from what it froze; a sentence as a title."""

from dataclasses import replace

from warehouse.paper import tables
from warehouse.paper.deck.model import Card
from warehouse.paper.facts import Row
from warehouse.wording.grammar.cited import Cited
from warehouse.wording.grammar.numbers import percent
from warehouse.wording.months import changes
from warehouse.wording.overview_months import gap_zh, is_small_task

TONES = {"behind": "watch", "ahead": "good", "level": "flat"}


def figure_card(cell: Row, indicator: Row) -> Card:
    """The value of a cell with how far its task is, or how it moved; its mark where there is none."""
    value = tables.value_cell(cell, indicator)
    if cell["value"] is None:
        return Card(name=indicator["label_zh"], value=value)
    if cell["against_code"] == "pace" and not is_small_task(cell):
        note, tone = f"完成任务{percent(cell['completion'])}，{gap_zh(cell, indicator)}", TONES[cell["standing_code"]]
        note = note if cell["standing_code"] == "level" else f"{note}个百分点"
        return Card(name=indicator["label_zh"], value=value, note_zh=note, tone=tone)
    made = changes(cell, indicator)
    kept = next((one for one in made if one.code == "yoy"), made[0] if made else None)
    note, tone = (f"{kept.said_zh}{kept.text_zh}", kept.tone) if kept else ("没有可比的月份", "flat")
    return Card(name=indicator["label_zh"], value=value, note_zh=note, tone=tone)


def bare(said: Cited) -> Cited:
    """A sentence as a title: without its full stop."""
    return replace(said, text=said.text.removesuffix("。"))
