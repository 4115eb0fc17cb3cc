"""The month on a wall: one page of 1920 by 1080, by keyboard, at 28 pixels and more, and nothing moves by itself.

A file of its own with style, script and receipts in it: it is shown by the app and opens from a stick as well.
"""

from functools import cache
from html import escape
from importlib.resources import files as resources

from warehouse.paper.deck.pack import Pack
from warehouse.paper.files.stage import receipts, slides

KEYS = "123456789abcdefghijklmnopqrstuvwxyz"
"""Keys that jump to the units, in their order; what has no key left is reached from the list."""


def write(pack: Pack) -> bytes:
    """The page; the same pack gives the same bytes."""
    deck = pack.deck
    keys = {slide.key: KEYS[place] for place, slide in enumerate(deck.units) if place < len(KEYS)}
    talk = [
        (slide, screen, count) for slide in deck.slides for count, screen in enumerate(slides.screens(slide), start=1)
    ]
    # A unit's deck shows the unit among its slides already.
    units = [one for one in deck.units if one.key not in {slide.key for slide in deck.slides}]
    jumps = [(slide, screen, count) for slide in units for count, screen in enumerate(slides.screens(slide), start=1)]
    sections = [slides.contents(pack, keys)]
    for number, (slide, screen, count) in enumerate([*talk, *jumps], start=1):
        place = f"{number}/{len(talk)}" if number <= len(talk) else "单位"
        sections.append(slides.section(pack, slide, screen(pack.link_of), place, count))
    page = (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=1920"><title>{escape(deck.title_zh)}</title><style>{style()}</style></head>'
        f'<body><main id="stage">{"".join(sections)}'
        f'<div id="receipt" role="dialog" aria-modal="true" aria-label="数字凭证" hidden></div></main>'
        f'<template id="receipts">{receipts.all_of(pack)}</template><script>{script()}</script></body></html>\n'
    )
    return page.encode()


@cache
def style() -> str:
    """The style sheet, which stands in the page."""
    return resources("warehouse.paper.files.stage").joinpath("stage.css").read_text(encoding="utf-8")


@cache
def script() -> str:
    """The script, which stands in the page and asks nobody for anything."""
    return resources("warehouse.paper.files.stage").joinpath("stage.js").read_text(encoding="utf-8")
