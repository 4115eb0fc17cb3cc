"""四级网络覆盖: what is built from county to village, on which base, and what is blank or unknown."""

from pages.ui import coverage_rows as shown
from pages.ui import enrolment, filters
from pages.ui.charts import figure, framed, tile_map
from pages.ui.ladder import ladder
from pages.ui.opening import opening
from pages.ui.parts import source_line
from pages.ui.refs import links_of
from pages.ui.sheet import block
from pages.ui.view import here
from warehouse.read import areas, catalog, coverage, targets
from warehouse.wording.sentences import coverage_finding

view = here()
rows = view.ask(coverage.ladder, area_id=view.city).frame
verdicts = view.ask(targets.verdicts, area_id=view.city).frame
networks = view.ask(catalog.networks, city_area_id=view.city).frame

said = coverage_finding(rows.to_dicts(), name_zh=view.city_name_zh)
opening("四级网络覆盖", view.city_name_zh, said.text, links_of(said), deck_zh=shown.deck(rows))

framed(
    lambda: block(ladder(shown.rungs(rows, verdicts, shown.rate_indicators(networks))), key="ladder"),
    claim_zh=shown.ladder_claim(rows),
    what_zh="各级养老服务设施的建成数占应覆盖单位数的比例（%），时点见各行",
    foot_html=source_line(shown.sources(rows), shown.newest(rows), view.release_id),
    twin_html=shown.ladder_table(rows),
    key="ladder-figure",
)

options = shown.network_options(networks, rows)
if options:
    network = filters.choice("network", "看哪一级", options, next(reversed(options)), what_zh="网络")
    by_unit = view.ask(coverage.by_unit, city_area_id=view.city, network_code=network).frame
    places = view.ask(areas.units, city_area_id=view.city).frame
    figure(
        tile_map(shown.tiles(by_unit, places), is_large=view.is_large),
        claim_zh=shown.unit_claim(by_unit, options[network]),
        what_zh=shown.unit_what(by_unit),
        foot_html=source_line(shown.sources(by_unit), shown.newest(by_unit), view.release_id),
        twin_html=shown.unit_table(by_unit),
        key="units",
    )
enrolment.show(view)
