-- offenders: a printed amount and a printed count whose quotient lies outside the declared band (a lost 万, a wrong unit)
select
    '核对 ' || c.check_id || '（' || c.numerator_zh || '，' || c.denominator_zh || '）' as place_zh,
    '每单位 ' || cast(cast(c.result as decimal(18, 2)) as varchar) || c.unit_zh || '，应在 '
    || cast(cast(c.expected_low as decimal(18, 2)) as varchar) || '—'
    || cast(cast(c.expected_high as decimal(18, 2)) as varchar) || ' 之间' as fact_zh,
    '请核对台账中两数的“万”“亿”与单位' as remedy_zh
from mart.cross_check as c
where
    c.kind_code = 'unit_price'
    and c.verdict_code = 'doubtful'
