"""目标与进度: what documents promised, what is done of it, and what cannot be judged."""

from pages.ui import target_parts as parts
from pages.ui import verdicts
from pages.ui.opening import opening
from pages.ui.refs import ref
from pages.ui.sheet import block
from pages.ui.target_steps import changed_targets
from pages.ui.view import here
from warehouse.read import progress
from warehouse.wording import targets as words

view = here()
month = parts.pick_month(view)
rows = view.ask(progress.standings, area_id=view.city, month=month).frame.to_dicts()
said = words.finding(view.city_name_zh, rows, month)
opening(
    "目标与进度",
    f"{view.city_name_zh} · 公开文件所定的目标",
    said.text,
    [(each.wording, ref(each.relation, each.row_key, each.column)) for each in said.figures],
    deck_zh=words.deck(rows, has_months=month is not None),
)
block(verdicts.tally(words.by_target(rows)), key="tally")
pace_of = parts.pick_pace(rows)
on_cards = parts.several_verdicts(view, rows, pace_of)
parts.singles(view, rows, pace_of, on_cards)
parts.each_county(view, rows)
parts.city_units(view, rows, month)
changed_targets(view)
parts.qualitative(view, rows)
parts.settled_without_figures(view, rows, on_cards)
parts.rules(view)
