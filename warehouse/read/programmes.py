"""The programme register: what the documents of a city name, with what figures, and where it stands in the text."""

from warehouse.read import Answer, Release


def register(release: Release, *, city_area_id: str) -> Answer:
    """One row a named programme in the documents of a city, in the order of the documents.

    Columns: programme_id, name_zh, kind_code, kind_label_zh, status_code, status_label_zh, year, quote, chapter_zh,
    paragraph_no, times (how often the document names it), note_zh, source columns, area_short_name_zh, figures: a
    list of {figure_id, name_zh, value_as_written}, empty where the document publishes none.
    """
    return release.rows(
        """
        with printed as (
            select
                p.programme_id,
                list({'figure_id': f.figure_id, 'name_zh': f.name_zh, 'value_as_written': f.value_as_written}
                    order by f.sort_order) as figures
            from meta.programme as p
            inner join core.fct_document_figure as f on list_contains(p.figure_ids, f.figure_id)
            group by p.programme_id
        )
        select
            p.programme_id,
            p.name_zh,
            p.kind_code,
            k.label_zh as kind_label_zh,
            p.status_code,
            t.label_zh as status_label_zh,
            p.year,
            p.quote,
            p.paragraph_no,
            g.chapter_zh,
            1 + len(p.also_at) as times,
            p.note_zh,
            p.source_id,
            s.title_zh as source_title_zh,
            s.number_zh as source_number_zh,
            s.issued_on,
            s.issued_year,
            s.sort_order as source_order,
            p.area_id,
            a.short_name_zh as area_short_name_zh,
            coalesce(f.figures, []) as figures
        from meta.programme as p
        inner join meta.source as s on s.source_id = p.source_id
        left join meta.document_paragraph as g on g.source_id = p.source_id and g.paragraph_no = p.paragraph_no
        left join meta.code as k on k.code_set = 'programme_kind_code' and k.code = p.kind_code
        left join meta.code as t on t.code_set = 'programme_status_code' and t.code = p.status_code
        left join core.dim_area as a on a.area_id = p.area_id
        left join printed as f on f.programme_id = p.programme_id
        where s.area_id = $city_area_id
        order by s.sort_order, p.sort_order
        """,
        {"city_area_id": city_area_id},
    )


def original(release: Release, *, programme_id: str) -> Answer:
    """The paragraph a programme is named in, and those of its other mentions, in the order of the document.

    Columns: paragraph_no, chapter_zh, text_zh, is_own (the paragraph of its main sentence), name_zh, quote, also_at,
    source columns. Empty for an unknown id.
    """
    return release.rows(
        """
        select
            g.paragraph_no,
            g.chapter_zh,
            g.text_zh,
            g.paragraph_no = p.paragraph_no as is_own,
            p.name_zh,
            p.quote,
            p.also_at,
            s.title_zh as source_title_zh,
            s.number_zh as source_number_zh,
            s.issued_on,
            s.issued_year
        from meta.programme as p
        inner join meta.source as s on s.source_id = p.source_id
        inner join meta.document_paragraph as g on g.source_id = p.source_id
        where
            p.programme_id = $programme_id
            and (
                g.paragraph_no = p.paragraph_no
                or len(list_filter(p.also_at, lambda sentence: contains(g.text_zh, sentence))) > 0
            )
        order by g.paragraph_no
        """,
        {"programme_id": programme_id},
    )


def events(release: Release, *, city_area_id: str) -> Answer:
    """Dated events of a city's documents, oldest first: start, end, how exactly dated, title, sentence, source."""
    return release.rows(
        """
        select e.event_id, e.start_on, e.end_on, e.precision_code, e.title_zh, e.quote, e.source_id,
            s.title_zh as source_title_zh, s.number_zh as source_number_zh
        from meta.timeline_event as e
        inner join meta.source as s on s.source_id = e.source_id
        where s.area_id = $city_area_id
        order by e.start_on, e.end_on, e.event_id
        """,
        {"city_area_id": city_area_id},
    )
