"""县区画像: one unit on one screen and one sheet of paper."""

from pages.ui import profile_parts as parts
from pages.ui.view import here

view = here()
picked = parts.pick_unit(view)
if picked:
    parts.sheet(view, *picked)
