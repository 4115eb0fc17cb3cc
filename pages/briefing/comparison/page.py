"""城市对比: two to four areas side by side, what may be compared first and what may not last; then the units of a city."""

from pages.briefing.comparison import board, chooser
from pages.briefing.comparison.unit_board import unit_board
from pages.ui.kit.errors import empty_state
from pages.ui.kit.view import here

view = here()
area_ids = chooser.chosen(view)
if len(area_ids) < chooser.FEWEST:
    chooser.choose(view, area_ids)
    empty_state("再选一个地区就能对比", "点“添加地区”，输入地名、拼音或首字母；全国的市和县（区）都可以选。")
else:
    board.page(view, area_ids)
unit_board(view)
