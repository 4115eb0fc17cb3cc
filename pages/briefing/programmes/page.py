"""政策与任务: what the documents named and promised, what of it has figures, and where it stands in the text."""

from pages.briefing.programmes import parts
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here

view = here()
opening(
    "政策与任务",
    f"{view.city_name_zh} · 公开文件点名的制度、工程、机制、荣誉与政策",
    view.once(parts.finding),
    [],
    deck_zh="一项就是文件点名的一件事，同一份文件重复提到只算一项。没有数字不等于没有做，只是文件没有说做了多少。",
)
if parts.city_register(view):
    parts.family_board(view)
    parts.register(view, parts.pick(view))
    parts.timeline(view)
