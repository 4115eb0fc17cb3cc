"""The programme register: what the documents of a city name, with what figures, and where it stands in the text."""

from warehouse.read import Answer, Release

# What makes two entries one thing: the place and the name without quotation marks and blanks.
THING = "p.area_id || ' ' || regexp_replace(p.name_zh, '[《》“”\\s]', '', 'g')"


# Every entry of a city beside the others of its thing, the newest first; what all documents say of the thing, and the
# figures they print of it.
_THINGS = f"""
named as (
    select p.programme_id, p.source_id, {THING} as thing,
        row_number() over (
            partition by {THING}
            order by coalesce(s.issued_on, make_date(s.issued_year, 12, 31)) desc nulls last, s.sort_order
        ) as place
    from meta.programme as p
    inner join meta.source as s on s.source_id = p.source_id
    where s.area_id = $city_area_id
),
thing as (
    select n.thing,
        list(n.source_id order by n.place) as source_ids,
        list(s.number_zh order by n.place) filter (s.number_zh is not null) as numbers_zh,
        sum(1 + len(p.also_at)) as times
    from named as n
    inner join meta.programme as p on p.programme_id = n.programme_id
    inner join meta.source as s on s.source_id = n.source_id
    group by n.thing
),
printed as (
    select
        n.thing,
        list({{'figure_id': f.figure_id, 'name_zh': f.name_zh, 'value_as_written': f.value_as_written}}
            order by n.place, f.sort_order) as figures
    from named as n
    inner join meta.programme as p on p.programme_id = n.programme_id
    inner join core.fct_document_figure as f on list_contains(p.figure_ids, f.figure_id)
    group by n.thing
)"""


def register(release: Release, *, city_area_id: str) -> Answer:
    """One row a named programme of a city, in the order of the documents: what several name is one, as the newest says.

    Names are the same when they differ in quotation marks and blanks only. Columns: programme_id, name_zh, kind_code,
    kind_label_zh, status_code, status_label_zh, year, quote, chapter_zh, paragraph_no, times (how often all documents
    name it), source_ids and numbers_zh (all documents that do, newest first), note_zh, source columns,
    area_short_name_zh, figures: a list of {figure_id, name_zh, value_as_written} of all of them, empty where no
    document publishes one.
    """
    return release.rows(
        f"""
        with {_THINGS}
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
            cast(h.times as bigint) as times,
            h.source_ids,
            h.numbers_zh,
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
        from named as n
        inner join thing as h on h.thing = n.thing
        inner join meta.programme as p on p.programme_id = n.programme_id
        inner join meta.source as s on s.source_id = p.source_id
        left join meta.document_paragraph as g on g.source_id = p.source_id and g.paragraph_no = p.paragraph_no
        left join meta.code as k on k.code_set = 'programme_kind_code' and k.code = p.kind_code
        left join meta.code as t on t.code_set = 'programme_status_code' and t.code = p.status_code
        left join core.dim_area as a on a.area_id = p.area_id
        left join printed as f on f.thing = n.thing
        where n.place = 1
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
