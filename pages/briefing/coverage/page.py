"""四级网络覆盖: what is built from county to village, on which base, and what is blank or unknown."""

from pages.briefing.coverage import beds, enrolment, parts
from pages.ui.kit import filters
from pages.ui.kit.base_switch import base_switch
from pages.ui.kit.opening import opening
from pages.ui.kit.view import here

view = here()
said, links, deck = view.once(parts.opening_of)
opening("四级网络覆盖", view.city_name_zh, said, links, deck_zh=deck)
options = view.once(parts.networks_of)
if view.has_months and options:
    # Where townships are told apart, their blanks are the picture; the ladder of the city follows.
    first = parts.opens_on(view, options)
    network = filters.choice("network", "看哪一级", options, first, what_zh="网络")
    parts.blank_townships(view, network, options[network])
    view.once(parts.ladder_figure).show("ladder")
    view.once(parts.units_figure, network, options[network]).show("units")
else:
    view.once(parts.ladder_figure).show("ladder")
    if options:
        first = parts.opens_on(view, options)
        network = filters.choice("network", "看哪一级", options, first, what_zh="网络")
        view.once(parts.units_figure, network, options[network]).show("units")
        parts.blank_townships(view, network, options[network])
base_switch(view)
beds.show(view)
enrolment.show(view)
