"""The numbers of an indicator on its sheet: the line of the city looked at, its units, and what was only printed or counted."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import esc, num, source_line, table
from pages.ui.kit.months import REPORTS_ZH, change_html, value_html
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from pages.ui.marks.sparks import HEIGHT, WIDTH, Spark, scale_of, spark
from warehouse.read.meta import catalog
from warehouse.read.month import months
from warehouse.read.place import areas, coverage
from warehouse.read.value import values
from warehouse.wording import months as words
from warehouse.wording.grammar.cited import Cited, Figure, cited
from warehouse.wording.grammar.dates import as_of_zh, month_zh, period_zh
from warehouse.wording.grammar.numbers import mark, show_value

Row = Mapping[str, Any]
MONTHS_DRAWN = 24
ZONE = "functional_zone"
# Without months: what documents print, what is divided by places there are, and what was counted.
PRINTED = ("coverage", "document", "base")
MOST_PRINTED = 60


def opens_on(view: View) -> str:
    """The indicator the page opens on: the first key rate that has a number in this release, else the first of all."""
    listed = view.rows(catalog.indicators)
    key = sorted((row for row in listed if row.get("key_order") is not None), key=lambda row: row["key_order"])
    ordered = [row["indicator_code"] for row in key if row["kind_code"] == "ratio"]
    return next((code for code in ordered if _series(view, code) or _actual(view, code)), listed[0]["indicator_code"])


def finding(view: View, indicator: Row) -> Cited:
    """The newest number of the city looked at with its month; what the indicator is, where there is none."""
    own = [row for row in _series(view, indicator["indicator_code"]) if row["area_id"] == view.city]
    known = [row for row in own if row["value"] is not None]
    if known:
        row = known[-1]
        when = words.when_zh(row["month"], indicator["timing_code"])
        return cited(f"{view.city_name_zh}{indicator['label_zh']}", words.value_figure(row, indicator), f"，{when}")
    printed = [row for row in _actual(view, indicator["indicator_code"]) if row["area_id"] == view.city]
    if printed:
        row = printed[-1]
        figure = Figure(wording=_wording(row), relation=row["relation"], row_key=row["row_key"])
        return cited(f"{view.city_name_zh}{indicator['label_zh']}", figure, f"，{_when(view, row)}")
    return cited(f"{indicator['label_zh']}：{indicator['definition_zh']}")


def numbers(view: View, code: str) -> Drawing | str:
    """The figure of the sheet: months as a line and a table of units, else every printed or counted number of the cities."""
    indicator = next(row for row in view.rows(catalog.indicators) if row["indicator_code"] == code)
    found = _series(view, code)
    return _of_months(view, indicator, found) if found else _of_prints(view, indicator)


def _series(view: View, code: str) -> list[Row]:
    """The last months of the city looked at and of its units, oldest first; empty where nobody reports it."""
    known = view.ask(months.months)
    if not known:
        return []
    units = [row["area_id"] for row in _units(view)]
    since = known[-MONTHS_DRAWN] if len(known) >= MONTHS_DRAWN else known[0]
    rows = view.rows(months.series, indicator_code=code, area_ids=(view.city, *units), first_month=since)
    return rows if any(row["value"] is not None for row in rows) else []


def _units(view: View) -> list[Row]:
    """The units of the city in declared order, functional zones last: they are a group of their own."""
    return sorted(view.rows(areas.units, city_area_id=view.city), key=lambda row: row["kind_code"] == ZONE)


def _printed(view: View, code: str) -> list[Row]:
    cities = tuple(view.ask(areas.cities).frame["area_id"])
    return view.rows(values.values, indicators=(code,), areas=cities, series=PRINTED, limit=MOST_PRINTED)


def _actual(view: View, code: str) -> list[Row]:
    """What is so, of `_printed`: no target, standard or plan, and no blank."""
    return [row for row in _printed(view, code) if row["figure_kind_code"] == "actual" and row["value"] is not None]


def _of_months(view: View, indicator: Row, found: Sequence[Row]) -> Drawing:
    by_id: dict[str, list[Row]] = {}
    for row in found:
        by_id.setdefault(row["area_id"], []).append(row)
    first, last = found[0]["month"], max(row["month"] for row in found)
    own = by_id.pop(view.city)
    units = [row for row in _units(view) if row["area_id"] in by_id]
    by_area = {one["short_name_zh"]: by_id[one["area_id"]] for one in units}
    head = f"{month_zh(first)}至{month_zh(last)}"
    link = "?" + urlencode(
        {"indicator": indicator["indicator_code"], "city": view.city, "data": "demo" if view.is_demo else "real"}
    )
    zones = next((place for place, one in enumerate(units) if one["kind_code"] == ZONE), len(units))
    drawn = [_unit(name, rows, indicator) for name, rows in by_area.items()]
    if zones < len(drawn):
        drawn.insert(zones, '<h3 class="group">功能区（单列，不与县（区）混排）</h3>')
    lines = "".join(drawn)
    return Drawing(
        claim_zh=f"{view.city_name_zh}及{len(by_area)}个单位，{head}",
        what_zh=f"{indicator['label_zh']}（{indicator['unit_zh']}）；各线各自标度，空心为初步数，断处为缺；点数字看来历",
        drawn_html=f'<div class="numbers">{_unit(view.city_name_zh, own, indicator, is_whole=True)}{lines}</div>'
        f'<p class="small"><a class="link" href="trends{esc(link)}" target="_self">在“趋势”页看信号、目标和大事</a></p>',
        twin_html=_month_table(own, by_area, indicator, view),
        foot_html=source_line(REPORTS_ZH, month_zh(last), view.release_id),
    )


def _unit(name: str, rows: Sequence[Row], indicator: Row, *, is_whole: bool = False) -> str:
    newest = rows[-1]
    one = Spark(
        values=[row["value"] for row in rows],
        alt_zh=f"{name}{len(rows)}个月，{words.value_figure(newest, indicator).wording}",
        hollow=newest["quality_code"] == "provisional",
    )
    kind = " whole" if is_whole else ""
    size = {"width": 2 * WIDTH, "height": 2 * HEIGHT} if is_whole else {}
    return (
        f'<div class="row{kind}"><span class="who">{esc(name)}</span>{spark(one, scale_of([one], from_zero=False), **size)}'
        f'<b>{value_html(newest, indicator)}</b><span class="small">较上月 {change_html(newest, indicator, "mom")}</span></div>'
    )


def _month_table(own: Sequence[Row], by_area: Mapping[str, Sequence[Row]], indicator: Row, view: View) -> str:
    """A row a month, newest first; a column the city and one each unit."""
    of = {name: {row["month"]: row for row in rows} for name, rows in {view.city_name_zh: own, **by_area}.items()}
    dates = sorted({row["month"] for rows in of.values() for row in rows.values()}, reverse=True)
    changes = [["较上月", *(change_html(rows[-1], indicator, "mom") for rows in [own, *by_area.values()])]]
    body = changes + [
        [month_zh(month), *(value_html(rows.get(month), indicator) for rows in of.values())] for month in dates
    ]
    return table(["月份", *of], body, caption=indicator["label_zh"])


def _of_prints(view: View, indicator: Row) -> Drawing | str:
    found = _printed(view, indicator["indicator_code"])
    if not found:
        return (
            f'<div class="fig"><h2>{esc(indicator["label_zh"])}：本批次没有数</h2><div class="what">'
            "公开文件没有印，普查和区划表里没有，各单位也还没有报送</div></div>"
        )
    kinds = view.ask(catalog.code_labels, code_set="figure_kind_code")
    lines = [
        [
            esc(row["area_zh"]),
            _value(row),
            esc(kinds.get(row["figure_kind_code"], "")),
            esc(_when(view, row)),
            esc(row["source_zh"] or "各单位月报"),
            esc(row["note_zh"] or ""),
        ]
        for row in found
    ]
    body = table(
        ["地区", "数", "性质", "时点", "来源", "说明"], lines, text_columns=(2, 3, 4, 5), caption=indicator["label_zh"]
    )
    places = len({row["area_id"] for row in found})
    sources = "；".join(dict.fromkeys(row["source_zh"] for row in found if row["source_zh"])) or "公开文件"
    head = f'<div class="fig"><h2>{places}个城市共{len(found)}个数</h2><div class="what">公开文件、覆盖率与底数；点数字看原句或算式</div></div>'
    return head + body + source_line(sources, "见各行", view.release_id)


def _value(row: Row) -> str:
    return num(
        _wording(row),
        ref(row["relation"], row["row_key"]) if row["value"] is not None or row["value_as_written"] else None,
        wrap=True,
    )


def _wording(row: Row) -> str:
    if row["series_code"] == "document":
        return row["value_as_written"]
    return mark(row["status_code"]) if row["value"] is None else show_value(row["value"], row["unit_zh"])


def _when(view: View, row: Row) -> str:
    """The as-of, no more exactly than its document prints it."""
    if row["series_code"] == "document":
        return period_zh(row["period_start_on"], row["as_of_on"])
    if row["as_of_on"] is None:
        return "文件未印时点"
    known = view.rows(coverage.points, area_id=row["area_id"]) if row["series_code"] == "coverage" else ()
    precision = next((one["as_of_precision"] for one in known if one["row_key"] == row["row_key"]), "day")
    return as_of_zh(row["as_of_on"], precision).removeprefix("截至")
