"""A form nobody has seen, added to a copy of the whole program by declarations alone, then run from nothing.

    python -m tests.pages.fifth_form FOLDER     in that copy: fill the inbox of FOLDER, refresh, open every page

The second part runs in a process of the copy, so that workers and pages read its declarations; it prints what it saw.
"""

import io
import json
import os
import shutil
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNIT, CITY = "qingfeng", "puyang"
TIMES, PEOPLE, COMPLAINTS = "meals_served_count", "meal_person_count", "meal_complaint_count"
RATE = "meal_complaint_rate"
MONTHS = {date(2026, 8, 1): (0.12, 190, 300, 3), date(2026, 9, 1): (0.1234, 200, 310, 4)}
"""By month as written: ten thousand portions, persons, portions brought home, complaints."""
LAYOUT = f"""
layout_code = "meals_2026"
form_code = "meals"
label_zh = "老年助餐月报表（2026年版）"
valid_from = 2026-01-01
period_kind = "month"
sheet = "表五 助餐"
origin = "A1"
title = "{{unit}}老年助餐月报表（{{year}}年{{month}}月）"
title_words = ["老年助餐月报表"]
title_month_offset = 0
meta = ["unit", "data_period", "filled_by", "reviewed_by", "filled_on", "correction"]
relations = [
    {{ kind = "at_least", of = "{TIMES}", by = ["{PEOPLE}"] }},
    {{ kind = "within", of = "{TIMES}", by = ["meal_delivery_count"] }},
]

[[blocks]]
block_code = "main"
orientation = "items"
header_rows = 1
keys = [
    {{ key = "item", path = ["指标"] }},
    {{ key = "value", path = ["本月数"] }},
    {{ key = "previous", path = ["上月数"] }},
    {{ key = "note", path = ["说明"] }},
]
fields = [
    {{ indicator = "{TIMES}", path = ["助餐人次"], unit = "万人次" }},
    {{ indicator = "{PEOPLE}", path = ["助餐老年人"], unit = "人" }},
    {{ check = "meal_delivery_count", path = ["其中送餐"], unit = "人次" }},
    {{ indicator = "{COMPLAINTS}", path = ["投诉"], unit = "件" }},
]
"""
INDICATOR = """
[{code}]
label_zh = "{label}"
label_en = "{english}"
topic_code = "platform"
definition_zh = "{definition}"
formula_zh = "直接报送或取自来源，不计算"
kind_code = "count"
unit_zh = "{unit}"
timing_code = "during_month"
level_code = "unit"
polarity_code = "higher_is_better"
decimals = 0
valid_min = 0
group_code = "meals"
is_sensitive_persons = false
form_code = "meals"
owner_zh = "养老服务科"
next_review_on = 2027-03-31
"""
# What a newcomer may ask for and no shipped indicator has: per thousand, three decimals, fewer is better, on the overview.
PER_THOUSAND = f"""
[{RATE}]
label_zh = "助餐投诉率"
label_en = "Complaints per thousand meals"
topic_code = "platform"
definition_zh = "每千人次助餐的投诉。"
formula_zh = "投诉 ÷ 助餐人次 × 1000"
kind_code = "ratio"
numerator = "{COMPLAINTS}"
denominator = "{TIMES}"
scale = 1000
unit_zh = "‰"
timing_code = "during_month"
level_code = "unit"
polarity_code = "lower_is_better"
decimals = 3
valid_min = 0
group_code = "meals"
is_sensitive_persons = false
key_order = 90
owner_zh = "养老服务科"
next_review_on = 2027-03-31
"""


def declared_in_a_copy(place: Path) -> Path:
    """A copy of the program with the form declared: one layout, four indicators, their group, the code of the form."""
    wanted = ("app.py", "pyproject.toml", "etl", "pages", "tests", "warehouse", ".streamlit")
    for name in wanted:
        source = ROOT / name
        if source.is_dir():
            # With the byte code beside it, which spares the compiling.
            shutil.copytree(source, place / name)
        else:
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place / name)
    (place / "etl" / "layouts" / "meals_2026.toml").write_text(LAYOUT, encoding="utf-8")
    catalogue = place / "warehouse" / "catalog"
    added = {
        "indicators.toml": INDICATOR.format(code=TIMES, label="助餐人次", english="Meals served", unit="人次", definition="当月供餐的份数。")
        + INDICATOR.format(code=PEOPLE, label="助餐老年人", english="Elders served meals", unit="人", definition="当月用过餐的老年人，去重。")
        + INDICATOR.format(code=COMPLAINTS, label="助餐投诉", english="Complaints about meals", unit="件", definition="当月收到的投诉。")
        + PER_THOUSAND,
        "groups.toml": '\n[meals]\nlabel_zh = "老年助餐"\ndefinition_zh = "为老年人供餐的份数与人数。"\n',
    }  # fmt: skip
    for name, text in added.items():
        path = catalogue / name
        path.write_text(f"{path.read_text(encoding='utf-8')}{text}", encoding="utf-8")
    codes = catalogue / "codes.toml"
    text = codes.read_text(encoding="utf-8")
    # Below the other forms: in this order forms are listed and asked for.
    *before, last = text.partition("\n[breakdown_code]")[0].rstrip().splitlines()
    assert last.startswith("allowance = ")
    codes.write_text(
        text.replace("\n".join((*before, last)), "\n".join((*before, last, 'meals = "老年助餐"')), 1), "utf-8"
    )
    return place


def sheets_of(workbook: bytes) -> dict[str, list[str]]:
    """What stands in each sheet of a workbook, as texts."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    return {
        name: [str(value) for row in book.get_sheet_by_name(name).to_python() for value in row if value != ""]
        for name in book.sheet_names
    }


def run(root: Path) -> dict:
    """Two sound months and one that cannot be, refreshed; every page opened; what there is to see."""
    from etl.months.read.layouts import load_layouts
    from etl.months.template.of_unit import unit_template
    from etl.refresh import refresh
    from pages.registry import PAGES
    from tests.forms import FormData, draw, to_xlsx
    from tests.pages.conftest import Shown, at_address
    from warehouse.home import Home
    from warehouse.read import Releases

    home, layout = Home(root), load_layouts()["meals_2026"]
    home.ensure()

    def send(month: date, *figures: float) -> None:
        values = dict(zip((TIMES, PEOPLE, "meal_delivery_count", COMPLAINTS), figures, strict=True))
        drawn = draw(layout, FormData("清丰县", month, {("", ""): values}))
        (home.inbox / f"助餐{month:%Y%m}.xlsx").write_bytes(to_xlsx(drawn))

    for month, figures in MONTHS.items():
        send(month, *figures)
    # 1,300 persons and 1,500 portions brought home of 1,234: both cannot be.
    send(date(2026, 10, 1), 0.1234, 1300, 1500, 4)
    refresh(home)
    with Releases(home).acquire() as release:
        seen = {
            "figures": release.rows(
                "select indicator_code, strftime(month, '%Y-%m') as month, value::bigint as value"
                " from core.fct_observation where area_id = 'qingfeng' and is_current and value is not null order by all"
            ).frame.rows(),
            "rates": release.rows(
                "select strftime(month, '%Y-%m') as month, value, denominator::bigint as denominator from mart.indicator_month"
                f" where area_id = 'qingfeng' and indicator_code = '{RATE}' and value is not null order by month"
            ).frame.rows(),
            "refused": release.rows(
                "select rule_code from meta.issue where severity_code = 'blocking' order by rule_code"
            ).frame["rule_code"].to_list(),
            "template": sheets_of(unit_template(release, unit=UNIT, month="2026-10").data),
        }  # fmt: skip
    os.environ["YANGLAO_HOME"] = str(root)

    def opened(script: str, **parameters: str) -> Shown:
        return Shown(at_address(script, **parameters)).run()

    shown = {entry.url_path: opened(entry.script, city=CITY) for entry in PAGES}
    seen["failed"] = [path for path, page in shown.items() if page.app.exception or "错误编号" in page.text]
    seen["findings"] = {path: page.finding for path, page in shown.items()}
    seen["trend"] = opened("briefing/trends/page.py", city=CITY, indicator=TIMES, area=UNIT).text
    seen["sheet"] = opened("workbench/indicator/page.py", indicator=TIMES).text
    seen["rate"] = opened("workbench/indicator/page.py", indicator=RATE).text
    return seen


if __name__ == "__main__":
    json.dump(run(Path(sys.argv[1])), sys.stdout, ensure_ascii=False)
