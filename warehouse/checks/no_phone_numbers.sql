-- offenders: a paragraph that still holds what looks like a person's telephone number; public service lines may stay
with texts as (
    select
        source_id,
        paragraph_no,
        regexp_replace(text_zh, '(专线|热线)[：:]?[0-9—－-]+', '', 'g') as text_zh,
    from meta.document_paragraph
)
select
    '文件 ' || source_id || ' 第' || cast(paragraph_no as varchar) || '段' as place_zh,
    '仍有形似电话号码的数字' as fact_zh,
    '请在那个城市文件夹的 documents/sources.toml 中把这一行列入隐去的内容' as remedy_zh,
from texts
where regexp_matches(text_zh, '(^|[^0-9])(1[3-9][0-9]{9}|0[0-9]{2,3}[—－ -]?[0-9]{7,8}|[2-9][0-9]{6,7})([^0-9.%％]|$)')
