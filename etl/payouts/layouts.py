"""Layouts of files with one person a line: which columns a file must have, and what its lines become."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from etl.months.read.labels import plain
from warehouse.errors import CatalogError, PayoutError

FOLDER = Path(__file__).resolve().parent
HEADER_WITHIN = 15
"""The header stands among the first rows."""
MADE = ("payment", "change", "list")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One kind of file. `makes` is payment, change or list; `fixed` are columns that are the same in every line.

    denied: words of a remark that deny a line, see `etl.payouts.denied`.
    """

    layout_code: str
    label_zh: str
    makes: str
    required: tuple[str, ...]
    title_words: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    denied: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A table that is one of ours. columns: field to place; header_row from 0; title_zh: what stands above the header.

    unread: labels of columns nobody declared. nameless: places of columns without any label. remarks: places of
    those that are not kept, but may deny their line.
    """

    layout: Layout
    columns: Mapping[str, int]
    header_row: int
    width: int
    title_zh: str
    unread: tuple[str, ...]
    nameless: tuple[int, ...] = ()
    remarks: tuple[int, ...] = ()


@cache
def layouts(folder: Path = FOLDER / "layouts") -> Mapping[str, Layout]:
    """Every layout by its code.

    Raises:
        CatalogError: a file declares what no layout has, or a column `fields.toml` has no labels for; all at once.
    """
    found, problems = {}, []
    columns = set(words()["labels"].values())
    for path in sorted(folder.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        listed = {name: tuple(table.pop(name, ())) for name in ("required", "title_words")}
        grouped = {
            name: {key: tuple(each) for key, each in table.pop(name, {}).items()}
            for name in ("values", "sources", "denied")
        }
        problems += [
            f"{path.name}：required 的 {name} 在 etl/payouts/fields.toml 的 [labels] 里没有叫法；请登记或改正"
            for name in listed["required"]
            if name not in columns
        ]
        if table.get("makes") not in MADE:
            problems.append(f"{path.name}：makes 只能是 {'、'.join(MADE)}")
        try:
            found[path.stem] = Layout(layout_code=path.stem, **listed, **grouped, **table)
        except TypeError as error:
            problems.append(f"{path.name}：缺少或多写了一项（{error}）")
    if problems:
        raise CatalogError("津贴明细的表样声明有误：", problems=problems)
    return found


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """What a text means, whole and as compared: `labels`, `tiers`, `reasons`, `unknown`, `allowances`, `remarks`; a dropped column means ``."""
    table = tomllib.loads((FOLDER / "fields.toml").read_text(encoding="utf-8"))
    found = {
        name: {plain(text): code for code, texts in table[name].items() for text in texts}
        for name in ("labels", "tiers", "reasons", "unknown", "allowances", "remarks")
    }
    dropped = (*found["remarks"], *map(plain, table["dropped"]["labels"]))
    found["labels"] |= {label: "" for label in dropped if label not in found["labels"]}
    return found


def recognise(rows: Sequence[Sequence[str]]) -> Recognised | None:
    """Which layout the first rows of a table are of; None when it has no column of identity numbers of ours.

    Raises:
        PayoutError: two columns bear one label, so that nothing tells which of them is meant.
    """
    labels = words()["labels"]
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        named = [labels.get(label_of(text)) for text in row]
        if "identity" not in named:
            continue
        if "paid" in named and "amount" not in named:
            # What went out in all is the money of the month where nothing else is.
            named = ["amount" if name == "paid" else name for name in named]
        title = "".join(text for above in rows[:number] for text in above)
        layout = _best({name for name in named if name}, title)
        if layout is None:
            return None
        columns = _places(row, named)
        read = {label_of(row[place]) for place in columns.values()}
        if twice := [
            text.strip() for text in row if label_of(text) in read and [*map(label_of, row)].count(label_of(text)) > 1
        ]:
            raise PayoutError(f"有两栏都叫“{twice[0]}”，不知道以哪一栏为准。请把不用的一栏改名或删去后重来")
        return Recognised(
            layout=layout,
            columns=columns,
            header_row=number,
            width=len(row),
            title_zh=title,
            # What nobody declared, and what says again what another column says; but for names, which are not kept.
            unread=tuple(
                text.strip()
                for place, (text, name) in enumerate(zip(row, named, strict=True))
                if text.strip() and (name is None or (name not in ("", "name") and columns[name] != place))
            ),
            nameless=tuple(place for place, text in enumerate(row) if not text.strip()),
            remarks=tuple(place for place, text in enumerate(row) if label_of(text) in words()["remarks"]),
        )
    return None


def is_personal(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table has one person a line: a column of identity numbers, of whatever layout."""
    labels = words()["labels"]
    return any(labels.get(label_of(text)) == "identity" for row in rows[:HEADER_WITHIN] for text in row)


def other_allowance(text: str) -> str:
    """What a text names of another allowance, in our words; empty where it names none, or ours as well."""
    tidy = plain(text)
    named = {kind: word for word, kind in words()["allowances"].items() if word in tidy}
    return "" if "ours" in named else named.get("others", "")


# 原表作废 is said of another table.
_VOID = re.compile("(?<![原前旧])(?<![原前旧]表)(?<![原前旧]明细)作废|测试|演练|示例|样例|样表|草稿")
_UNPAID = re.compile(
    "拟发|预发放|计划发放|发放计划|待发放|未发放|发放失败|代发失败|退回|退票|退汇|退款|应发(?!.{0,2}实发)|申报|申请|审批(?!后|发放)|待审|未审|公示(?!后|期满|无异议)|未领|"
    "停发(?!补发)|停止发放|暂停|缓发|核减|预算|分配|未成功|不成功|未到账|(?:注销|死亡|去世|迁出|取消)人员"
)
_OTHER_KIND = re.compile(
    r"(补发|追缴|追回|扣回)(?:人员|情况|资金|金额)?(?:明细|名单|名册|花名册|清单|汇总|登记|统计|表)"
)
_OTHER_UNIT = re.compile("(?:单位[:为]?|以)([百千万亿]+元)")


def not_as_read(found: Recognised, called: str) -> str:
    """Why the money of a table called so is not what its columns say, with the remedy; empty where nothing says it."""
    tidy, columns = plain(called), found.columns
    if said := _VOID.search(tidy):
        return f"标题、表名或文件名写着“{said[0]}”，没有读。是要用的，请去掉“{said[0]}”后重来"
    if found.layout.makes != "payment":
        return ""
    if "result" not in columns and (said := _UNPAID.search(tidy)):
        return f"标题、表名或文件名写着“{said[0]}”，不是发出去的钱，没有读。是已发放的，请改标题后重来"
    if said := _OTHER_UNIT.search(tidy):
        return f"标题写着“{said[0]}”，金额按元读，会差很多倍，没有读。请把金额改成元、去掉“{said[1]}”后重来"
    name = {"补发": "arrears_yuan"}.get(said[1], "recovered_yuan") if (said := _OTHER_KIND.search(tidy)) else ""
    if name and name not in columns:
        label = "补发金额" if name == "arrears_yuan" else "追缴金额"
        return f"标题、表名或文件名说的是{said[1]}，表里却没有“{label}”一栏，金额会当作当月发放，没有读。请把金额栏改名为“{label}”后重来"
    return ""


def label_of(text: str) -> str:
    """A label as compared: without signs and the unit in brackets."""
    return re.sub(r"\((元|人|月|个月|元/月|元/人·月)\)$", "", plain(text).strip("*:"))


def _best(named: set[str], title: str) -> Layout | None:
    """The layout with most required columns; of two alike, the one the title speaks of."""
    fitting = [layout for layout in layouts().values() if named.issuperset(layout.required)]
    return max(
        fitting,
        key=lambda layout: (
            any(word in title for word in layout.title_words if layout.makes != "payment"),
            layout.makes != "payment",
            len(layout.required),
        ),
        default=None,
    )


def _places(row: Sequence[str], named: Sequence[str | None]) -> dict[str, int]:
    """Field to column. Where several columns have labels of one field, the label declared first counts."""
    order = {label: number for number, label in enumerate(words()["labels"])}
    found: dict[str, tuple[int, int]] = {}
    for place, (text, name) in enumerate(zip(row, named, strict=True)):
        label = label_of(text)
        if name and (name not in found or order[label] < found[name][0]):
            found[name] = (order[label], place)
    return {name: place for name, (_, place) in found.items()}
