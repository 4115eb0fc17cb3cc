"""What may be called, and how a refusal is worded: what was refused, and what to write instead."""

import difflib
import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

_FUNCTIONS = Path(__file__).resolve().parent / "functions.toml"
LONGEST_NAME = 60
"""Characters of somebody's text that a refusal repeats."""

SYSTEM_NAME = re.compile(r"^(duckdb|pragma|sqlite|pg)_|^information_schema$|^pg_catalog$", re.IGNORECASE)
_INSTEAD_OF = {
    "INSERT": ("写入数据", "本页只读。要改数，请更正报表后重新报送"),
    "UPDATE": ("修改数据", "本页只读。要改数，请更正报表后重新报送"),
    "DELETE": ("删除数据", "本页只读。要筛掉某些行，请写 where 条件"),
    "MERGE_INTO": ("合并写入", "本页只读。要合并两张表，请写 join"),
    "CREATE": ("建表或建视图", "请把中间结果写成 with 名称 as (select …) select …"),
    "DROP": ("删除对象", "本页只读，无须清理"),
    "ALTER": ("改动表或注释", "本页只读。列要改名，请在 select 里写 as"),
    "COPY": ("导出或导入文件", "请运行 select，再用结果下方的下载按钮"),
    "EXPORT": ("导出数据库", "请用 yanglao export，或运行 select 后下载"),
    "ATTACH": ("挂接别的数据库", "本页只读一个发布批次；要比较两个批次，请分别查询"),
    "DETACH": ("卸下数据库", "请直接写 select"),
    "LOAD": ("安装或装载扩展", "请只用内置函数"),
    "SET": ("改动设置、变量或默认库", "参数请写成 :名称，库名请写在表名前，如 core.dim_area"),
    "VARIABLE_SET": ("设置变量", "参数请写成 :名称"),
    "PRAGMA": ("PRAGMA 命令", "看有哪些表请写 show tables，看列请写 describe 表名"),
    "CALL": ("CALL 命令", "请改用 select"),
    "PREPARE": ("预备语句", "请直接写 select，参数写成 :名称"),
    "EXECUTE": ("执行预备语句", "请直接写 select，参数写成 :名称"),
    "TRANSACTION": ("事务命令", "本页只读，无须事务"),
    "VACUUM": ("整理或分析数据库", "本页只读，无须整理"),
}
_REASONS = (
    (re.compile(r"sleep", re.I), "让查询空等", "请删去"),
    (
        re.compile(r"^(read_|parquet_|sniff_|glob$|csv|json_scan|.*_scan$|which_secret|.*external_resource)", re.I),
        "读文件、读网络或读外部数据",
        "本页只读发布批次：请用 core、mart、meta 里的表；自己的文件请在本机 DuckDB 里与导出的 Parquet 合并",
    ),
    (
        re.compile(
            r"^(duckdb_|pragma_|pg_|current_setting|getenv|getvariable|version|current_(database|schema))", re.I
        ),
        "看系统设置或目录",
        "有哪些表和列，请查 meta.relation 与 meta.column",
    ),
    (
        re.compile(r"^(query|query_table|json_execute_serialized_sql|json_(de)?serialize.*|histogram.*)$", re.I),
        "执行写在文字里的语句或表名",
        "请把语句和表名直接写出来",
    ),
    (
        re.compile(r"^(nextval|currval|setval|setseed|write_log|(en|dis)able_.*|.*checkpoint|truncate_.*)$", re.I),
        "改动会话、日志或数据库的状态",
        "请删去",
    ),
)


def shortened(text: str, longest: int = LONGEST_NAME) -> str:
    """The text on one line, cut where it would bury the sentence it stands in."""
    line = " ".join(text[: 4 * longest].split())
    return line if len(line) <= longest and len(text) <= 4 * longest else f"{line[:longest]}…"


def refused_statement(kind: str) -> str:
    """The sentence for a statement of this DuckDB kind, such as INSERT."""
    if kind not in _INSTEAD_OF:
        return f"不能运行 {kind} 命令。本页只运行 select、pivot、describe、summarize、show、explain"
    what, instead = _INSTEAD_OF[kind]
    return f"不能{'运行 ' if what.endswith('命令') else ''}{what}。{instead}"


@functools.cache
def allowed_functions() -> dict[str, frozenset[str]]:
    """Names a query may call, lower-case, by kind: scalar, aggregate, window, table, volatile."""
    declared = _declared()
    return {kind: frozenset(name.lower() for name in names) for kind, names in declared.items() if kind != "elsewhere"}


@functools.cache
def _declared() -> dict:
    return tomllib.loads(_FUNCTIONS.read_text(encoding="utf-8"))


def unknown_relation(shown: str, known: Mapping[str, str]) -> tuple[str, str]:
    """What is refused and what to write instead; `known` is every relation with its Chinese name."""
    last = shown.rpartition(".")[2]
    if re.search(r"[/\\]|\.(csv|parquet|json|txt|xlsx?|db|duckdb)$|^\w+://", shown, re.I):
        return f"不能读文件 {shortened(Path(shown).name)}", "本页只读发布批次：请用 core、mart、meta 里的表"
    if SYSTEM_NAME.search(shown.partition(".")[0]) or SYSTEM_NAME.search(last):
        return f"不能读系统表 {shortened(shown)}", "有哪些表和列，请查 meta.relation 与 meta.column"
    near = _near(last.lower(), [name.partition(".")[2] for name in known], cutoff=0.6)
    full = [name for name in sorted(known) if name.partition(".")[2] in near]
    if not last.isascii():
        full = [name for name, label in known.items() if last in label][:3]
    hint = f"是不是 {'、'.join(full)}？" if full else "请从左侧表目录里选，或写 show tables 查看"
    return f"没有表 {shortened(shown)}", hint


def unknown_function(name: str, kind: str) -> tuple[str, str]:
    for pattern, why, instead in _REASONS:
        if pattern.search(name):
            return f"不能用 {shortened(name)}（{why}）", instead
    if name in _declared()["elsewhere"]:
        return f"没有函数 {name}", f"请写 {_declared()['elsewhere'][name]}"
    allowed = allowed_functions()
    if kind == "scalar" and name in allowed["table"]:
        return f"{name} 是一张表，不是一个值", f"请写在 from 后面，如 from {name}(…)"
    if name == "obs" and kind == "table":
        return "obs 是现行值的表，不带括号", "请写 from obs；当时的值请写 from obs_as_of('2024-06')"
    pool = allowed["table"] if kind == "table" else allowed["scalar"] | allowed["aggregate"] | allowed["window"]
    near = _near(name, sorted(pool), cutoff=0.7)
    hint = f"是不是 {'、'.join(near)}？" if near else "请查编辑器提示里的函数"
    return f"没有或不能用函数 {shortened(name)}", hint


def _near(name: str, known: list[str], *, cutoff: float) -> list[str]:
    """The names most like this one; none for a text longer than any name."""
    return difflib.get_close_matches(name, known, n=3, cutoff=cutoff) if len(name) <= LONGEST_NAME else []
