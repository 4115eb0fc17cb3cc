"""What stands behind an answer: the sources its relations rest on, and what their columns mean."""

from collections.abc import Sequence

from warehouse.read import Release

MOST_SOURCES = 30


def sources_behind(release: Release, *, relations: Sequence[str]) -> list[str]:
    """Titles of the documents and tables these relations name as their sources, with numbers where printed.

    All that the relations rest on, not only what the answer's own rows used; at most 30, the rest counted in a line.
    """
    columns = release.rows(
        """
        select relation, column_name from meta.column
        where list_contains($relations, relation) and (column_name = 'source_id' or column_name like '%\\_source\\_id' escape '\\')
        """,
        {"relations": list(relations)},
    ).frame
    if columns.is_empty():
        return []
    parts = " union ".join(
        f'select "{column}" as source_id from {relation}' for relation, column in columns.iter_rows()
    )
    titles = release.rows(
        f"""
        select s.title_zh || coalesce('（' || nullif(s.number_zh, '') || '）', '')
        from ({parts}) as used
        inner join meta.source as s using (source_id)
        order by s.sort_order, s.source_id
        """
    ).frame
    listed = titles.to_series().to_list()
    more = [f"另有{len(listed) - MOST_SOURCES}项"] if len(listed) > MOST_SOURCES else []
    return listed[:MOST_SOURCES] + more


def meanings(release: Release, *, relations: Sequence[str]) -> dict[str, str]:
    """Column name to its Chinese comment, of the relations an answer read; the first relation's when they differ."""
    rows = release.rows(
        """
        select column_name, arg_min(comment_zh, list_position($relations, relation) * 1000 + position)
        from meta.column
        where list_contains($relations, relation)
        group by column_name
        """,
        {"relations": list(relations)},
    ).frame
    return dict(rows.iter_rows())
