"""简报: choose month, city or unit and sections; read, change, download."""

from pages.briefing.bulletin import parts
from pages.ui.kit.view import here

view = here()
asked = parts.choose(view)
if asked:
    briefing = parts.opened(view, asked)
    parts.preview(view, asked, briefing)
    parts.take_along(view, asked)
