"""Frames handed to the build, held against the declared relations."""

from collections.abc import Container, Mapping

import polars as pl

from warehouse.errors import CatalogError, SourceError

_INTEGERS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
_TEXTS = (pl.String, pl.Categorical, pl.Enum)
_FITTING = {
    "varchar": _TEXTS,
    "integer": _INTEGERS,
    "bigint": _INTEGERS,
    "double": (*_INTEGERS, pl.Float32, pl.Float64),
    "boolean": (pl.Boolean,),
    "date": (pl.Date,),
}


def check_frames(frames: Mapping[str, pl.DataFrame], relations: Mapping, *, computed: Container[str]) -> None:
    """Silence means that every frame has exactly the declared columns and types and a whole, unique key.

    Raises:
        CatalogError: unknown or computed relation, missing or unknown column, wrong type; all at once.
        SourceError: a key column is empty or a key occurs twice; names relation, key and count.
    """
    problems: list[str] = []
    for name, frame in frames.items():
        if name not in relations:
            problems.append(f"{name}：relations.toml 没有声明这张表，请在那里声明或改正表名")
        elif name in computed:
            problems.append(f"{name}：由 warehouse/sql 计算，不能再装载；请去掉其中之一")
        else:
            problems += _shape_problems(name, frame, relations[name])
    if problems:
        raise CatalogError("装载的表与 warehouse/catalog/relations.toml 不符：", problems=problems)
    problems = [
        problem for name, frame in frames.items() for problem in _key_problems(name, frame, list(relations[name].key))
    ]
    if problems:
        raise SourceError("装载的表主键有误，不发布；现行批次没有改动：", problems=problems)


def _shape_problems(name: str, frame: pl.DataFrame, relation) -> list[str]:
    declared = {column.name: column.type.lower() for column in relation.columns}
    problems = [
        f"{name}.{column}：缺少这一列，请补上（没有数时填空值）" for column in declared if column not in frame.columns
    ]
    problems += [
        f"{name}.{column}：relations.toml 没有声明这一列，请在那里声明或去掉"
        for column in frame.columns
        if column not in declared
    ]
    problems += [
        f"{name}.{column}：类型是 {frame.schema[column]}，应为 {kind}，请在装载前转换"
        for column, kind in declared.items()
        if column in frame.columns and not _fits(frame.schema[column], kind)
    ]
    return problems


def _fits(found: pl.DataType, kind: str) -> bool:
    if found == pl.Null:
        return True
    if kind == "timestamptz":
        return isinstance(found, pl.Datetime) and found.time_zone is not None
    if kind.endswith("[]"):
        return isinstance(found, pl.List) and _fits(found.inner, kind.removesuffix("[]"))
    return found.base_type() in _FITTING[kind]


def _key_problems(name: str, frame: pl.DataFrame, key: list[str]) -> list[str]:
    problems = [
        f"{name}.{column}：主键列有 {empty} 行为空，请补上"
        for column in key
        if (empty := frame.get_column(column).null_count())
    ]
    # Mostly there are none: seeing that takes a third of counting each key.
    if not frame.select(key).is_duplicated().any():
        return problems
    doubled = frame.group_by(key, maintain_order=True).len().filter(pl.col("len") > 1)
    for row in doubled.head(20).iter_rows():
        problems.append(f"{name}：主键 {'|'.join(map(str, row[:-1]))} 有 {row[-1]} 行，应只有一行，请删去重复")
    if doubled.height > 20:
        problems.append(f"{name}：另有 {doubled.height - 20} 个主键重复")
    return problems
