"""政策与任务: what the documents named and promised, what of it has figures, and where it stands in the text."""

from pages.briefing.programmes import parts
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here
from warehouse.wording import programmes as words

view = here()
rows = parts.city_register(view)
opening(
    "政策与任务",
    f"{view.city_name_zh} · 公开文件点名的制度、工程、机制、荣誉与政策",
    words.finding(view.city_name_zh, rows),
    [],
    deck_zh="一项就是文件点名的一件事，同一份文件重复提到只算一项。没有数字不等于没有做，只是文件没有说做了多少。",
)
if rows:
    parts.family_board(view)
    parts.register(view, rows, parts.pick(rows))
    parts.timeline(view)
