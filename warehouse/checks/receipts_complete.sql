-- offenders: a derived figure that cannot be walked back, since no receipt says what it was made of
with derived as (
    select
        'mart.coverage' as relation,
        concat_ws('|', area_id, network_code, cast(as_of_on as varchar), base_code, origin_code) as row_key,
    from mart.coverage
    where built is not null or base is not null
    union all
    select
        'mart.target_progress' as relation,
        concat_ws('|', target_id, area_id, cast(month as varchar), origin_code) as row_key,
    from mart.target_progress
    union all
    select
        'mart.target_verdict' as relation,
        concat_ws('|', target_id, reading, area_id, cast(month as varchar)) as row_key,
    from mart.target_verdict
    union all
    select
        'mart.city_comparison' as relation,
        concat_ws('|', area_a, area_b, item_code) as row_key,
    from mart.city_comparison
    where value_a is not null or value_b is not null
    union all
    select
        'mart.year_outlook' as relation,
        concat_ws('|', area_id, indicator_code, cast(month as varchar)) as row_key,
    from mart.year_outlook
    union all
    select
        'mart.cross_check' as relation,
        check_id as row_key,
    from mart.cross_check
    union all
    select
        'mart.area_profile' as relation,
        area_id as row_key,
    from mart.area_profile
)
select
    '数字凭证 ' || d.relation as place_zh,
    '“' || d.row_key || '”没有来源行' as fact_zh,
    '请在 warehouse/sql/receipt 中补上' as remedy_zh,
from derived as d
left join meta.receipt_input as r on r.relation = d.relation and r.row_key = d.row_key
where r.relation is null
