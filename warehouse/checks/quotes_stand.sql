-- offenders: a quote that does not stand in the document it is said to come from
with quotes as (
    select
        '公开文件数 ' || figure_id as place_zh,
        source_id,
        paragraph_no,
        quote,
    from core.fct_document_figure
    union all
    select
        '政策与任务 ' || programme_id as place_zh,
        source_id,
        paragraph_no,
        quote,
    from meta.programme
    union all
    select
        '大事 ' || event_id as place_zh,
        source_id,
        cast(null as integer) as paragraph_no,
        quote,
    from meta.timeline_event
    union all
    select
        '目标 ' || target_id as place_zh,
        source_id,
        cast(null as integer) as paragraph_no,
        quote,
    from core.dim_target
    union all
    select
        '目标 ' || target_id || ' 的期限' as place_zh,
        source_id,
        cast(null as integer) as paragraph_no,
        deadline_quote as quote,
    from core.dim_target
    where deadline_quote is not null
    union all
    select
        '津贴标准 ' || area_id || ' ' || age_tier_code || ' ' || cast(valid_from_on as varchar) as place_zh,
        source_id,
        cast(null as integer) as paragraph_no,
        quote,
    from core.fct_allowance_standard
    union all
    -- A break may rest on what an office declared; where it names a document or a sentence, it names both.
    select
        '断点 ' || area_id || ' ' || indicator_code || ' ' || cast(month as varchar) as place_zh,
        coalesce(source_id, '（没有写明的文件）') as source_id,
        cast(null as integer) as paragraph_no,
        coalesce(quote, '（没有写明的原句）') as quote,
    from meta.series_break
    where source_id is not null or quote is not null
    union all
    select
        '公开文件数 ' || figure_id || ' 的重复处' as place_zh,
        source_id,
        cast(null as integer) as paragraph_no,
        unnest(also_at) as quote,
    from core.fct_document_figure
    union all
    select
        '政策与任务 ' || programme_id || ' 的重复处' as place_zh,
        source_id,
        cast(null as integer) as paragraph_no,
        unnest(also_at) as quote,
    from meta.programme
)
select
    q.place_zh,
    '原句“' || q.quote || '”不在 ' || q.source_id
    || case
        when q.paragraph_no is null then ''
        else ' 第' || cast(q.paragraph_no as varchar) || '段'
    end
    || ' 中' as fact_zh,
    '请照文件原文改正原句或段落' as remedy_zh,
from quotes as q
left join meta.document_paragraph as p
    on
        p.source_id = q.source_id
        and (q.paragraph_no is null or p.paragraph_no = q.paragraph_no)
        and contains(p.text_zh, q.quote)
where p.source_id is null
