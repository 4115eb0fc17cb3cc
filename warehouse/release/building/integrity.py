"""Keys, references and codes of a finished warehouse, held by walking the declared relations.

A column is judged by its name: what is called `source_id` anywhere names a row of meta.source. So a relation added to
relations.toml is covered without a word here; a test refuses `_id` and `_code` columns that nobody has placed.
"""

from collections.abc import Collection, Iterator, Mapping

import duckdb

from warehouse.catalog import Relation
from warehouse.release.building.fingerprint import PARTITIONED_BY, partition_of

# Column name to the relation and column its values must stand in.
REFERENCES = (
    dict.fromkeys(
        ("area_id", "parent_area_id", "city_area_id", "scope_area_id", "area_a", "area_b"), ("core.dim_area", "area_id")
    )
    | dict.fromkeys(
        (
            "source_id",
            "actual_source_id",
            "base_source_id",
            "built_source_id",
            "denominator_source_id",
            "source_a",
            "source_b",
        ),
        ("meta.source", "source_id"),
    )
    | dict.fromkeys(
        ("indicator_code", "actual_indicator_code", "printed_indicator_code", "indicator_a", "indicator_b"),
        ("meta.indicator", "indicator_code"),
    )
    | dict.fromkeys(("submission_id", "old_submission_id", "new_submission_id"), ("meta.submission", "submission_id"))
    | dict.fromkeys(("group_code", "other_group_code"), ("meta.group", "group_code"))
    | {
        "figure_id": ("core.fct_document_figure", "figure_id"),
        "target_id": ("core.dim_target", "target_id"),
        "reading_of_id": ("core.dim_target", "target_id"),
        "network_code": ("meta.network", "network_code"),
        "check_id": ("meta.cross_check_rule", "check_id"),
    }
)
# Columns whose codes are listed in meta.code under another name than their own.
CODE_SETS = {
    "core.dim_area.kind_code": "area_kind_code",
    "core.fct_document_figure.kind_code": "figure_kind_code",
    "mart.cross_check.kind_code": "cross_check_kind_code",
    "meta.cross_check_rule.kind_code": "cross_check_kind_code",
    "meta.indicator.kind_code": "indicator_kind_code",
    "meta.programme.kind_code": "programme_kind_code",
    "meta.programme.status_code": "programme_status_code",
    "meta.release.kind_code": "release_kind_code",
    "meta.source.kind_code": "source_kind_code",
    "meta.cross_check_rule.inside_code": "verdict_code",
    "meta.cross_check_rule.outside_code": "verdict_code",
    "meta.group.city_reason_code": "reason_code",
}
# The bases of networks are declared with the networks; meta.code lists those of populations under the same name.
FREE = (
    "mart.coverage.base_code",
    "meta.base_note.base_code",
    "meta.network.base_code",
    "meta.comparison_item.base_code",
)
SHOWN_OFFENDERS = 20

Offender = tuple[str, str, str]


def offenders(
    connection: duckdb.DuckDBPyConnection,
    relations: Mapping[str, Relation],
    changes: Mapping[str, Collection[str]] | None = None,
) -> Iterator[Offender]:
    """(place, fact, remedy) of everything that does not hold: keys, references, codes, receipts; silent when all does.

    Args:
        changes: partitions that differ, by relation, from a warehouse in which all this held; a relation not named may
            differ throughout. What a check would only find in rows that held before is not asked again.
    """
    changes = changes or {}
    code_sets = {row[0] for row in connection.execute("select distinct code_set from meta.code").fetchall()}
    for relation in relations.values():
        name = relation.relation
        rules = {
            column.name: rule
            for column in relation.columns
            if (rule := placed(name, column.name, code_sets)) and column.type == "varchar"
        }
        changed = changes.get(name)
        # Without a change on either side of a reference it holds as before.
        is_settled = all(changes.get(home) == set() for home, _ in rules.values())
        if changed == set() and is_settled:
            continue
        # An empty relation breaks nothing; a release without months has many.
        if not connection.execute(f"select exists (select 1 from {name})").fetchall()[0][0]:
            continue
        is_local = changed is not None and set(PARTITIONED_BY) <= set(relation.key)
        yield from _key_offenders(connection, relation, changed if is_local else None)
        only = changed if is_local and is_settled else None
        for column in _with_strangers(connection, relation, rules, only):
            yield from _strangers(connection, name, column, *rules[column])
    yield from _receipt_offenders(connection, relations, changes)


def _among(relation: Relation, partitions: Collection[str] | None) -> tuple[str, dict]:
    """The condition that a row lies in one of these partitions, with its parameters; nothing for all rows."""
    if partitions is None:
        return "", {}
    return f" where {partition_of(relation)} in (select unnest($partitions))", {"partitions": sorted(partitions)}


def placed(relation: str, column: str, code_sets: set[str]) -> tuple[str, str] | None:
    """Where the values of a column must stand: (relation, column), or (`meta.code`, code set); None when free."""
    full = f"{relation}.{column}"
    if full in FREE:
        return None
    if column in REFERENCES and REFERENCES[column] != (relation, column):
        return REFERENCES[column]
    code_set = CODE_SETS.get(full, column)
    return ("meta.code", code_set) if code_set in code_sets else None


def _key_offenders(
    connection: duckdb.DuckDBPyConnection, relation: Relation, partitions: Collection[str] | None
) -> Iterator[Offender]:
    key = ", ".join(f'"{column}"' for column in relation.key)
    nulls = " or ".join(f'"{column}" is null' for column in relation.key)
    where, given = _among(relation, partitions)
    query = (
        f"select concat_ws('|', {key}), count(*) from {relation.relation}{where} group by {key}"
        f" having count(*) > 1 or {nulls} limit {SHOWN_OFFENDERS}"
    )
    for row_key, count in connection.execute(query, given).fetchall():
        yield (
            f"表 {relation.relation}",
            f"主键 {'|'.join(relation.key)} = {row_key} 有 {count} 行或含空值",
            "请改正生成它的 SQL 或来源，使每个主键只有一行",
        )


def _with_strangers(
    connection: duckdb.DuckDBPyConnection,
    relation: Relation,
    rules: Mapping[str, tuple[str, str]],
    partitions: Collection[str] | None,
) -> list[str]:
    """The columns of a relation that hold a value listed nowhere: one question for all, where mostly there is none."""
    if not rules:
        return []
    counts = ", ".join(f"count(*) filter (where {_is_strange(column, *rule)})" for column, rule in rules.items())
    where, given = _among(relation, partitions)
    (found,) = connection.execute(f"select {counts} from {relation.relation}{where}", given).fetchall()
    return [column for column, count in zip(rules, found, strict=True) if count]


def _is_strange(column: str, home: str, home_column: str) -> str:
    """The condition that a value is listed nowhere."""
    known = (
        f"select code from meta.code where code_set = '{home_column}'"
        if home == "meta.code"
        else f"select {home_column} from {home}"
    )
    return f"{column} is not null and {column} not in ({known})"


def _strangers(
    connection: duckdb.DuckDBPyConnection, relation: str, column: str, home: str, home_column: str
) -> Iterator[Offender]:
    query = (
        f"select {column}, count(*) from {relation} where {_is_strange(column, home, home_column)}"
        f" group by {column} order by {column} limit {SHOWN_OFFENDERS}"
    )
    for value, count in connection.execute(query).fetchall():
        listed = f"代码表 {home_column}" if home == "meta.code" else home
        yield (
            f"表 {relation} 列 {column}",
            f"“{value}”（{count} 行）不在 {listed} 中",
            f"请改正这个编号，或在 {listed} 中登记它",
        )


def _receipt_offenders(
    connection: duckdb.DuckDBPyConnection, relations: Mapping[str, Relation], changes: Mapping[str, Collection[str]]
) -> Iterator[Offender]:
    for name_column, key_column in (("relation", "row_key"), ("input_relation", "input_row_key")):
        named = connection.execute(f"select distinct {name_column} from meta.receipt_input").fetchall()
        for (name,) in sorted(named):
            if name not in relations:
                yield ("数字凭证", f"{name_column} 写了不存在的表 {name}", "请改正 warehouse/sql/receipt 中的 SQL")
                continue
            if changes.get(name) == set() == changes.get("meta.receipt_input"):
                continue
            key = ", ".join(f'cast("{column}" as varchar)' for column in relations[name].key)
            query = (
                f"select distinct {key_column} from meta.receipt_input where {name_column} = '{name}'"
                f" and {key_column} not in (select concat_ws('|', {key}) from {name})"
                f" order by 1 limit {SHOWN_OFFENDERS}"
            )
            for (row_key,) in connection.execute(query).fetchall():
                yield (
                    f"数字凭证 {name}",
                    f"{key_column} “{row_key}”在该表中没有对应的行",
                    "请改正 warehouse/sql/receipt 中的 SQL",
                )
