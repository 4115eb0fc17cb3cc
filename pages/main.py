"""The script the app serves: the frame, and in it one page of `pages.registry`."""

from pages.ui.frame.frame import run

run()
