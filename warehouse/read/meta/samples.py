"""A few values of every column, for people who choose columns."""

from warehouse.read import Release

MOST_EXAMPLES = 3
LONGEST = 24


def examples(release: Release, *, relation: str) -> dict[str, str]:
    """Column name to up to three of its values, separated by 、; empty for a column without values.

    Taken from the first 2,000 rows. Raises KeyError for a relation that is not in the release.
    """
    known = release.rows(
        "select column_name from meta.column where relation = $relation order by position", {"relation": relation}
    )
    columns = known.frame.to_series().to_list()
    if not columns:
        raise KeyError(relation)
    schema, _, table = relation.partition(".")
    chosen = ", ".join(
        f'list_slice(list_sort(list(distinct "{name}"::varchar)), 1, {MOST_EXAMPLES}) as "{name}"' for name in columns
    )
    rows = release.rows(f'select {chosen} from (select * from "{schema}"."{table}" limit 2000)').frame
    found = rows.row(0, named=True)
    return {name: "、".join(text[:LONGEST] for text in found[name] or [] if text is not None) for name in columns}
