"""What audits found, and what people said of it. A finding has a token; nobody gets from it to a person without the file.

payouts/findings/000004.parquet   findings of the fourth audit, each with its token
payouts/audits.jsonl              one line an audit: when, what it judged, how long it took
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from warehouse.catalog import Catalog
from warehouse.desk.journal import opened
from warehouse.errors import PayoutError
from warehouse.home import Home
from warehouse.payouts import declared
from warehouse.payouts.engine import Judged, judge
from warehouse.payouts.knowledge import inputs
from warehouse.payouts.manifest import append_lines, now, read_lines
from warehouse.payouts.parquet import read_whole, write_whole
from warehouse.payouts.store import PayoutStore
from warehouse.people import audit as trail

TOKEN = {"token": pl.String(), "audit_no": pl.Int32()}
VERDICTS = {"confirmed": "属实", "mistaken": "误报", "recovered": "已追回"}
_TABLES = """
create table if not exists payout_feedback (
    entry_id integer primary key,
    at text not null,
    who text not null,
    token text not null,
    rule_code text not null,
    unit text not null,
    month text not null,
    verdict_code text not null,
    yuan text not null
);
"""
Progress = Callable[[str, int, int], None]
Tokens = Callable[[str, str, int], str]


@dataclass(frozen=True, kw_only=True)
class Audited:
    """What one audit did. counts: findings by rule, with those that found nothing; dropped_lists: files of lists."""

    number: int
    counts: Mapping[str, int]
    money: Mapping[str, float]
    seconds: Mapping[str, float]
    row_count: int
    dropped_lists: int
    without_list_zh: tuple[str, ...]


def run_audit(
    home: Home,
    catalog: Catalog,
    tokens: Tokens,
    *,
    keeps_lists: bool = False,
    progress: Progress | None = None,
    judge: Callable[..., Judged] = judge,
) -> Audited:
    """Judge all payments and enter what was found; the comparison lists are gone afterwards unless kept.

    Args:
        tokens: rule, SHA-256 of the file and row in it to the token of the finding.
        judge: who runs the rules: the embedded engine, or a cluster (`warehouse.engines.payouts`).

    Raises:
        PayoutError: there are no payments, or what was found cannot be entered; the lists are still there then.
        HomeError: not enough memory.
        EngineError: the cluster cannot be used, or what it wrote is damaged; nothing was entered.
    """
    store = PayoutStore(home)
    if not store.parts("payout"):
        raise PayoutError("津贴稽核：还没有发放明细。请先用 yanglao payouts add 收文件")
    known = inputs(store, catalog)
    judged = judge(known, progress=progress)
    grounds = _grounds(store)
    with store.changing():
        number = max((each["number"] for each in audits(home)), default=0) + 1
        found = _with_tokens(judged.findings, store, tokens, number)
        folder = store.root / "findings"
        folder.mkdir(exist_ok=True, mode=0o700)
        write_whole(folder / f"{number:06d}.parquet", found)
        told = {
            "number": number, "at": now().isoformat(), "grounds": sorted(grounds), "rows": known.row_count,
            "findings": found.height, "last_submission": max(each.number for each in store.submissions()),
        }  # fmt: skip
        append_lines(store.root / "audits.jsonl", [told])
        dropped = 0 if keeps_lists else store.drop_lists()
    counts = dict(found.group_by("rule_code").len().iter_rows())
    money = dict(found.group_by("rule_code").agg(pl.col("money_yuan").sum().cast(pl.Float64)).iter_rows())
    rules = declared.rules()
    return Audited(
        number=number,
        counts={code: counts.get(code, 0) for code in rules},
        money=money,
        seconds=judged.seconds,
        row_count=known.row_count,
        dropped_lists=dropped,
        without_list_zh=tuple(rule.label_zh for rule in rules.values() if rule.ground and rule.ground not in grounds),
    )


def audits(home: Home) -> list[dict]:
    """Every audit, oldest first: number, at, grounds, rows, findings, last_submission."""
    return read_lines(PayoutStore(home).root / "audits.jsonl")


def current_findings(home: Home) -> pl.DataFrame:
    """Findings that stand: relation `finding` with token and audit_no, one row a token.

    Those of the newest audit; and, since lists are dropped, what earlier audits found by a list. Findings in files that
    were corrected since are gone.
    """
    store = PayoutStore(home)
    held = audits(home)
    schema = declared.relations()["finding"].polars_schema | TOKEN
    empty = pl.DataFrame(schema=schema)
    if not held:
        return empty
    newest = held[-1]["number"]
    by_list = [code for code, rule in declared.rules().items() if rule.ground]
    frames = [empty]
    for each in held:
        frame = read_whole(store.root / "findings" / f"{each['number']:06d}.parquet")
        frames.append(frame if each["number"] == newest else frame.filter(pl.col("rule_code").is_in(by_list)))
    standing = [each.number for each in store.standing()]
    found = pl.concat(frames).filter(pl.col("submission_no").is_in(standing))
    return found.sort("audit_no").unique("token", keep="last", maintain_order=True)


def find(home: Home, token: str) -> dict | None:
    """The finding of a token, whatever became of it since; None when there is none."""
    store = PayoutStore(home)
    for each in reversed(audits(home)):
        frame = read_whole(store.root / "findings" / f"{each['number']:06d}.parquet").filter(pl.col("token") == token)
        if frame.height:
            return frame.row(0, named=True)
    return None


def give_feedback(home: Home, token: str, verdict_code: str, *, yuan: float = 0, who: str) -> dict:
    """Enter what became of a finding; the finding.

    Raises:
        PayoutError: no such finding, no such verdict, or an amount that cannot be.
    """
    finding = find(home, token)
    if finding is None:
        raise PayoutError(f"疑点 {token}：没有这个编号。请照清单上的写，形如 ABCD-EFGH-JKMN-PQRS")
    if verdict_code not in VERDICTS:
        raise PayoutError(f"核查结果：请写{'、'.join(VERDICTS.values())}之一")
    if (verdict_code == "recovered") != (yuan > 0):
        raise PayoutError("核查结果：已追回的请用 --yuan 写明金额（元），其他的不写")
    with opened(home, _TABLES) as connection:
        connection.execute(
            "insert into main.payout_feedback (at, who, token, rule_code, unit, month, verdict_code, yuan)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            (now().isoformat(), who, token, finding["rule_code"], finding["unit"], finding["month"].isoformat(), verdict_code, f"{yuan:.2f}"),
        )  # fmt: skip
    trail.record(
        home,
        "payout_judged",
        who=who,
        subject=token,
        details={"kind": VERDICTS[verdict_code], "rule": finding["rule_code"]},
    )
    return finding


def feedback(home: Home) -> pl.DataFrame:
    """What people said: token, rule_code, unit, month, verdict_code of the last word, recovered_yuan in all."""
    schema = {
        "token": pl.String, "rule_code": pl.String, "unit": pl.String, "month": pl.Date, "verdict_code": pl.String,
        "recovered_yuan": pl.Float64, "at": pl.String,
    }  # fmt: skip
    if not home.desk.exists():
        return pl.DataFrame(schema=schema)
    with opened(home, _TABLES) as connection:
        rows = connection.execute(
            "select token, rule_code, unit, month, verdict_code, yuan, at from payout_feedback order by entry_id"
        ).fetchall()
    told: dict[str, list] = {}
    for token, rule_code, unit, month, verdict_code, yuan, at in rows:
        before = told[token][5] if token in told else 0.0
        told[token] = [token, rule_code, unit, date.fromisoformat(month), verdict_code, before + float(yuan), at]
    return pl.DataFrame(list(told.values()), schema=schema, orient="row")


def precision(home: Home) -> pl.DataFrame:
    """How often each rule was right, of what was looked into: rule_code, judged_count, right_count, share, recovered_yuan."""
    said = feedback(home)
    return (
        said.group_by("rule_code")
        .agg(
            pl.len().alias("judged_count"),
            (pl.col("verdict_code") != "mistaken").sum().alias("right_count"),
            pl.col("recovered_yuan").sum(),
        )
        .with_columns((pl.col("right_count") / pl.col("judged_count")).alias("share"))
        .sort("rule_code")
    )


def worklist(home: Home, *, unit: str = "", with_closed: bool = False) -> pl.DataFrame:
    """Findings to be looked into, gravest and dearest first; those people closed only when asked for.

    token, unit, township_id, month, rule_code, label_zh, severity, kind, direction, money_yuan, sentence_zh, remedy_zh,
    verdict_code (null when open), recovered_yuan.
    """
    found = current_findings(home)
    if unit:
        found = found.filter(pl.col("unit") == unit)
    said = feedback(home).select("token", "verdict_code", "recovered_yuan")
    found = found.join(said, on="token", how="left")
    if not with_closed:
        found = found.filter(pl.col("verdict_code").is_null() | (pl.col("verdict_code") == "confirmed"))
    rules = declared.rules()
    order = list(declared.SEVERITIES)
    told = pl.DataFrame(
        [(code, rule.label_zh, rule.severity, order.index(rule.severity), rule.kind, rule.direction, rule.remedy_zh) for code, rule in rules.items()],
        schema=["rule_code", "label_zh", "severity", "severity_order", "kind", "direction", "remedy_zh"],
        orient="row",
    )  # fmt: skip
    found = found.join(told, on="rule_code", how="inner").sort(
        "severity_order", "money_yuan", "token", descending=[False, True, False]
    )
    sentences = [sentence_zh(rules[row["rule_code"]].sentence_zh, row) for row in found.iter_rows(named=True)]
    return found.with_columns(pl.Series("sentence_zh", sentences, dtype=pl.String)).select(
        "token", "unit", "township_id", "month", "rule_code", "label_zh", "severity", "kind", "direction", "money_yuan",
        "sentence_zh", "remedy_zh", "verdict_code", "recovered_yuan",
    )  # fmt: skip


def sentence_zh(template: str, finding: Mapping) -> str:
    """What a finding says, from the declared sentence of its rule."""
    evidence = finding["evidence_month"]
    money = finding["money_yuan"]
    return template.format(
        month=f"{finding['month']:%Y年%-m月}",
        money=f"{money:,.2f}".removesuffix(".00") + "元",
        evidence_month=f"{evidence:%Y年%-m月}" if evidence else "",
        evidence_count=finding["evidence_count"],
    )


def _with_tokens(findings: pl.DataFrame, store: PayoutStore, tokens: Tokens, number: int) -> pl.DataFrame:
    """One row a rule and line of a file: two payments of one line found by one rule are one finding."""
    keys = ["rule_code", "submission_no", "source_row"]
    one = findings.group_by(keys, maintain_order=True).agg(
        pl.col("money_yuan").sum(), pl.all().exclude([*keys, "money_yuan"]).first()
    )
    digests = {each.number: each.sha256 for each in store.submissions()}
    made = [tokens(rule, digests[submission], row) for rule, submission, row in one.select(keys).iter_rows()]
    schema = declared.relations()["finding"].polars_schema | TOKEN
    return one.with_columns(
        pl.Series("token", made, dtype=pl.String), pl.lit(number, pl.Int32).alias("audit_no")
    ).select(pl.col(name).cast(kind) for name, kind in schema.items())


def _grounds(store: PayoutStore) -> set[str]:
    files = store.files("comparison")
    if not files:
        return set()
    return set(pl.concat([pl.read_parquet(path, columns=["ground_code"]) for path in files])["ground_code"])
