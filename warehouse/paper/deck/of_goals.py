"""Slides of networks and targets."""

from collections.abc import Sequence

from warehouse.paper.deck.model import MOST_ROWS, Bar, Bars, Slide
from warehouse.paper.facts import Facts, Row
from warehouse.paper.model import Cell, Column, Table
from warehouse.wording import bulletin as words
from warehouse.wording import deck as claims
from warehouse.wording import targets as target_words
from warehouse.wording.grammar.cited import Figure, cited
from warehouse.wording.grammar.dates import month_zh
from warehouse.wording.grammar.numbers import mark, percent, plain


def networks_slide(facts: Facts, networks: Sequence[Row]) -> Slide:
    # A network without places of its own here (示范区 without townships) has nothing to draw.
    rows = tuple(
        _network_bar(row) for row in networks if row["base"] or row["status_code"] not in ("reported", "not_applicable")
    )
    over = [row["network_zh"] for row in networks if row["rate"] is not None and row["rate"] > 1]
    shared = [row["network_zh"] for row in networks if row["blank"] is None and (row["rate"] or 1) < 1]
    years = {row["base_year"] for row in networks if row["base_year"]}
    notes = [
        f"应建数为{'、'.join(str(year) for year in sorted(years))}年的区划个数" if years else "",
        f"{'、'.join(over)}一处可有多个，故超100%" if over else "",
        f"{'、'.join(shared)}一所可服务几处，少的不等于空白" if shared else "",
    ]
    return Slide(
        key="networks",
        claim=claims.blanks_claim(networks, facts.blanks),
        what_zh=f"{month_zh(facts.month)}底各级服务网络：每条为应建的地方，实色已有，浅色空白",
        bars=Bars(
            groups=(("", rows),), is_share=True, rest_zh="空白", value_zh="已有", beside_zh="建成/应建", goal=None
        ),
        note_zh="；".join(one for one in notes if one),
    )


def _network_bar(row: Row) -> Bar:
    if row["built"] is None or not row["base"]:
        return Bar(name=row["network_zh"], value=None, text=mark(row["status_code"]))
    text = percent(row["rate"]) if row["rate"] is not None else plain(row["built"])
    blank = row["blank"]
    # Where nobody knows what is blank the bar is what is built, and nothing is drawn of the rest.
    covered = min(row["built"], row["base"]) if blank is None else max(row["base"] - blank, 0)
    return Bar(
        name=row["network_zh"],
        value=covered / row["base"],
        text=text,
        figure=Figure(wording=text, relation=words.COVERAGE, row_key=row["row_key"]),
        rest=None if blank is None else blank / row["base"],
        rest_text=f"{plain(blank)}个" if blank else "",
        beside=f"{plain(row['built'])}/{plain(row['base'])}",
    )


def targets_slide(facts: Facts) -> Slide:
    counted = target_words.counted(facts.wholes)
    order = {code: place for place, code in enumerate(target_words.STATES)}
    known = [row for row in counted if row["actual"] is not None] or list(counted)
    known.sort(key=lambda row: (order[row["outlook_code"]], row["deadline_on"] or facts.month))
    rows = tuple(
        (
            Cell(text=row["name_zh"]),
            Cell(text=row["target_as_written"], figure=target_words.target_figure(row)),
            Cell(text=target_words.deadline_zh(row)),
            _actual(row),
            Cell(text=target_words.outlook_word(row), tone=target_words.tone(row)),
        )
        for row in known[:MOST_ROWS]
    )
    left = len(counted) - len(rows)
    heads = ("目标", "目标值", "期限", "现有数", "结论")
    return Slide(
        key="targets",
        claim=cited(target_words.counts_zh(facts.wholes)),
        what_zh="文件定下的目标：未完成的在前；结论按期限时的数判定",
        table=Table(
            caption_zh="目标与结论", columns=tuple(Column(head_zh=head) for head in heads), groups=(("", rows),)
        ),
        note_zh=f"另有{left}个目标没有列出，见“目标与进度”" if left > 0 else "",
    )


def _actual(row: Row) -> Cell:
    figure = target_words.actual_figure(row)
    return Cell(text=figure.wording, value=row["actual"], figure=figure if figure.row_key else None)
