"""The figures of 四级网络覆盖: the ladder, one network in all units, and the townships without it."""

from typing import Any
from urllib.parse import urlencode

import polars as pl

from pages.briefing.coverage import picture, rows
from pages.briefing.coverage.waffle import netted_zh, stands
from pages.ui.kit.errors import empty_state
from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import esc, num, source_line, table
from pages.ui.kit.months import REPORTS_ZH
from pages.ui.kit.refs import links_of
from pages.ui.kit.view import View
from pages.ui.marks.ladder import ladder
from pages.ui.marks.tiles import tile_map
from pages.ui.takeaway.downloads import offer
from warehouse.read.meta import catalog
from warehouse.read.place import areas, coverage
from warehouse.read.target import targets
from warehouse.wording import townships as words
from warehouse.wording.grammar.alike import ZONE
from warehouse.wording.grammar.dates import as_of_zh
from warehouse.wording.grammar.numbers import plain
from warehouse.wording.grammar.sentences import SILENT_ZH, coverage_finding, standing
from warehouse.wording.months import absent_zh

TOWNSHIP_BASES = ("township", "street", "street_and_county_seat", "residents_committee", "administrative_village")


def opening_of(view: View) -> tuple[str, list, str]:
    """Finding, its receipts, and the deck."""
    found, whole = view.ask(coverage.ladder, area_id=view.city).frame, picture.last_whole(view)
    silent = absent_zh(view.ask(coverage.silent_units, city_area_id=view.city)) or SILENT_ZH
    said = coverage_finding(found.to_dicts(), name_zh=view.city_name_zh, whole=whole, silent_zh=silent)
    return said.text, links_of(said), rows.deck(_standing(view))


def _standing(view: View) -> pl.DataFrame:
    """The ladder as the first line tells it."""
    found = view.ask(coverage.ladder, area_id=view.city).frame
    return pl.DataFrame(standing(found.to_dicts(), picture.last_whole(view)), schema=found.schema)


def ladder_figure(view: View) -> Drawing:
    """What is built, at work and blank from county to village, with the targets for each rate."""
    found = view.ask(coverage.ladder, area_id=view.city).frame
    verdicts = view.ask(targets.wholes, area_id=view.city, today=view.today).frame
    rates = rows.rate_indicators(view.ask(catalog.networks, city_area_id=view.city).frame)
    return Drawing(
        claim_zh=rows.ladder_claim(found),
        what_zh="各级养老服务设施的建成数占应覆盖单位数的比例（%），时点见各行",
        drawn_html=ladder(rows.rungs(found, verdicts, rates)),
        twin_html=rows.ladder_table(found, verdicts, rates, picture.before(view, found.to_dicts())),
        foot_html=source_line(rows.sources(found), rows.newest(found), view.release_id),
    )


def networks_of(view: View) -> dict[str, str]:
    """The networks the reader may look at unit by unit, from county to village."""
    networks = view.ask(catalog.networks, city_area_id=view.city).frame
    return rows.network_options(networks, view.ask(coverage.ladder, area_id=view.city).frame)


def opens_on(view: View, options: dict[str, str]) -> str:
    """The network the page opens on: the one its first line names, if it stands among the options, else the last."""
    lowest = rows.lowest_network(_standing(view))
    return lowest if lowest in options else next(reversed(options))


def units_figure(view: View, network: str, label_zh: str) -> Drawing:
    """One network in all units: a tile each, and who has no place in the comparison."""
    by_unit = view.ask(coverage.by_unit, city_area_id=view.city, network_code=network).frame
    places = view.ask(areas.units, city_area_id=view.city).frame
    claim = rows.unit_claim(by_unit, label_zh, picture.smallest_difference(view, network))
    return Drawing(
        claim_zh=claim,
        what_zh=rows.unit_what(by_unit),
        drawn_html=tile_map(rows.tiles(by_unit, places), alt_zh=claim) + rows.left_out_html(by_unit),
        twin_html=rows.unit_table(by_unit),
        foot_html=source_line(rows.sources(by_unit), rows.newest(by_unit), view.release_id),
    )


def blank_townships(view: View, network: str, label_zh: str) -> None:
    """Which townships have none of it: the list, all townships beside it, and both as files."""
    usual = next((row for row in view.rows(coverage.ladder, area_id=view.city) if row["network_code"] == network), None)
    if usual is None or usual["base_code"] not in TOWNSHIP_BASES:
        return
    found = view.once(_township_rows, network)
    name = label_zh.rpartition(" · ")[2]
    if found.is_empty():
        _not_told(view, usual, name)
        return
    view.once(_townships_figure, network, name).show("townships")
    offer(
        view,
        lambda: blank_list(found, name),
        **view.once(_blank_file, network, name),
        remarks=["空白＝该有而报为0；未报的另列，不算空白；辖区内没有此类底数的乡镇不在名单内"],
        key="blank-files",
    )


def _blank_file(view: View, network: str, name: str) -> dict[str, Any]:
    """What the list is called, as of when and from what; of one as-of for every row: the month of the newest form."""
    found = view.once(_township_rows, network)
    return {
        "title_zh": f"{view.city_name_zh}{name}空白{words.kind_zh(found['base_code'][0])}名单",
        "as_of_zh": as_of_zh(found["as_of_on"].max(), "month").removeprefix("截至"),
        "sources": [REPORTS_ZH, *found["base_source_title_zh"].drop_nulls().unique(maintain_order=True).to_list()],
    }


def _township_rows(view: View, network: str) -> pl.DataFrame:
    """The townships that should have this network; empty where nobody tells townships apart."""
    found = view.ask(coverage.townships, city_area_id=view.city, network_code=network).frame
    return found.filter(pl.col("base").is_not_null())


def _townships_figure(view: View, network: str, name: str) -> Drawing:
    found = _township_rows(view, network)
    records = found.to_dicts()
    return Drawing(
        claim_zh=words.claim(records, name),
        what_zh="；".join(
            part
            for part in (
                f"该有{name}的地方，一县（区）一行；写出名字的是报为0的{words.kind_zh(found['base_code'][0])}，点名字看它的报数",
                netted_zh(stands(records)),
            )
            if part
        ),
        drawn_html=picture.matrix(
            view,
            [one for one in picture.columns(view) if one.code == network],
            set(_zones(view)),
            with_city=False,
            is_named=True,
        ),
        twin_html=_township_table(records),
        foot_html=source_line(rows.sources(found), rows.newest(found), view.release_id),
    )


def _zones(view: View) -> list[str]:
    units = view.ask(areas.units, city_area_id=view.city).frame
    return units.filter(pl.col("kind_code") == ZONE)["short_name_zh"].to_list()


def _township_table(records: list[dict]) -> str:
    body = [
        [
            esc(row["parent_zh"]),
            esc(row["short_name_zh"]),
            num(rows.built_text(row), rows.built_ref(row)),
            num(rows.base_text(row), rows.base_ref(row), wrap=True),
            esc(words.state_zh(row)),
        ]
        for row in records
    ]
    return table(["单位", "乡镇（街道）", "建成", "底数", "状态"], body, text_columns=(1, 4), caption="分乡镇（街道）")


def blank_list(found: pl.DataFrame, network_zh: str) -> pl.DataFrame:
    """The blank townships and those that did not report, as the file holds them."""
    listed = [row for row in found.to_dicts() if words.is_blank(row) or words.is_unknown(row)]
    return pl.DataFrame(
        {
            "单位": [row["parent_zh"] for row in listed],
            "乡镇（街道）": [row["name_zh"] for row in listed],
            "网络": [network_zh] * len(listed),
            "状态": [words.state_zh(row) for row in listed],
            "建成数": [None if row["built"] is None else int(row["built"]) for row in listed],
            "底数": [int(row["base"]) for row in listed],
            "底数是": [row["base_label_zh"] for row in listed],
            "底数年份": [row["base_year"] for row in listed],
        },
        schema_overrides={"建成数": pl.Int64, "底数": pl.Int64, "底数年份": pl.Int64},
    )


def _not_told(view: View, row: dict, name: str) -> None:
    """No list exists: what is known of the gap, why the places are not, and when they will be."""
    is_month = row["origin_code"] == "month"
    told = f"{'月报里没有全市合计' if is_month else '公开文件没有印建成数'}，哪些有、哪些没有都不知道，这里不推测。"
    if row["built"] is not None:
        gap = f"{row['base_label_zh']}中至少有{plain(row['blank'])}个没有" if row["blank"] else "有没有空白看不出来"
        told = f"{'各单位没有分乡镇报' if is_month else '公开文件只印全市数'}：{gap}，是哪几个没有名单，这里不推测。"
    link = "?" + urlencode({"data": "demo", "city": view.city, "network": row["network_code"]})
    empty_state(
        f"{name}：{'没有报' if is_month else '没有公布'}哪些乡镇是空白",
        f"{told}\n"
        "2026年7月起的《养老服务设施与床位月报表》按乡镇（街道）填报；各单位报来后，这里按单位列出空白名单，并可下载。",
        more_html=""
        if view.is_demo
        else f'<p><a class="link" href="{esc(link)}" target="_self">看演示数据里的名单</a>'
        '<span class="soft">　由程序生成，不是实际情况</span></p>',
    )
