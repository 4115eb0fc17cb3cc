"""The published documents: what they print, sentence by sentence, what they promise, and the traps they set."""

from datetime import date

from warehouse.read import Answer, Release
from warehouse.read.document.programmes import THING

_FIGURES = """
select
    f.*,
    s.title_zh as source_title_zh,
    s.number_zh as source_number_zh,
    s.issued_on,
    s.issued_year,
    p.text_zh as paragraph_zh,
    p.chapter_zh,
    i.label_zh as indicator_label_zh,
    q.label_zh as qualifier_label_zh,
    k.label_zh as kind_label_zh,
    a.short_name_zh as area_short_name_zh
from core.fct_document_figure as f
left join meta.source as s on s.source_id = f.source_id
left join meta.document_paragraph as p on p.source_id = f.source_id and p.paragraph_no = f.paragraph_no
left join meta.indicator as i on i.indicator_code = f.indicator_code
left join meta.code as q on q.code_set = 'qualifier_code' and q.code = f.qualifier_code
left join meta.code as k on k.code_set = 'figure_kind_code' and k.code = f.kind_code
left join core.dim_area as a on a.area_id = f.area_id
where
    (cast($source_id as varchar) is null or f.source_id = $source_id)
    and (cast($area_id as varchar) is null or f.area_id = $area_id)
    and (cast($indicator_code as varchar) is null or f.indicator_code = $indicator_code)
    and (cast($kind_code as varchar) is null or f.kind_code = $kind_code)
    and (cast($figure_id as varchar) is null or f.figure_id = $figure_id)
order by s.sort_order, f.sort_order
"""

_SOURCES = f"""
select
    s.*,
    a.short_name_zh as area_short_name_zh,
    coalesce(f.figure_count, 0) as figure_count,
    coalesce(p.programme_count, 0) as programme_count,
    coalesce(p.without_figures_count, 0) as without_figures_count,
    t.thing_count,
    t.bare_count
from meta.source as s
left join core.dim_area as a on a.area_id = s.area_id
left join (
    select source_id, count(*) as figure_count from core.fct_document_figure group by source_id
) as f on f.source_id = s.source_id
left join (
    select source_id, count(*) as programme_count, count(*) filter (len(figure_ids) = 0) as without_figures_count
    from meta.programme
    group by source_id
) as p on p.source_id = s.source_id
cross join (
    -- over all documents what several name is one thing, and has figures where any of them prints one
    select count(*) as thing_count, count(*) filter (printed = 0) as bare_count
    from (select {THING} as thing, max(len(p.figure_ids)) as printed from meta.programme as p group by 1)
) as t
where
    (cast($kind_code as varchar) is null or s.kind_code = $kind_code)
    and (cast($source_id as varchar) is null or s.source_id = $source_id)
order by s.kind_code, s.sort_order
"""


def newest(release: Release, *, area_id: str) -> dict[str, date | int | None]:
    """When the newest document of an area was issued, as it prints it: issued_on, or issued_year where only that stands.

    Both None where no document of the area prints either.
    """
    rows = release.rows(
        """
        select issued_on, issued_year
        from meta.source
        where area_id = $area_id and kind_code = 'document' and (issued_on is not null or issued_year is not null)
        order by coalesce(issued_on, make_date(issued_year, 12, 31)) desc
        limit 1
        """,
        {"area_id": area_id},
    ).frame.to_dicts()
    return rows[0] if rows else {"issued_on": None, "issued_year": None}


def sources(release: Release, *, kind_code: str | None = "document", source_id: str | None = None) -> Answer:
    """One row a source in its order: title, number, issuer, issue date as printed, licence, counts of what it holds.

    Args:
        kind_code: `document`, `reference`, or None for both.
    """
    return release.rows(_SOURCES, {"kind_code": kind_code, "source_id": source_id})


def figures(
    release: Release,
    *,
    source_id: str | None = None,
    area_id: str | None = None,
    indicator_code: str | None = None,
    kind_code: str | None = None,
    figure_id: str | None = None,
) -> Answer:
    """One row a printed figure, in the order of its document: wording, value and bounds, sentence, paragraph, source."""
    return release.rows(
        _FIGURES,
        {
            "source_id": source_id,
            "area_id": area_id,
            "indicator_code": indicator_code,
            "kind_code": kind_code,
            "figure_id": figure_id,
        },
    )


def paragraphs(release: Release, *, source_id: str) -> Answer:
    """The text of a document, one row a paragraph, names of persons and telephones blanked out."""
    return release.rows(
        "select * from meta.document_paragraph where source_id = $source_id order by paragraph_no",
        {"source_id": source_id},
    )


def programmes(
    release: Release, *, source_id: str | None = None, area_id: str | None = None, status_code: str | None = None
) -> Answer:
    """One row a named programme: kind, in force or planned, sentence, its figures as printed.

    `figures` are the printed figures that belong to it, each {figure_id, name_zh, value_as_written}; null where the
    document publishes none.
    """
    return release.rows(
        """
        select
            p.*,
            s.title_zh as source_title_zh,
            s.number_zh as source_number_zh,
            k.label_zh as kind_label_zh,
            t.label_zh as status_label_zh,
            a.short_name_zh as area_short_name_zh,
            (
                select
                    list({'figure_id': f.figure_id, 'name_zh': f.name_zh, 'value_as_written': f.value_as_written}
                        order by f.sort_order)
                from core.fct_document_figure as f
                where list_contains(p.figure_ids, f.figure_id)
            ) as figures
        from meta.programme as p
        left join meta.source as s on s.source_id = p.source_id
        left join core.dim_area as a on a.area_id = p.area_id
        left join meta.code as k on k.code_set = 'programme_kind_code' and k.code = p.kind_code
        left join meta.code as t on t.code_set = 'programme_status_code' and t.code = p.status_code
        where
            (cast($source_id as varchar) is null or p.source_id = $source_id)
            and (cast($area_id as varchar) is null or p.area_id = $area_id)
            and (cast($status_code as varchar) is null or p.status_code = $status_code)
        order by s.sort_order, p.sort_order
        """,
        {"source_id": source_id, "area_id": area_id, "status_code": status_code},
    )


def timeline(release: Release, *, area_id: str | None = None, source_id: str | None = None) -> Answer:
    """Dated events of the documents, oldest first, with how exactly each is dated and its sentence."""
    return release.rows(
        """
        select e.*, s.title_zh as source_title_zh, a.short_name_zh as area_short_name_zh
        from meta.timeline_event as e
        left join meta.source as s on s.source_id = e.source_id
        left join core.dim_area as a on a.area_id = e.area_id
        where
            (cast($area_id as varchar) is null or e.area_id = $area_id)
            and (cast($source_id as varchar) is null or e.source_id = $source_id)
        order by e.start_on, e.end_on, e.event_id
        """,
        {"area_id": area_id, "source_id": source_id},
    )
