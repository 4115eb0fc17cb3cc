"""县区画像: one unit on one screen and one sheet of paper."""

from pages.briefing.profile import parts
from pages.ui.kit.view import here

view = here()
picked = parts.pick_unit(view)
if picked:
    parts.sheet(view, *picked)
