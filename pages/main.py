"""The script the app serves: the frame, and in it one page of `pages.ui.registry`."""

from pages.ui.frame import run

run()
