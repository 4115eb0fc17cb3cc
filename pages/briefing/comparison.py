"""城市对比: two to four areas side by side; what may be compared first, what may not last, and why."""

import streamlit as st

from pages.ui import chooser
from pages.ui import comparison_rows as shown
from pages.ui.charts import framed
from pages.ui.errors import empty_state
from pages.ui.opening import opening
from pages.ui.parts import source_line
from pages.ui.refs import links_of
from pages.ui.sheet import block
from pages.ui.unit_board import unit_board
from pages.ui.versus import Head, group, versus
from pages.ui.view import here
from warehouse.read import areas, catalog
from warehouse.wording.ageing import FULL_COUNT_ZH

view = here()
area_ids = chooser.chosen(view)
places = [view.ask(areas.area, area_id=area_id).frame.row(0, named=True) for area_id in area_ids]
names = [place["name_zh"] for place in places]

if len(area_ids) < chooser.FEWEST:
    chooser.choose(view, area_ids)
    empty_state("再选一个地区就能对比", "点“添加地区”，输入地名、拼音或首字母；全国的市和县（区）都可以选。")
else:
    with st.spinner("正在逐项核对口径与时点……"):
        items = shown.compared(view, area_ids)
    said = shown.finding(view, area_ids, names)
    deck = view.ask(catalog.rule_text, parameter_code="comparison_gate")
    opening("城市对比", " 与 ".join(names), said.text, links_of(said), deck_zh=f"{deck}。")
    chooser.choose(view, area_ids)
    level = places[0]["level_code"]
    level_zh = view.ask(catalog.code_labels, code_set="level_code")[level]
    groups = (
        group(
            "覆盖率", "建成数占应覆盖单位数的比例；条形同一比例尺，全长为100%", shown.rows_of(items, area_ids, "rate")
        )
        + group("每万名老年人", "按60岁及以上常住人口计", shown.rows_of(items, area_ids, "per_10000"))
        + group("数量", "各地大小不同，个数只列不比，不画条形", shown.rows_of(items, area_ids, "count"))
        + group("不作比较的", "只列各自公布的数，不算比值，不排名", shown.refused(items, area_ids))
        + group(
            "背景",
            "普查与区划底数；灰盒是全国中间一半的地方，竖线是中位数",
            shown.context_rows(items, area_ids, shown.spreads(view, level), level_zh),
        )
    )
    heads = [
        Head(name_zh=place["name_zh"], where_zh=place["path_zh"].removesuffix(place["name_zh"])) for place in places
    ]
    framed(
        lambda: block(versus(heads, groups), key="versus"),
        claim_zh=shown.claim(items),
        what_zh="先比覆盖率，再比每万名老年人，最后看个数；每个数下面是算法、底数年份和时点",
        foot_html=source_line(
            "各地公开文件、2020年普查、2021年基层单位数", shown.as_of(items), view.release_id, more=FULL_COUNT_ZH
        ),
        twin_html=shown.plain_table(items, area_ids, names),
        key="versus-figure",
    )

unit_board(view)
