"""The declarations, one frozen class for each kind of table. Every field says in Chinese what it is.

A field without a default must be written. Optional fields are left out of the TOML when there is nothing to say
(TOML has no null). `coded` fields take only the codes of one set of codes.toml.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from warehouse.catalog.fields import optional, told

if TYPE_CHECKING:
    from warehouse.catalog.judgements import Judgements


@dataclass(frozen=True, kw_only=True)
class Code:
    """One value of a closed list."""

    code_set: str
    code: str
    label_zh: str = told("中文含义")
    mark_zh: str | None = optional("界面记号")


@dataclass(frozen=True, kw_only=True)
class Distinction:
    """Another comparability group that is often taken for this one, and why the two never share a figure."""

    group_code: str = told("另一口径组", name="group")
    reason_code: str = told("不可比的原因", codes="reason_code", name="reason")
    reason_zh: str = told("一句话理由")


@dataclass(frozen=True, kw_only=True)
class Group:
    """A comparability group: only values of one group share a rate, an axis or a rank."""

    group_code: str
    label_zh: str = told("名称")
    definition_zh: str = told("口径")
    note_zh: str | None = optional("组内并列时的注意事项")
    city_reason_code: str | None = optional("各市之间不可比的原因", codes="reason_code")
    city_reason_zh: str | None = optional("各市之间不可比的一句话理由")
    not_with: tuple[Distinction, ...] = told("易混的口径组", default=())


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """An indicator, declared once: ETL, build, pages and exports read it from here."""

    indicator_code: str
    label_zh: str = told("中文名")
    label_en: str = told("英文名")
    topic_code: str = told("主题", codes="topic_code")
    definition_zh: str = told("口径定义")
    formula_zh: str = told("算式")
    kind_code: str = told("类型", codes="indicator_kind_code")
    numerator: str | None = optional("分子指标")
    denominator: str | None = optional("分母指标")
    scale: float | None = optional("倍数")
    unit_zh: str = told("单位")
    timing_code: str = told("时间性质", codes="timing_code")
    level_code: str = told("最细报送层级", codes="level_code")
    polarity_code: str = told("方向", codes="polarity_code")
    decimals: int = told("显示小数位")
    valid_min: float | None = optional("合理下限")
    valid_max: float | None = optional("合理上限")
    group_code: str = told("口径组")
    is_sensitive_persons: bool = told("人数小于5时是否保密")
    is_counted_anew: bool = told("同一个人是否每月再计一次，各月不能相加", default=False)
    over_100_zh: str | None = optional("大于100%时的解释")
    form_code: str | None = optional("来自哪张报表", codes="form_code")
    owner_zh: str = told("责任科室")
    next_review_on: date = told("下次复核日期")
    caveat_zh: str | None = optional("注意事项")
    key_order: int | None = optional("在总览中的次序；不列者不上总览")
    variant_of: str | None = optional("以推算人口为底数的同一指标：原指标")
    smallest_difference: float | None = optional("相差多少才算高低；不写即按单位与类型的通例")

    def may_be(self, value: float) -> bool:
        """Whether a value may be one of this indicator: what is counted is whole and not below nothing."""
        return math.isfinite(value) and (self.kind_code != "count" or (value >= 0 and value == int(value)))

    @property
    def counting_difference(self) -> float:
        """The smallest difference that counts for ranks, standings and alarms, in the unit of the indicator.

        Unless declared: one percentage point of a share, five of the last decimal shown of another ratio, one of what
        is counted.
        """
        if self.smallest_difference is not None:
            return self.smallest_difference
        if self.kind_code != "ratio":
            return 1.0
        return 0.01 if self.unit_zh == "%" else 5 * 10.0**-self.decimals


@dataclass(frozen=True, kw_only=True)
class Area:
    """A place the forms, documents and targets speak of. Census areas come from the reference tables instead."""

    area_id: str
    name_zh: str = told("全称")
    short_name_zh: str = told("简称")
    level_code: str = told("层级", codes="level_code")
    parent_area_id: str | None = optional("上级区域", name="parent")
    kind_code: str = told("性质", codes="area_kind_code")
    adcode: str | None = optional("民政部六位代码")
    stat_code: str | None = optional("统计用区划代码")
    is_reporting: bool = told("是否按月报送")
    has_villages: bool | None = optional("是否有行政村")
    county_seat_count: int | None = optional("县城区数")
    tile_row: int | None = optional("瓦片行号")
    tile_col: int | None = optional("瓦片列号")
    valid_from_on: date | None = optional("生效日期")
    valid_to_on: date | None = optional("最后有效日")
    aliases: tuple[str, ...] = told("别名（只作完全匹配）")
    note_zh: str | None = optional("说明")


@dataclass(frozen=True, kw_only=True)
class City:
    """What a city says of itself in its own folder, beside its areas and standards."""

    area_id: str
    order: int = told("在各城市中的次序")
    network_codes: tuple[str, ...] = told("有哪些服务网络", name="networks")


@dataclass(frozen=True, kw_only=True)
class Target:
    """One target of one document; an indicator may have several, and one sentence several readings."""

    target_id: str
    indicator_code: str = told("指标", name="indicator")
    area_id: str = told("适用区域")
    name_zh: str = told("目标名称（原文）")
    comparator: str = told("比较方式", codes="comparator")
    value: float | None = optional("目标值")
    text_zh: str = told("目标值原文写法")
    unit_zh: str = told("单位")
    period_start_on: date | None = optional("起算日期", name="period_start")
    deadline_on: date | None = optional("期限，未印为空", name="deadline")
    deadline_quote: str | None = optional("期限不在原句里者，印着期限的原文")
    binding_code: str = told("属性", codes="binding_code", name="binding")
    pace_code: str = told("序时算法", codes="pace_code", name="pace")
    base_zh: str | None = optional("计算口径")
    valid_from_on: date | None = optional("生效日期", name="valid_from")
    valid_to_on: date | None = optional("最后有效日", name="valid_to")
    source_id: str = told("来源编号")
    chapter_zh: str | None = optional("章节")
    quote: str = told("原句")
    figure_id: str | None = optional("对应的公开文件数")
    reading_of_id: str | None = optional("是哪个目标的另一种读法", name="reading_of")
    reading_zh: str | None = optional("读法")
    caveat_zh: str | None = optional("注意事项")


@dataclass(frozen=True, kw_only=True)
class AllowanceStandard:
    """What one age tier is paid a month, from a date on, by the city's own document."""

    area_id: str = told("区域")
    age_tier_code: str = told("年龄档", codes="age_tier_code")
    valid_from_on: date = told("生效日期")
    valid_to_on: date | None = optional("最后有效日")
    yuan_per_month: float = told("每人每月（元）")
    source_id: str = told("来源编号")
    quote: str = told("原句")

    @property
    def key(self) -> str:
        """The key of `core.fct_allowance_standard`, columns joined by a bar."""
        return f"{self.area_id}|{self.age_tier_code}|{self.valid_from_on.isoformat()}"


@dataclass(frozen=True, kw_only=True)
class Base:
    """What networks are measured against: the sum of these kinds of divisions."""

    base_code: str
    label_zh: str = told("名称")
    division_codes: tuple[str, ...] = told("单位类别", codes="division_code")
    note_zh: str | None = optional("说明")


@dataclass(frozen=True, kw_only=True)
class Network:
    """One layer of the service network: what is counted and against which bases, the first being the usual one."""

    network_code: str
    label_zh: str = told("名称")
    tier_zh: str = told("所在层级（县、乡、街道、社区、村、市县）")
    built_indicator: str = told("建成数指标")
    operating_indicator: str | None = optional("正常运营数指标")
    rate_indicator: str | None = optional("覆盖率指标")
    is_shared: bool = told("一所是否可服务几个底数单位；是则差额不是空白", default=False)
    base_codes: tuple[str, ...] = told("底数口径")
    named_like: str | None = optional("登记册里点名它而没有印个数的条目，名称的样式（like）")
    note_zh: str | None = optional("说明")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a relation."""

    name: str
    type: str
    comment_zh: str


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A relation of a release: what one row is, its key and its columns."""

    relation: str
    label_zh: str = told("中文名")
    grain_zh: str = told("一行是什么")
    key: tuple[str, ...] = told("主键")
    columns: tuple[Column, ...] = told("列")

    @property
    def polars_schema(self) -> dict[str, pl.DataType]:
        """Column names and Polars types, in the order of the relation: the shape of a frame handed to the build."""
        return {column.name: POLARS_TYPES[column.type] for column in self.columns}


POLARS_TYPES: Mapping[str, pl.DataType] = {
    "varchar": pl.String(),
    "varchar[]": pl.List(pl.String()),
    "boolean": pl.Boolean(),
    "integer": pl.Int32(),
    "bigint": pl.Int64(),
    "double": pl.Float64(),
    "date": pl.Date(),
    "timestamptz": pl.Datetime("us", "UTC"),
}


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """Everything declared, checked as a whole. Only `load_catalog` makes one."""

    indicators: Mapping[str, Indicator]
    groups: Mapping[str, Group]
    areas: Mapping[str, Area]
    city_declarations: Mapping[str, City]
    area_files: Mapping[str, str]
    codes: Mapping[str, Mapping[str, Code]]
    targets: Mapping[str, Target]
    allowance_standards: Mapping[str, AllowanceStandard]
    bases: Mapping[str, Base]
    networks: Mapping[str, Network]
    relations: Mapping[str, Relation]
    judgements: "Judgements"

    def cities(self) -> tuple[Area, ...]:
        """The cities whose units report, in declared order."""
        return tuple(area for area in self.areas.values() if area.level_code == "city")

    def cities_with(self, network_code: str) -> tuple[str, ...]:
        """The cities that have a network, in declared order."""
        return tuple(city for city, said in self.city_declarations.items() if network_code in said.network_codes)

    def place_of(self, area_id: str) -> tuple[str, str]:
        """File and table in which an area is declared."""
        file = self.area_files.get(area_id)
        return (file, f"areas.{area_id}") if file else ("areas.toml", area_id)

    def name_on_forms(self, area_id: str) -> str:
        """The name of a unit, with its city's before it where another city has a unit of that name."""
        own = self.areas[area_id]
        is_shared = any(
            other.name_zh == own.name_zh and other.is_reporting for other in self.areas.values() if other is not own
        )
        return f"{self.areas[own.parent_area_id].name_zh}{own.name_zh}" if is_shared else own.name_zh

    def units(self, city_area_id: str) -> tuple[Area, ...]:
        """The reporting units of a city, in declared order."""
        return tuple(
            area for area in self.areas.values() if area.level_code == "unit" and area.parent_area_id == city_area_id
        )
