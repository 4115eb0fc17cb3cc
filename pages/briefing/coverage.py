"""四级网络覆盖: what is built from county to village, on which base, and what is blank or unknown."""

from pages.ui import bed_parts, coverage_parts, enrolment, filters
from pages.ui.base_switch import base_switch
from pages.ui.opening import opening
from pages.ui.view import here

view = here()
said, links, deck = view.made(coverage_parts.opening_of)
opening("四级网络覆盖", view.city_name_zh, said, links, deck_zh=deck)
view.made(coverage_parts.ladder_figure).show("ladder")

options = view.made(coverage_parts.networks_of)
if options:
    first = coverage_parts.opens_on(view, options)
    network = filters.choice("network", "看哪一级", options, first, what_zh="网络")
    view.made(coverage_parts.units_figure, network, options[network]).show("units")
    coverage_parts.blank_townships(view, network, options[network])
base_switch(view)
bed_parts.show(view)
enrolment.show(view)
