"""Layouts: what each version of a county form looks like, declared in etl/layouts/*.toml."""

import datetime as dt
import hashlib
import itertools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path

from etl import FOLDER
from etl.months.read.labels import item_label, label_and_unit, plain
from warehouse.errors import CatalogError

LAYOUTS = FOLDER / "layouts"
META_LABELS = {
    "unit": "填报单位（盖章）",
    "data_period": "数据期",
    "pay_period": "发放月份",
    "filled_by": "填报人",
    "reviewed_by": "审核人",
    "filled_on": "填报日期",
    "units": "单位",
    "correction": "更正说明",
}
"""Entries of the line above the table and how they are written."""

RELATIONS = {"parts": "C1", "within": "C6", "at_least": "C4", "funnel": "C5", "per_thousand": "S9"}
"""Kinds of relations between the figures of a form, and the rule that holds each when none is named.

parts: `by` make up `of`; within: each of `by` is not more than `of`; at_least: `of` is not less than each of `by`; funnel:
`by` only narrow from one to the next; per_thousand: `by` are compared between units by their people.
"""
ROWS = ("unit", "township", "township_tier", "none")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One figure of a form.

    `role` is value (stored as an observation), check (read and checked, not stored) or share (a percentage the unit
    worked out; compared with ours). `unit` is the unit of the form; in a layout with tiers in rows the breakdown comes
    from the row. `label_zh` is what sentences call a check or a share, which no catalogue names: its header unless written.
    """

    code: str
    role: str
    indicator: str
    breakdown: str
    path: tuple[str, ...]
    unit: str
    of: tuple[str, str] | None = None
    increment_of: str = ""
    prefix: str = ""
    label_zh: str = ""


@dataclass(frozen=True, kw_only=True)
class Key:
    """A column that is no figure: number, area, tier, item, unit, note; or value, previous, task, share of items."""

    key: str
    path: tuple[str, ...]
    of: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Tier:
    """One row of a township in a layout with tiers in rows."""

    breakdown: str
    label: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Block:
    """One table of a form.

    `orientation` columns: a figure a column, `rows` says what a row is; items: a figure a row, the keys are the
    columns. `total_row` is above, below or none.
    """

    block_code: str
    orientation: str
    header_rows: int
    keys: tuple[Key, ...]
    fields: tuple[Field, ...]
    rows: str = "none"
    total_row: str = "none"
    unit_row: bool = False
    unit_in_header: bool = False
    caption_zh: str = ""
    row_label_zh: str = ""
    tiers: tuple[Tier, ...] = ()

    def key(self, name: str) -> Key | None:
        """The key column of that name, None when the block has none."""
        return next((key for key in self.keys if key.key == name), None)


@dataclass(frozen=True, kw_only=True)
class Relation:
    """What must hold between figures of a form: a kind of RELATIONS, and the rule that says so when it does not."""

    kind: str
    by: tuple[str, ...]
    of: str = ""
    rule: str


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One version of one form. `content_hash` changes with every change of the declaration."""

    layout_code: str
    form_code: str
    label_zh: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    period_kind: str
    sheet: str
    origin: str
    title: str
    title_words: tuple[str, ...]
    title_month_offset: int
    meta: tuple[str, ...]
    units_zh: str = ""
    foot_zh: str = ""
    notes_zh: tuple[str, ...] = ()
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blocks: tuple[Block, ...]
    relations: tuple[Relation, ...] = ()
    content_hash: str

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def valid_in(self, month: dt.date) -> bool:
        """Whether this version is the one to use for data of `month`."""
        return self.valid_from <= month and (self.valid_to is None or month <= self.valid_to)

    def related(self, rule: str) -> list[Relation]:
        """The relations that this rule holds, in their order."""
        return [one for one in self.relations if one.rule == rule]

    def spellings(self, label: str) -> tuple[str, ...]:
        """Every way a label may be written, as compared."""
        return tuple(dict.fromkeys(label_and_unit(text)[0] for text in (label, *self.synonyms.get(label, ()))))

    @cached_property
    def headers(self) -> dict[str, dict[tuple[str, ...], str]]:
        """For each block, every accepted path of header labels and the key or field it stands for."""
        return {block.block_code: self._paths(block) for block in self.blocks}

    @cached_property
    def words(self) -> dict[str, frozenset[str]]:
        """For each block, every label of its header, however spelt."""
        return {code: frozenset(label for path in paths for label in path) for code, paths in self.headers.items()}

    @cached_property
    def lowest(self) -> list[set[str]]:
        """For each key and field of a header, whichever its block, the labels that may stand lowest over its column."""
        found: dict[tuple[str, str], set[str]] = {}
        for block_code, paths in self.headers.items():
            for path, code in paths.items():
                found.setdefault((block_code, code), set()).add(path[-1])
        return list(found.values())

    @cached_property
    def endings(self) -> dict[str, dict[tuple[str, ...], frozenset[str]]]:
        """For each block, the last labels of every longer path and the keys or fields that end so."""
        found: dict[str, dict[tuple[str, ...], frozenset[str]]] = {}
        for block_code, paths in self.headers.items():
            endings: dict[tuple[str, ...], set[str]] = {}
            for path, code in paths.items():
                for start in range(1, len(path)):
                    endings.setdefault(path[start:], set()).add(code)
            found[block_code] = {ending: frozenset(codes) for ending, codes in endings.items()}
        return found

    @cached_property
    def items(self) -> dict[str, dict[str, Field]]:
        """For each block of items, every accepted row label and its field."""
        found: dict[str, dict[str, Field]] = {}
        for block in self.blocks:
            if block.orientation == "items":
                found[block.block_code] = {
                    item_label(spelling): one
                    for one in block.fields
                    for spelling in (one.path[-1], *self.synonyms.get(one.path[-1], ()))
                }
        return found

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """Phrases of which a title has one, as compared."""
        return tuple(plain(words) for words in self.title_words)

    def _paths(self, block: Block) -> dict[tuple[str, ...], str]:
        paths: dict[tuple[str, ...], str] = {}
        columns = [(f"@{key.key}", key.path) for key in block.keys]
        if block.orientation == "columns":
            columns += [(one.code, one.path) for one in block.fields]
        for code, path in columns:
            for labels in itertools.product(*(self.spellings(label) for label in path)):
                if paths.setdefault(labels, code) != code:
                    text = "/".join(labels)
                    raise ValueError(f"表头“{text}”同时指 {paths[labels]} 和 {code}")
        return paths


def load_layouts(folder: Path | None = None) -> dict[str, Layout]:
    """Every layout by its code, in order of form and version.

    Raises:
        CatalogError: a declaration is wrong; every problem at once, with file and field.
    """
    layouts: dict[str, Layout] = {}
    problems: list[str] = []
    for path in sorted((folder or LAYOUTS).glob("*.toml")):
        content = path.read_bytes()
        try:
            layout = _layout(tomllib.loads(content.decode("utf-8")), hashlib.sha256(content).hexdigest()[:16])
            if layout.layout_code != path.stem:
                raise ValueError(f"layout_code 写作 {layout.layout_code}，应与文件名相同")
            assert layout.headers
        except (ValueError, TypeError, KeyError) as error:
            problems.append(f"etl/layouts/{path.name}：{error}；请按 LAYOUTS 说明更正")
            continue
        layouts[layout.layout_code] = layout
    problems += _overlaps(layouts)
    if problems:
        raise CatalogError("表样声明有误：", problems=problems)
    return layouts


def _overlaps(layouts: dict[str, Layout]) -> list[str]:
    found = []
    for one, other in itertools.combinations(layouts.values(), 2):
        if one.form_code != other.form_code:
            continue
        ends = [layout.valid_to or dt.date.max for layout in (one, other)]
        if max(one.valid_from, other.valid_from) <= min(ends):
            found.append(f"{one.layout_code} 与 {other.layout_code}：适用月份重叠；请改 valid_from 或 valid_to")
    return found


def _known(cls: type, table: dict, where: str) -> None:
    names = {one.name for one in fields(cls)}
    unknown = set(table) - names
    if unknown:
        raise ValueError(f"{where}有不认识的项 {'、'.join(sorted(unknown))}")


def _table(value: object, where: str) -> dict:
    if not isinstance(value, dict):
        raise ValueError(f"{where}应是一张表")  # noqa: TRY004
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    """A list of texts; one text alone would fall into its signs."""
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise ValueError(f'{where}应是文字的列表，如 ["在享人数"]')
    return tuple(value)


def _plain_texts(cls: type, table: dict, where: str) -> None:
    """Entries that a class holds as text are texts."""
    for one in fields(cls):
        if one.name in table and one.type in (str, "str") and not isinstance(table[one.name], str):
            raise ValueError(f"{where}的 {one.name} 应是文字")


def _layout(table: dict, content_hash: str) -> Layout:
    blocks = tuple(_block(block) for block in table.pop("blocks"))
    synonyms = {
        label: _texts(also, f"synonyms 的 {label}")
        for label, also in _table(table.pop("synonyms", {}), "synonyms").items()
    }
    _known(Layout, table, "表样")
    unknown = set(table["meta"]) - set(META_LABELS)
    if unknown:
        raise ValueError(f"meta 有不认识的项 {'、'.join(sorted(unknown))}")
    if table["period_kind"] not in ("month", "year_to_date"):
        raise ValueError("period_kind 只能是 month 或 year_to_date")
    labels = {label for block in blocks for one in (*block.keys, *block.fields) for label in one.path}
    if strange := set(synonyms) - labels:
        raise ValueError(f"synonyms 的 {'、'.join(sorted(strange))} 不是本表的表头")
    codes = {one.indicator for block in blocks for one in block.fields}
    relations = tuple(_relation(one, codes) for one in table.pop("relations", ()))
    for name in ("title_words", "meta", "notes_zh"):
        table[name] = _texts(table.get(name, []), name)
    _plain_texts(Layout, table, "表样")
    return Layout(**table, synonyms=synonyms, blocks=blocks, relations=relations, content_hash=content_hash)


def _relation(table: dict, codes: set[str]) -> Relation:
    _known(Relation, table, "relations ")
    kind, by, of = table.get("kind", ""), _texts(table.get("by", []), "relations 的 by"), table.get("of", "")
    if kind not in RELATIONS:
        raise ValueError(f"relations 的 kind “{kind}”不认识，只能是 {'、'.join(RELATIONS)}")
    if not by or bool(of) == (kind in ("funnel", "per_thousand")):
        raise ValueError(f"relations 的 {kind} 须写 by；除 funnel 与 per_thousand 外还须写 of")
    if strange := {*by, *([of] if of else [])} - codes:
        raise ValueError(f"relations 的 {'、'.join(sorted(strange))} 不是本表的指标")
    return Relation(kind=kind, by=by, of=of, rule=table.get("rule", RELATIONS[kind]))


def _block(table: dict) -> Block:
    where = f"blocks.{table.get('block_code', '?')} "
    keys = tuple(_key(key, where) for key in table.pop("keys", ()))
    tiers = tuple(
        Tier(**{**tier, "also": _texts(tier.get("also", []), f"{where}tiers 的 also")})
        for tier in table.pop("tiers", ())
    )
    found = tuple(_field(one, where) for one in table.pop("fields"))
    codes = [one.code for one in found]
    if len(set(codes)) < len(codes):
        raise ValueError(f"{where}有重复的指标 {'、'.join(sorted({c for c in codes if codes.count(c) > 1}))}")
    for one in found:
        absent = {code for code in one.of or () if code not in codes}
        if absent or (one.increment_of and one.increment_of not in codes):
            raise ValueError(f"{where}{one.code} 的分子、分母或累计指标不在本表内")
    _known(Block, table, where)
    _plain_texts(Block, table, where)
    block = Block(**table, keys=keys, tiers=tiers, fields=found)
    if block.orientation not in ("columns", "items") or block.rows not in ROWS:
        raise ValueError(f"{where}orientation 或 rows 不认识")
    if block.total_row not in ("none", "above", "below"):
        raise ValueError(f"{where}total_row 只能是 none、above、below")
    if (block.rows == "township_tier") != bool(tiers):
        raise ValueError(f"{where}rows 为 township_tier 时须声明 tiers，其他时候不须")
    needed = {"items": ("item", "value"), "columns": ("area",) if block.rows != "none" else ()}[block.orientation]
    if missing := [name for name in needed if block.key(name) is None]:
        raise ValueError(f"{where}keys 缺少 {'、'.join(missing)}")
    return block


def _key(table: dict, where: str) -> Key:
    _known(Key, table, f"{where}keys ")
    return Key(key=table["key"], path=_texts(table["path"], f"{where}keys 的 path"), of=_pair(table.get("of")))


def _field(table: dict, where: str) -> Field:
    roles = [role for role in ("indicator", "check", "share") if role in table]
    if len(roles) != 1:
        raise ValueError(f"{where}fields 每项须有且只有 indicator、check、share 之一")
    role = roles[0]
    name = table.pop(role)
    breakdown = table.pop("breakdown", "total")
    code = name if breakdown == "total" else f"{name}:{breakdown}"
    extra = set(table) - {"path", "unit", "of", "increment_of", "prefix", "label_zh"}
    if extra:
        raise ValueError(f"{where}{code} 有不认识的项 {'、'.join(sorted(extra))}")
    if (role == "share") != ("of" in table):
        raise ValueError(f"{where}{code}：只有 share 才写 of，且必须写")
    if role == "share" and table["unit"] != "%":
        raise ValueError(
            f"{where}{code}：share 是单位自算的百分比，unit 只能写 %；别的比率由系统从分子、分母算，表样不列"
        )
    if role == "indicator" and "label_zh" in table:
        raise ValueError(f"{where}{code}：名称在指标目录里，表样不另写 label_zh")
    return Field(
        code=code,
        role="value" if role == "indicator" else role,
        indicator=name,
        breakdown=breakdown,
        path=_texts(table["path"], f"{where}{code} 的 path"),
        unit=table["unit"],
        of=_pair(table.get("of")),
        increment_of=table.get("increment_of", ""),
        prefix=table.get("prefix", ""),
        label_zh=table.get("label_zh", "/".join(table["path"])),
    )


def _pair(names: list[str] | None) -> tuple[str, str] | None:
    if names is None:
        return None
    first, second = names
    return first, second
