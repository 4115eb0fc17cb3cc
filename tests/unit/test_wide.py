"""Chinese punctuation in a statement that was pasted: found, told, and made SQL's own, texts and names left alone."""

import pytest

from warehouse.query.help.wide import half_width, wide_signs


@pytest.mark.parametrize(
    ("pasted", "mended"),
    [
        ("select area_id，name_zh from core.dim_area；", "select area_id,name_zh from core.dim_area;"),
        ("select count（*） from t where a ＝ 1", "select count(*) from t where a = 1"),
        # What stands between Chinese quotes is a text; its own signs, and a quote in it, stay.
        ("where name_zh = “濮阳，市”", "where name_zh = '濮阳，市'"),
        ("where a in （‘甲’，‘it's’）", "where a in ('甲','it''s')"),
        # Texts, names in quotes, comments, and the name behind `as` are people's own.
        ("select '中，文', \"数（人）\" -- 注，释", "select '中，文', \"数（人）\" -- 注，释"),
        ("select sum（value） as 人数（人）", "select sum(value) as 人数（人）"),
        ("select 1 as a", "select 1 as a"),
    ],
)
def test_signs_of_sql_are_made_its_own_and_nothing_else_is_touched(pasted, mended):
    assert half_width(pasted) == mended
    assert half_width(mended) == mended
    assert wide_signs(mended) == []


def test_each_sign_is_counted_at_its_place():
    # s e l e c t _ a ， b ；: the ninth and the eleventh sign, counted from 0.
    assert wide_signs("select a，b；") == [8, 10]
