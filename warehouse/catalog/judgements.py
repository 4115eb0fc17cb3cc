"""How printed figures are read, compared and held against each other: comparisons, cross checks, readings.

The marts ask these declarations as relations of `meta`; nothing of them is written into SQL.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.catalog.fields import optional, told
from warehouse.catalog.problems import Problems
from warehouse.catalog.tables import read_record, read_toml

if TYPE_CHECKING:
    from warehouse.catalog.model import Catalog


@dataclass(frozen=True, kw_only=True)
class ComparisonPair:
    """Two areas whose comparison is computed with every release; any other pair is computed when asked."""

    area_a: str = told("甲方区域")
    area_b: str = told("乙方区域")


@dataclass(frozen=True, kw_only=True)
class ComparisonInput:
    """Where a comparison item takes its value from."""

    input_kind_code: str = told("取数方式", codes="input_kind_code", name="kind")
    input_code: str = told("网络、指标或年龄档代码", name="code")
    base_code: str | None = optional("底数口径", name="base")


@dataclass(frozen=True, kw_only=True)
class ComparisonItem:
    """One line of a comparison; inputs after the first stand in where an area has not the first."""

    item_code: str
    item_zh: str = told("名称", name="label_zh")
    basis_code: str = told("比较层次", codes="basis_code", name="basis")
    unit_zh: str = told("单位")
    decimals: int = told("小数位")
    note_zh: str | None = optional("并列时的注意事项")
    inputs: tuple[ComparisonInput, ...] = told("取数处", default=())


@dataclass(frozen=True, kw_only=True)
class Operand:
    """A printed figure or a population that a cross check uses."""

    label_zh: str = told("写法")
    figure_id: str | None = optional("公开文件数编号", name="figure")
    area_id: str | None = optional("人口所属区域", name="area")
    as_of_on: date | None = optional("人口时点", name="as_of")
    age_band_code: str | None = optional("人口年龄段", codes="age_band_code", name="band")
    base_code: str | None = optional("人口口径，不写为常住", codes="base_code", name="base")
    divided_by: float | None = optional("先除以此数")


@dataclass(frozen=True, kw_only=True)
class CrossCheck:
    """What two printed figures must say about each other."""

    check_id: str
    title_zh: str = told("核对内容")
    kind_code: str = told("核对方式", codes="cross_check_kind_code", name="kind")
    area_id: str = told("区域")
    unit_zh: str = told("结果单位")
    expected_low: float | None = optional("应有下限")
    expected_high: float | None = optional("应有上限")
    standards_of: str | None = optional("以该区域的发放标准为应有范围")
    inside_code: str = told("在应有范围内的结论", codes="verdict_code", name="inside")
    outside_code: str = told("超出应有范围的结论", codes="verdict_code", name="outside")
    badge_zh: str | None = optional("徽标")
    sentence_zh: str = told("一句话说明")
    sentence_of: str | None = optional("这句话说的是哪种结果：inside 在应有范围内、outside 超出；不写即与结果无关")
    numerators: tuple[Operand, ...] = told("分子，或前后数列中较晚的各数", default=())
    denominator: Operand | None = told("分母，或前后数列中最早的数", default=None)


@dataclass(frozen=True, kw_only=True)
class FigureReading:
    """What has to be added to a printed figure under one reading, so that figures of several documents agree."""

    figure_id: str = told("公开文件数编号", name="figure")
    reading_code: str = told("读法", codes="reading_code", name="reading")
    added_value: float = told("加上的数")
    as_of_on: date | None = optional("文件未印截止时间者按何时计", name="as_of")
    reason_zh: str = told("理由")


@dataclass(frozen=True, kw_only=True)
class TargetEvidence:
    """Which indicator may stand for the actual value of a target, under which reading, and where.

    A target that its sentence makes of several parts (每个县（区）、乡镇) has a row a part: then only all of them together
    are the target, and its own indicator does not stand for it.
    """

    target_id: str = told("目标编号", name="target")
    indicator_code: str = told("指标", name="indicator")
    reading_code: str = told("读法", codes="reading_code", name="reading")
    scope_code: str = told("在哪里计", codes="scope_code", name="scope")
    is_to_confirm: bool = told("口径未经确认，只列数不判断")
    part_zh: str | None = optional("目标的哪一部分，原句的说法", name="part")
    part_value: float | None = optional("这一部分的目标值，不写即目标的")
    caveat_zh: str | None = optional("注意事项")


@dataclass(frozen=True, kw_only=True)
class BaseNote:
    """A base that a document prints, or the explanation of a coverage above 100 % on one base."""

    network_code: str = told("网络", name="network")
    base_code: str = told("底数口径", name="base")
    printed_indicator_code: str | None = optional("底数所印指标", name="printed_indicator")
    label_zh: str | None = optional("底数名称")
    over_100_zh: str | None = optional("大于100%时的解释")


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A threshold of a judgement, and the rule as pages print it."""

    parameter_code: str = told("参数代码", name="code")
    value: float | None = optional("数值")
    text_zh: str = told("规则文字")


@dataclass(frozen=True, kw_only=True)
class SeriesBreak:
    """A month from which an indicator counts something else than before, for an area and all within it."""

    area_id: str = told("区域", name="area")
    indicator_code: str = told("指标", name="indicator")
    month: date = told("断点月份")
    break_kind_code: str = told("断点类别", codes="break_kind_code", name="kind")
    title_zh: str = told("原因，一句话")
    source_id: str | None = optional("依据的来源编号", name="source")
    quote: str | None = optional("依据的原句")


@dataclass(frozen=True, kw_only=True)
class SignalWay:
    """How series of a kind and timing are judged, or, where an indicator is named, those of that one."""

    kind_code: str | None = optional("指标类型", codes="indicator_kind_code", name="kind")
    timing_code: str | None = optional("时间性质", codes="timing_code", name="timing")
    indicator_code: str | None = optional("只对这个指标", name="indicator")
    signal_way_code: str = told("判断方式", codes="signal_way_code", name="way")
    reason_zh: str = told("理由")


@dataclass(frozen=True, kw_only=True)
class Judgements:
    """Everything declared in comparisons.toml, cross_checks.toml, readings.toml, breaks.toml and signals.toml."""

    pairs: tuple[ComparisonPair, ...]
    items: Mapping[str, ComparisonItem]
    checks: Mapping[str, CrossCheck]
    figure_readings: tuple[FigureReading, ...]
    target_evidence: tuple[TargetEvidence, ...]
    base_notes: tuple[BaseNote, ...]
    parameters: tuple[Parameter, ...]
    series_breaks: tuple[SeriesBreak, ...]
    signal_ways: tuple[SignalWay, ...]


def load_judgements(folder: Path, problems: Problems) -> Judgements:
    """The declarations of the five files, every unknown, missing or ill-typed field noted."""
    comparisons = read_toml(folder, "comparisons.toml", problems)
    readings = read_toml(folder, "readings.toml", problems)
    signals = read_toml(folder, "signals.toml", problems)
    return Judgements(
        pairs=_records(ComparisonPair, comparisons.get("pair", []), "comparisons.toml", "pair", problems),
        items=_items(comparisons.get("items", {}), problems),
        checks=_checks(read_toml(folder, "cross_checks.toml", problems), problems),
        figure_readings=_section(FigureReading, readings, "figure_reading", problems),
        target_evidence=_section(TargetEvidence, readings, "target_evidence", problems),
        base_notes=_section(BaseNote, readings, "base_note", problems),
        parameters=_worded(
            _section(Parameter, readings, "parameter", problems)
            + _records(Parameter, signals.get("parameter", []), "signals.toml", "parameter", problems),
            problems,
        ),
        series_breaks=_records(
            SeriesBreak,
            read_toml(folder, "breaks.toml", problems).get("series_break", []),
            "breaks.toml",
            "series_break",
            problems,
        ),
        signal_ways=_records(SignalWay, signals.get("way", []), "signals.toml", "way", problems),
    )


def _section(kind: type, tables: Mapping[str, Any], name: str, problems: Problems) -> tuple:
    return _records(kind, tables.get(name, []), "readings.toml", name, problems)


def _worded(parameters: tuple[Parameter, ...], problems: Problems) -> tuple[Parameter, ...]:
    """The parameters, with {code} in a text replaced by the value of that parameter."""
    values = {one.parameter_code: f"{one.value:g}" for one in parameters if one.value is not None}
    worded = []
    for one in parameters:
        try:
            worded.append(dataclasses.replace(one, text_zh=one.text_zh.format_map(values)))
        except (KeyError, ValueError, IndexError) as error:
            fact = f"花括号中应是有数值的参数代码，现为 {error}"
            problems.add("readings.toml", one.parameter_code, "text_zh", fact, f"可用：{'、'.join(values)}")
    return tuple(worded)


def _records(kind: type, rows: Any, file: str, name: str, problems: Problems) -> tuple:
    if not isinstance(rows, list):
        problems.add(file, name, "", "这里应是若干张表的列表", f"请写成 [[{name}]]")
        return ()
    found = [
        read_record(kind, row, file=file, table_name=f"第{number}条 {name}", problems=problems)
        for number, row in enumerate(rows, start=1)
    ]
    return tuple(record for record in found if record is not None)


def _items(tables: Mapping[str, Any], problems: Problems) -> dict[str, ComparisonItem]:
    file = "comparisons.toml"
    items = {}
    for code, table in tables.items():
        table = dict(table)
        inputs = _records(ComparisonInput, table.pop("inputs", []), file, f"{code}.inputs", problems)
        item = read_record(ComparisonItem, table, file=file, table_name=code, given={"item_code": code, "inputs": inputs}, problems=problems)  # fmt: skip
        if not inputs:
            problems.add(file, code, "inputs", "没有取数处", "请写明从哪里取数")
        if item is not None:
            items[code] = item
    return items


def _checks(tables: Mapping[str, Any], problems: Problems) -> dict[str, CrossCheck]:
    file = "cross_checks.toml"
    checks = {}
    for code, table in tables.items():
        table = dict(table)
        numerators = _records(Operand, table.pop("numerators", []), file, f"{code}.numerators", problems)
        below = table.pop("denominator", None)
        given = {
            "check_id": code,
            "numerators": numerators,
            "denominator": below
            and read_record(Operand, below, file=file, table_name=f"{code}.denominator", problems=problems),
        }
        if not numerators:
            problems.add(file, code, "numerators", "没有分子", "请写明取哪个数")
        check = read_record(CrossCheck, table, file=file, table_name=code, given=given, problems=problems)
        if check is not None:
            checks[code] = check
    return checks


def all_records(judgements: Judgements) -> Iterable[tuple[str, str, Any]]:
    """Every declaration with the file and the name of the table it stands in."""
    for number, pair in enumerate(judgements.pairs, start=1):
        yield "comparisons.toml", f"第{number}条 pair", pair
    for code, item in judgements.items.items():
        yield "comparisons.toml", code, item
        for each in item.inputs:
            yield "comparisons.toml", f"{code}.inputs", each
    for code, check in judgements.checks.items():
        yield "cross_checks.toml", code, check
        for operand in (*check.numerators, *filter(None, [check.denominator])):
            yield "cross_checks.toml", code, operand
    for name in ("figure_readings", "target_evidence", "base_notes", "parameters"):
        for number, record in enumerate(getattr(judgements, name), start=1):
            yield "readings.toml", f"第{number}条 {name.removesuffix('s')}", record
    for number, record in enumerate(judgements.series_breaks, start=1):
        yield "breaks.toml", f"第{number}条 series_break", record
    for number, record in enumerate(judgements.signal_ways, start=1):
        yield "signals.toml", f"第{number}条 way", record


def check_references(catalog: "Catalog", problems: Problems) -> None:
    """Note every area, indicator, network, base and target that is not declared anywhere."""
    judgements = catalog.judgements
    known = {
        "area_id": catalog.areas,
        "area_a": catalog.areas,
        "area_b": catalog.areas,
        "standards_of": catalog.areas,
        "indicator_code": catalog.indicators,
        "printed_indicator_code": catalog.indicators,
        "network_code": catalog.networks,
        "target_id": catalog.targets,
    }
    for file, table, record in all_records(judgements):
        for field in dataclasses.fields(record):
            value = getattr(record, field.name)
            if field.name in known and value is not None and value not in known[field.name]:
                name = field.metadata.get("name") or field.name
                problems.add(file, table, name, f"没有登记 {value!r}", "请核对拼写，或先登记它", undeclared=value)
    kinds = {
        "coverage": catalog.networks,
        "per_10000": catalog.networks,
        "figure": catalog.indicators,
        "base": catalog.indicators,
        "allowance": catalog.codes.get("age_tier_code", {}),
    }
    for code, item in judgements.items.items():
        for each in item.inputs:
            if each.input_kind_code in kinds and each.input_code not in kinds[each.input_kind_code]:
                fact = f"没有登记 {each.input_code!r}"
                problems.add(
                    "comparisons.toml", code, "code", fact, "请核对拼写，或先登记它", undeclared=each.input_code
                )
            if each.base_code is not None and each.base_code not in catalog.bases:
                problems.add(
                    "comparisons.toml",
                    code,
                    "base",
                    f"没有登记底数 {each.base_code!r}",
                    "请核对拼写",
                    undeclared=each.base_code,
                )


def judgement_rows(judgements: Judgements) -> dict[str, Iterable[dict[str, Any]]]:
    """Relation name to rows, in declared order."""
    plain = {
        "meta.comparison_pair": judgements.pairs,
        "meta.figure_reading": judgements.figure_readings,
        "meta.target_evidence": judgements.target_evidence,
        "meta.base_note": judgements.base_notes,
        "meta.parameter": judgements.parameters,
        "meta.series_break": judgements.series_breaks,
    }
    return {
        **{name: map(vars, records) for name, records in plain.items()},
        "meta.signal_way": (
            {**vars(one), "position": number} for number, one in enumerate(judgements.signal_ways, start=1)
        ),
        "meta.comparison_item": _item_rows(judgements),
        "meta.cross_check_rule": _rule_rows(judgements),
        "meta.cross_check_operand": _operand_rows(judgements),
    }


def _item_rows(judgements: Judgements) -> Iterable[dict[str, Any]]:
    for number, item in enumerate(judgements.items.values(), start=1):
        for each in item.inputs:
            base_code = each.base_code or ""
            yield {**vars(item), **vars(each), "base_code": base_code, "sort_order": number}


def _rule_rows(judgements: Judgements) -> Iterable[dict[str, Any]]:
    for number, check in enumerate(judgements.checks.values(), start=1):
        yield {**vars(check), "sort_order": number}


def _operand_rows(judgements: Judgements) -> Iterable[dict[str, Any]]:
    for check in judgements.checks.values():
        sides = [("numerator", position, operand) for position, operand in enumerate(check.numerators, start=1)]
        if check.denominator is not None:
            sides.append(("denominator", 1, check.denominator))
        for role_code, position, operand in sides:
            yield {
                **vars(operand),
                "check_id": check.check_id,
                "role_code": role_code,
                "position": position,
                "kind_code": "figure" if operand.figure_id else "population",
                "base_code": (operand.base_code or "resident") if operand.area_id else None,
                "divided_by": operand.divided_by or 1.0,
            }
        if check.standards_of is not None:
            yield {
                "check_id": check.check_id,
                "role_code": "standard",
                "position": 1,
                "kind_code": "allowance",
                "label_zh": "发放标准",
                "figure_id": None,
                "area_id": check.standards_of,
                "as_of_on": None,
                "age_band_code": None,
                "base_code": None,
                "divided_by": 1.0,
            }
