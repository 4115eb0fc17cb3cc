"""The picture of 四级网络覆盖: every place the networks should cover as a square, counties as rows, levels as columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pages.briefing.coverage import rows
from pages.briefing.coverage.squares import KINDS_ZH, key, squares
from pages.briefing.coverage.waffle import Stand, netted_zh, stand
from pages.ui.kit.figures import Drawing
from pages.ui.kit.html import esc, num, source_line, table
from pages.ui.kit.months import indicators_of
from pages.ui.kit.refs import ref
from pages.ui.kit.view import View
from pages.ui.marks.coverage_texts import COVERAGE, NO_BASE, base_text, built_text, rate_text
from pages.ui.marks.verdicts import chip, evidence_button
from warehouse.read.meta import catalog
from warehouse.read.place import areas, coverage
from warehouse.read.receipt import derived
from warehouse.read.target import targets
from warehouse.wording import targets as target_words
from warehouse.wording import townships as words
from warehouse.wording.grammar.alike import ZONE
from warehouse.wording.grammar.dates import as_of_zh
from warehouse.wording.grammar.numbers import blank_zh, mark, percent, plain
from warehouse.wording.grammar.sentences import standing

Row = Mapping[str, Any]
# More squares in one cell than that would be no squares any more: then one is ten places.
MOST_SQUARES = 160
FEW_SQUARES = 24
BAND_COLUMNS = 48
WIDEST_BAND = 30.0
MOST_IN_BAND = 600
MOST_IN_HALF_A_LINE = 10


@dataclass(frozen=True, kw_only=True)
class Column:
    """One network in all units: how its squares are drawn, and what stands in each cell.

    before: of the city in the last month all units reported, where the newest is not whole; units: by unit, the row of coverage; stands: the same as squares, None where there is nothing to cover.
    """

    whole: Row
    before: Row | None
    units: Mapping[str, Row]
    stands: Mapping[str, Stand | None]
    towns: Mapping[str, Sequence[Row]]
    each: int
    rows: int
    size: float

    @property
    def code(self) -> str:
        return self.whole["network_code"]

    @property
    def is_of_towns(self) -> bool:
        """Whether a square is a township, so that the blank ones can be named beside it."""
        return (
            any(row["base"] == 1 for rows in self.towns.values() for row in rows) and self.each == 1 and self.rows == 2
        )

    @property
    def is_told(self) -> bool:
        """Whether of any blank it is known that it is one, or that there is none."""
        return self.whole["blank"] is not None or any(one and one.is_told for one in self.stands.values())

    @property
    def blank(self) -> int:
        """How many places at least have none: those of all units, or more where the whole city tells so."""
        return int(max(sum(one.blank for one in self.stands.values() if one), self.whole["blank"] or 0))


def columns(view: View) -> list[Column]:
    """The networks whose blanks can be told, from county to village; one that serves several places has none."""
    networks = view.rows(catalog.networks, city_area_id=view.city)
    shared = {row["network_code"] for row in networks if row["is_shared"]}
    found = view.rows(coverage.ladder, area_id=view.city)
    usual = [row for row in found if row["is_usual_base"] and row["base_code"] != NO_BASE]
    earlier = before(view, found)
    return [_column(view, row, earlier.get(row["network_code"])) for row in usual if row["network_code"] not in shared]


def last_whole(view: View) -> list[Row]:
    """Of networks of which a unit is silent in the newest month, the last month all reported."""
    return view.rows(coverage.last_whole, city_area_id=view.city)


def before(view: View, ladder: Sequence[Row]) -> dict[str, Row]:
    """By network, the last month all units reported, where the first line of the page tells the city by it."""
    told = standing(ladder, last_whole(view))
    return {row["network_code"]: own for row, own in zip(ladder, told, strict=True) if row is not own}


def smallest_difference(view: View, network: str) -> float:
    """By how much the coverage of two places must differ to count; 0 of a network without a declared rate."""
    rate = rows.rate_indicators(view.ask(catalog.networks, city_area_id=view.city).frame).get(network)
    return indicators_of(view)[rate]["smallest_difference"] if rate else 0.0


def _column(view: View, whole: Row, earlier: Row | None) -> Column:
    asked = {"city_area_id": view.city, "network_code": whole["network_code"]}
    units = {row["short_name_zh"]: row for row in view.rows(coverage.by_unit, **asked)}
    towns: dict[str, list[Row]] = {}
    for row in view.rows(coverage.townships, **asked):
        if row["base"] is not None:
            towns.setdefault(row["parent_zh"], []).append(row)
    found = {name: _stand(name, row, towns.get(name, [])) for name, row in units.items()}
    most = max((one.places for one in found.values() if one), default=0)
    each = 10 if most > MOST_SQUARES else 1
    is_few = most <= FEW_SQUARES
    high = 2 if is_few else 4 if each > 1 else 6
    size = 0.8125 if is_few else 0.5625 if each > 1 else 0.46
    return Column(whole=whole, before=earlier, units=units, stands=found, towns=towns, each=each, rows=high, size=size)


def _stand(name: str, unit: Row, towns: Sequence[Row]) -> Stand | None:
    """The places of a unit: of its townships where they make up its base, else of the unit as a whole."""
    if unit["base"] is None:
        return None
    own = towns if sum(row["base"] for row in towns) == unit["base"] else [unit]
    return stand(name, own, built=unit["built"], operating=unit["operating"])


# ── months: counties as rows ─────────────────────────────────────────────────────────────────────────────────────────


def drawing(view: View) -> Drawing | None:
    """The whole picture; None for a city of whose networks none can be told."""
    found = columns(view)
    if not found:
        return None
    whole = view.ask(coverage.ladder, area_id=view.city).frame
    is_told = any(row["built"] is not None for one in found for row in one.units.values())
    zones = _zones(view)
    if is_told:
        drawn, claim = (
            matrix(view, found, zones, with_city=True),
            words.blanks_claim(
                *_lead(found, zones),
                smallest_difference(view, lead(found).whole["network_code"]),
                {name: row["base"] for name, row in lead(found).units.items() if row["base"] and name not in zones},
            ),
        )
        netted = "；".join(f"{one.whole['base_label_zh']}：{told}" for one in found if (told := netted_zh([s for s in one.stands.values() if s])))  # fmt: skip
        what = "；".join(
            part for part in (f"一格是一处该有设施的地方，哪一格空着就是哪里没有；{words.LEAST_ZH}", netted) if part
        )
    else:
        drawn, claim = bands(view, found) + matrix(view, found, zones, with_city=False), rows.ladder_claim(whole)
        of_months = all(one.whole["origin_code"] == "month" for one in found)
        why = "各单位没有报" if of_months else "文件只印全市数"
        what = f"一格是一处该有设施的地方；{why}，哪几格空着不知道，空白一律排在末尾"
    return Drawing(
        claim_zh=claim,
        what_zh=what,
        drawn_html=drawn,
        twin_html=_table(view, found),
        foot_html=source_line(rows.sources(whole), rows.newest(whole), view.release_id),
    )


def _zones(view: View) -> set[str]:
    units = view.rows(areas.units, city_area_id=view.city)
    return {row["short_name_zh"] for row in units if row["kind_code"] == ZONE}


def lead(found: Sequence[Column]) -> Column:
    """The network by which the rows are sorted: the one with most blanks."""
    return max(found, key=lambda one: one.blank)


def _lead(found: Sequence[Column], zones: set[str]) -> tuple[str, list[tuple[str, float]]]:
    """What the leading network covers, and the share of blanks of each county, most first; zones are no counties."""
    most = lead(found)
    shares = [(name, one.blank_share) for name, one in most.stands.items() if one and one.is_told and name not in zones]
    return most.whole["base_label_zh"], sorted(shares, key=lambda pair: -pair[1])


def matrix(view: View, found: Sequence[Column], zones: set[str], *, with_city: bool, is_named: bool = False) -> str:
    """Counties as rows by their share of blanks, functional zones in a group of their own, levels as columns.

    Args:
        with_city: the whole city stands under each head.
        is_named: townships with nothing at all are named where a square is less than a township, too.
    """
    names = list(found[0].units)
    most = lead(found)
    order = sorted(names, key=lambda name: -(one.blank_share if (one := most.stands.get(name)) else 0.0))
    counties, apart = ([name for name in order if (name in zones) == is_zone] for is_zone in (False, True))
    kinds = [kind for kind in KINDS_ZH if any(kind == own for one in found for s in one.stands.values() if s for own, _ in s.counts)]  # fmt: skip
    sort_zh = f"县（区）按{most.whole['base_label_zh']}的空白占比从高到低" if most.blank else ""
    over = (
        "<span>多：超出底数，不抵别处的空白</span>"
        if any(s.over for one in found for s in one.stands.values() if s)
        else ""
    )
    legend = (
        f'<div class="key">{key(kinds)}{over}<span>—　没有此类底数</span><span class="far">{esc(sort_zh)}</span></div>'
    )
    heads = "".join(_head(one) for one in found)
    whole = "".join(f"<td>{_whole(view, one)}</td>" for one in found)
    body = "".join(_line(name, found, is_named) for name in counties)
    if apart:
        body += (
            f'<tr class="group"><th colspan="{len(found) + 1}" scope="rowgroup">功能区（单列，不与县（区）混排）</th></tr>'
            + "".join(_line(name, found, is_named) for name in apart)
        )
    # In a row of its own under the names: the rates of all levels stand at one height, however long a name is.
    city = f'<tr class="city"><th scope="row" class="who">全市</th>{whole}</tr>' if with_city else ""
    return (
        f'{legend}<div class="covers"><table><caption class="unseen">各单位各级网络的空白</caption>'
        f'<thead class="{"whole" if with_city else "units"}"><tr><th scope="col" class="who">单位</th>{heads}</tr>{city}</thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _head(one: Column) -> str:
    """Level and network, and what one square is."""
    unit = f"一格＝{one.each}个{one.whole['base_label_zh']}"
    return f'<th scope="col"><b>{esc(one.whole["network_zh"])}</b><span class="where">{esc(unit)}</span></th>'


def _whole(view: View, one: Column) -> str:
    """The whole city: its rate, what is blank, built over base, and its verdicts."""
    row = one.whole
    receipt = ref(COVERAGE, row["row_key"])
    gap = f'<b class="blank">至少空{plain(one.blank)}个</b>，' if one.blank else ""
    earlier = f'<span class="line">{told}</span>' if (told := rows.whole_html(one.before)) else ""
    return (
        f'<span class="rate">{num(rate_text(row), receipt if row["rate"] is not None else None)}</span>'
        f'<span class="line">{gap}{_of(row)}</span>{earlier}{_verdicts(view, row)}'
    )


def _of(row: Row) -> str:
    """Built and base: 49/75个; of which year the base is stands in the fold and in the receipt."""
    base = num(mark(row["status_code"]) if row["base"] is None else f"{plain(row['base'])}个", rows.base_ref(row))
    return f'{num(built_text(row).removesuffix("个"), rows.built_ref(row))}<span class="soft">/</span>{base}'


def _verdicts(view: View, row: Row) -> str:
    """Each target for this rate in a line: the word, until when, and the value of then where it is not today's."""
    rates = rows.rate_indicators(view.ask(catalog.networks, city_area_id=view.city).frame)
    verdicts = view.ask(targets.wholes, area_id=view.city, today=view.today).frame
    told = ""
    for one in rows.verdicts_on(row, verdicts, rates):
        is_of_then = one["actual"] is not None and row["built"] is not None and one["as_of_on"] != row["as_of_on"]
        held = f"：{evidence_button(one)}" if is_of_then else ""
        goal = num(one["target_as_written"], ref("core.dim_target", one["target_id"]), wrap=True)
        told += f'<span class="line">{chip(one)} {esc(target_words.deadline_zh(one))}目标{goal}{held}</span>'
    return told


def _line(name: str, found: Sequence[Column], is_named: bool) -> str:
    cells = "".join(_cell(name, one, is_named) for one in found)
    return f'<tr><th scope="row" class="who">{esc(name)}</th>{cells}</tr>'


def _cell(name: str, one: Column, is_named: bool) -> str:
    of = one.whole["tier_zh"]
    here, row = one.stands.get(name), one.units.get(name)
    if here is None or row is None:
        extra = f'<span class="soft">已有{plain(row["built"])}个，没有此类底数</span>' if row and row["built"] else ""
        sign = (
            mark("missing")
            if row is None
            else mark(row["status_code"] if row["status_code"] != "reported" else "not_applicable")
        )
        return f'<td class="none" data-of="{esc(of)}"><span class="soft">{sign}</span> {extra}</td>'
    drawn = squares(here.counts, rows=one.rows, each=one.each, alt_zh=here.said_zh, size=one.size)
    parts = []
    if here.blank:
        parts.append(f'<b class="blank">空{plain(here.blank)}</b><span class="soft">/{plain(here.places)}</span>')
    if here.unknown:
        parts.append(f'<span class="soft">{plain(here.unknown)}个{"未报" if here.covered + here.blank else ""}</span>')
    if here.over:
        parts.append(f'<span class="soft">多{plain(here.over)}</span>')
    if row["rate"] is not None and one.each > 1:
        parts.append(num(rate_text(row), rows.rate_ref(row)))
    told = "".join(f"<span>{part}</span>" for part in parts)
    # On a phone, where a level is a line, what is one or two squares shares it with its neighbour.
    few = ' class="few"' if here.places <= MOST_IN_HALF_A_LINE and not here.blank else ""
    return f'<td{few} data-of="{esc(of)}"><div class="cell">{drawn}<div class="told">{told}{_names(name, one, is_named=is_named)}</div></div></td>'


def _names(name: str, one: Column, *, is_named: bool = False) -> str:
    """The blank townships of a unit by name, each with its receipt; none where a square is no township, unless asked."""
    if not (one.is_of_towns or is_named):
        return ""
    blank = [row for row in one.towns.get(name, ()) if words.is_blank(row)]
    listed = "、".join(num(row["short_name_zh"], ref(COVERAGE, row["row_key"])) for row in blank)
    return f'<span class="names">{listed}</span>' if listed else ""


# ── printed figures: one band a level ────────────────────────────────────────────────────────────────────────────────


def bands(view: View, found: Sequence[Column]) -> str:
    """The whole city, a band a level: what is built, what is blank at least, and hatched what nobody published.

    A level of which nobody knows how many places there are has no squares to draw; it stands in the table.
    """
    ordered = sorted((one for one in found if one.whole["base"] is not None), key=lambda one: -one.whole["base"])
    return f'<div class="bands">{"".join(_band(view, one) for one in ordered)}</div>'


def _band(view: View, one: Column) -> str:
    row = one.whole
    whole = stand("全市", [row], built=row["built"], operating=row["operating"])
    each = 10 if whole.places > MOST_IN_BAND else 1
    count = -(-whole.places // each)
    high = 1 if count <= BAND_COLUMNS / 2 else 2 if count <= 2 * BAND_COLUMNS else 6 if each > 1 else 4
    size = min(0.8125, WIDEST_BAND / -(-count // high))
    over = f'<span class="soft">多{whole.over}</span>' if whole.over else ""
    drawn = squares(whole.counts, rows=high, each=each, alt_zh=whole.said_zh, size=size)
    blank = f'<b class="blank">至少空{plain(whole.blank)}个</b>，' if whole.blank else ""
    when = as_of_zh(row["as_of_on"], row["as_of_precision"]).removeprefix("截至")
    built = (
        _of(row)
        if row["built"] is not None
        else f"建了几个{'有单位没有报' if row['origin_code'] == 'month' else '没有公布'}，底数{num(base_text(row), rows.base_ref(row), wrap=True)}"
    )
    tone = "" if row["rate"] is not None else " mark"
    return (
        f'<div class="band"><div class="name"><b>{esc(row["network_zh"])}</b>'
        f'<span class="where">一格＝{each}个{esc(row["base_label_zh"])}</span></div>'
        f'<div class="drawn">{drawn}{over}</div>'
        f'<div class="rate{tone}">{num(rate_text(row), rows.rate_ref(row))}</div>'
        f'<div class="says"><span class="line">{blank}{built}</span><span class="line soft">{esc(when)}</span>{_verdicts(view, row)}</div></div>'
    )


# ── the same as a table ──────────────────────────────────────────────────────────────────────────────────────────────


def _table(view: View, found: Sequence[Column]) -> str:
    """Every unit and network: the city first with its verdicts, then its units; who is blank is named."""
    body = []
    for one in found:
        label = f"{one.whole['tier_zh']} · {one.whole['network_zh']}"
        body.append(
            [
                "全市",
                esc(label),
                *_figures(one.whole),
                blank_zh(one.blank) if one.is_told else rows.unknown_blank(one.whole),
                esc(netted_zh([s for s in one.stands.values() if s])) + _verdicts(view, one.whole),
            ]
        )
        for name, row in one.units.items():
            here = one.stands.get(name)
            parts = [f"未报{here.unknown}个"] if here and here.unknown else []
            parts += [f"多{here.over}个"] if here and here.over else []
            names = _names(name, one)
            body.append([esc(name), esc(label), *_figures(row), _blanks_of(here, row) if here else mark("not_applicable"), "；".join([*parts, names] if names else parts)])  # fmt: skip
    return table(
        ["单位", "网络", "建成", "底数", "覆盖率", "空白", "说明"], body, text_columns=(1, 6), caption="各单位各级网络"
    )


def _figures(row: Row) -> list[str]:
    return [
        num(built_text(row), rows.built_ref(row)),
        num(base_text(row), rows.base_ref(row), wrap=True),
        num(rate_text(row), rows.rate_ref(row)),
    ]


def _blanks_of(here: Stand, row: Row) -> str:
    """Blanks of places, and their share where a count is told, opening the places one by one."""
    share = ""
    if here.blank and here.covered + here.blank:
        opens = ref(COVERAGE, row["row_key"], derived.BLANK_SHARE)
        share = f"（{num(percent(here.blank_share, thresholds=()), opens)}）"
    return f"{f'{here.blank}个' if here.is_told else mark('missing')}/{here.places}个{share}"


# ── townships with most blank villages ───────────────────────────────────────────────────────────────────────────────


def worst(view: View) -> Drawing | None:
    """The townships with most blanks of the network that has most; None where townships are not told apart, or few blanks."""
    found = columns(view)
    if not found:
        return None
    most = lead(found)
    towns = [
        row for rows_ in most.towns.values() for row in rows_ if row["built"] is not None and row["built"] < row["base"]
    ]
    least = words.worst_limit([row["base"] - row["built"] for row in towns])
    if least is None:
        return None
    shown = sorted(
        (row for row in towns if row["base"] - row["built"] >= least), key=lambda row: row["built"] - row["base"]
    )
    lines = "".join(_town(row) for row in shown)
    blank = sum(int(row["base"] - row["built"]) for row in shown)
    opens = ref(COVERAGE, most.whole["row_key"], f"{derived.BLANKS_FROM}{least}")
    whole_zh = "已报单位" if any(one.unknown for one in most.stands.values() if one) else "全市"
    return Drawing(
        claim_zh=words.worst_claim(len(shown), least, blank, most.blank, most.whole["base_label_zh"], whole_zh),
        what_zh=f"一格＝1个{most.whole['base_label_zh']}；空白＝没有建成{most.whole['network_zh']}；{words.LEAST_ZH}",
        drawn_html=f'<div class="towns">{lines}</div>',
        twin_html=table(
            ["单位", "乡镇（街道）", "空白", "建成", "底数"],
            [
                [
                    esc(row["parent_zh"]),
                    esc(row["short_name_zh"]),
                    num(plain(row["base"] - row["built"]), ref(COVERAGE, row["row_key"])),
                    num(built_text(row), rows.built_ref(row)),
                    num(base_text(row), rows.base_ref(row), wrap=True),
                ]
                for row in shown
            ]
            + [
                [
                    "合计",
                    f"占{whole_zh}已知空白的{num(percent(blank / most.blank, thresholds=()), opens)}",
                    num(plain(blank), opens),
                    "",
                    "",
                ]
            ],  # fmt: skip
            text_columns=(1,),
            caption="空白最多的乡镇",
        ),
        foot_html=source_line(
            "各单位月报",
            as_of_zh(most.whole["as_of_on"], most.whole["as_of_precision"]).removeprefix("截至"),
            view.release_id,
        ),
    )


def _town(row: Row) -> str:
    here = stand(row["short_name_zh"], [row])
    drawn = squares(here.counts, rows=2, each=1, alt_zh=here.said_zh, size=0.42)
    return (
        f'<div class="town"><span><b>{esc(row["short_name_zh"])}</b> <span class="soft">{esc(row["parent_zh"])}</span></span>{drawn}'
        f'<span><b class="blank">空{num(plain(here.blank), ref(COVERAGE, row["row_key"]))}</b><span class="soft">/{here.places}</span></span></div>'
    )
