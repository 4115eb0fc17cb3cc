"""What reports are and owe, in words: states, findings, the text that reminds. Units and forms, never persons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from warehouse.wording.grammar.dates import date_zh, month_zh

Row = Mapping[str, Any]


@dataclass(frozen=True)
class State:
    """How a form of a month stands. `code` is one of ours, finer than state_code; `is_owed` asks for a report."""

    code: str
    label_zh: str
    is_owed: bool = False


ACCEPTED = State("accepted", "已收")
LATE = State("late", "迟报，已收")
CORRECTED = State("corrected", "更正")
RECEIVED = State("received", "已报，待核")
RETURNED = State("returned", "退回，待重报", is_owed=True)
# What was taken before stands: nothing is lacking, and the correction waits to be sent again.
REFUSED = State("refused", "更正退回，原报照用")
OVERDUE = State("overdue", "逾期未报", is_owed=True)
NOT_DUE = State("not_due", "未到报送期")
WITHDRAWN = State("withdrawn", "撤销")
NOT_EXPECTED = State("none", "不需报")
STATES = (ACCEPTED, LATE, CORRECTED, RECEIVED, RETURNED, REFUSED, OVERDUE, WITHDRAWN, NOT_DUE)
# Those of which the figures are there.
TAKEN = (ACCEPTED, LATE, CORRECTED, REFUSED)
_PLAIN = {"corrected": CORRECTED, "received": RECEIVED, "returned": RETURNED, "withdrawn": WITHDRAWN}


def state_of(row: Row | None) -> State:
    """The state of a row of `read.submissions.board`; no row is a form not expected then."""
    if row is None:
        return NOT_EXPECTED
    if row["state_code"] == "accepted":
        return LATE if row["is_late"] else ACCEPTED
    if row["state_code"] == "not_reported":
        return OVERDUE if row["is_late"] else NOT_DUE
    if row["state_code"] == "returned" and row.get("has_standing"):
        return REFUSED
    return _PLAIN[row["state_code"]]


def beside_taken(states: Sequence[State]) -> tuple[int, list[str]]:
    """How many forms came in, and in words those that are neither here nor owed: taken back, or not yet due."""
    apart = {WITHDRAWN: "已撤销", NOT_DUE: "未到报送期"}
    others = [f"{count}张{word}" for state, word in apart.items() if (count := states.count(state))]
    return sum(not state.is_owed and state not in apart for state in states), others


def finding(city_zh: str, rows: Sequence[Row]) -> str:
    """The first line of the page: the newest month, and what is still owed of the months before."""
    newest = max(row["month"] for row in rows)
    now = [state_of(row) for row in rows if row["month"] == newest]
    head = f"{city_zh}{month_zh(newest)}应报{len(now)}张报表，{_counted(now)}"
    before = [state_of(row) for row in rows if row["month"] < newest]
    if not before:
        # The first month of all: there is none before it to be whole.
        return f"{head}。"
    if owed := [state for state in before if state.is_owed]:
        return f"{head}；此前各月还有{_owed(owed)}。"
    is_whole = all(state in TAKEN for state in before)
    return f"{head}；此前各月{'都已收齐' if is_whole else '没有欠报'}。"


def _counted(states: Sequence[State]) -> str:
    taken = sum(state in TAKEN for state in states)
    refused = [f"其中{count}张的更正退回、原报照用"] if (count := states.count(REFUSED)) else []
    if taken == len(states):
        return "，".join(["已全部收齐", *refused])
    parts = [f"收{taken}张", *refused] if taken else ["一张也没有收"]
    for state, word in (
        (RETURNED, "退回待重报"),
        (OVERDUE, "逾期未报"),
        (WITHDRAWN, "已撤销"),
        (NOT_DUE, "未到报送期"),
        (RECEIVED, "待核"),
    ):
        if count := states.count(state):
            parts.append(f"{word}{count}张")
    return "，".join(parts)


def _owed(states: Sequence[State]) -> str:
    parts = [f"{states.count(OVERDUE)}张逾期未报"] if OVERDUE in states else []
    parts += [f"{states.count(RETURNED)}张退回待重报"] if RETURNED in states else []
    parts += [f"{states.count(REFUSED)}张更正退回待重报（原报照用）"] if REFUSED in states else []
    return "、".join(parts)


def unit_month_claim(whose_zh: str, forms: Sequence[Row], issues: Sequence[Row]) -> str:
    """The head over a month of a unit or a city: what is owed, and the issues that are open."""
    owed = _owed([state for row in forms if (state := state_of(row)).is_owed])
    blocking = sum(row["severity_code"] == "blocking" for row in issues)
    graver = f"其中{blocking}个必须更正" if blocking else "没有必须更正的"
    said = f"{len(issues)}个问题待处理，{graver}" if issues else "没有待处理的问题" if not owed else ""
    return f"{whose_zh}：{'；'.join(part for part in (owed, said) if part)}"


def owed_claim(rows: Sequence[Row]) -> str:
    """The head over the list of what is owed."""
    if not rows:
        return "没有逾期未报或退回未重报的报表，不用催"
    units = dict.fromkeys(row["area_zh"] for row in rows)
    states = [state_of(row) for row in rows]
    lacking = "还欠" if any(state.is_owed for state in states) else "有"
    return f"{len(units)}个单位{lacking}{len(rows)}张：{_owed(states)}"


def together(rows: Sequence[Row]) -> list[list[Row]]:
    """Owed forms of one unit, month and state as one group, in the order of `rows`."""
    groups: dict[tuple, list[Row]] = {}
    for row in rows:
        groups.setdefault((row["area_id"], row["month"], state_of(row)), []).append(row)
    return list(groups.values())


def forms_zh(group: Sequence[Row]) -> str:
    """The forms of a group: "《设施与床位》《培训》"."""
    return "".join(f"《{row['form_zh']}》" for row in group)


def owed_line(group: Sequence[Row]) -> str:
    """One group of owed forms: month, forms, when they were due, what is the matter."""
    first = group[0]
    head = f"{month_zh(first['month'])}{forms_zh(group)}，应于{date_zh(first['due_on'])}前报送，"
    if state_of(first) is OVERDUE:
        return f"{head}尚未收到"
    places = [place for row in group for place in (row["place_zh"] or "").split("、") if place]
    shown = "、".join(places[:3]) + ("等处" if len(places) > 3 else "")
    what = "更正已退回" if state_of(first) is REFUSED else "已退回"
    return f"{head}{what}{f'（须更正 {shown}）' if shown else ''}，尚未重报"


def reminder(city_zh: str, rows: Sequence[Row], *, as_of: date, release_id: str, is_demo: bool) -> str:
    """A text ready to send: the units of `rows` with what each owes; empty when nothing is owed.

    It names units, forms and due dates, and no person.
    """
    if not rows:
        return ""
    by_unit: dict[str, list[Row]] = {}
    for row in rows:
        by_unit.setdefault(row["area_name_zh"], []).append(row)
    lines = ["【演示数据，请勿转发】"] if is_demo else []
    lines += [
        f"关于催报{city_zh}养老服务工作进展报表的提示",
        "",
        f"截至{date_zh(as_of)}，下列报表尚未收到，或退回后尚未重报：",
    ]
    for number, (unit, owed) in enumerate(by_unit.items(), 1):
        lines += ["", f"{number}．{unit}（{len(owed)}张）"]
        lines += [f"　（{each}）{owed_line(group)}；" for each, group in enumerate(together(owed), 1)]
        lines[-1] = f"{lines[-1].removesuffix('；')}。"
    lines += [
        "",
        "请尽快补报；退回的请按报送工作台所列单元格更正后重报，改动已收过的数须写明“更正说明”。"
        "没有发生填0，没有这一事项填“不适用”，没有掌握填“未报”。",
        f"（数据批次 {release_id}）",
    ]
    return "\n".join(lines)


def check_verdict(already_zh: str, form_count: int, issues: Sequence[Row], severities: Mapping[str, str]) -> str:
    """What would become of a checked file, in a few words.

    Args:
        already_zh: said when its bytes came before; empty otherwise.
        form_count: how many forms were recognised in it.
        issues: everything found, with severity_code.
        severities: each severity code with its word.
    """
    if already_zh:
        return already_zh
    if not form_count:
        return "不能作为月报读取"
    counts = {code: sum(row["severity_code"] == code for row in issues) for code in severities}
    if counts["blocking"]:
        return f"有{counts['blocking']}处{severities['blocking']}，照此报送会被退回"
    rest = [f"{counts[code]}处{severities[code]}" for code in ("hold", "soft") if counts[code]]
    return f"可以报送，另有{'、'.join(rest)}" if rest else "可以报送，没有问题"


def left_out(checks_zh: Sequence[str]) -> str:
    """What a check on a page did not look at, and who can; empty when it looked at everything."""
    if not checks_zh:
        return ""
    return f"这里没有检查：{'、'.join(checks_zh)}；全部检查由市级操作员运行 yanglao check"


def checked_form(unit_zh: str, month: date | None, form_zh: str, sheet: str, figure_count: int) -> str:
    """One form found in a checked file: whose, which month, where, how much was read."""
    when = month_zh(month) if month else "月份不明"
    return f"{unit_zh or '单位不明'}{when}《{form_zh}》：工作表“{sheet}”，读到{figure_count}个数"


def checked_lines(checked: Any, names: Mapping[str, str], severities: Mapping[str, str]) -> list[str]:
    """What a check found, for a terminal: the verdict, what was recognised, every issue with its place and remedy.

    Args:
        checked: from `etl.months.check`.
        names: form code to its name.
        severities: severity code to its word, gravest first.
    """
    verdict = check_verdict(checked.already_zh, len(checked.forms), checked.issues, severities)
    lines = [f"{checked.file_name}：{verdict}"]
    lines += [
        f"  {checked_form(one.unit_zh, one.month, names[one.form_code], one.sheet, one.figure_count)}"
        for one in checked.forms
    ]
    lines += [f"  【不是要查的表】{said}" for said in checked.others_zh]
    for row in sorted(checked.issues, key=lambda row: list(severities).index(row["severity_code"])):
        where = place(row["sheet"], row["cell"]) or "整个文件"
        lines.append(f"  【{severities[row['severity_code']]}】{where}  {row['sentence_zh']}（规则{row['rule_code']}）")
        lines.append(f"      {row['remedy_zh']}")
        if under := folded(row):
            lines.append(
                f"      {under}：{'、'.join(one['cell'] for one in row['folded'][:MOST_CELLS])}"
                + ("等" if len(row["folded"]) > MOST_CELLS else "")
            )
    return lines


MOST_CELLS = 12
"""So many cells of one cause are named on a line; a page, a copy and a machine get all of them."""


def folded(row: Row) -> str:
    """What stands folded under an issue, in words; empty when nothing does."""
    return f"同一原因或同一规则的还有{len(row['folded'])}格" if row.get("folded") else ""


def place(sheet: str | None, cell: str | None) -> str:
    """Where in the workbook: "Sheet1!D7", the sheet alone, or nothing for the file as a whole."""
    if sheet and cell:
        return f"{sheet}!{cell}"
    return f"工作表“{sheet}”" if sheet else ""
