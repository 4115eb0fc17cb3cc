"""汇报卡: one number of an answer promoted to a briefing, with its statement, release and author; or why it may not be.

A number may stand before a leader when the release says the same of the same row, that row is signed, nobody is masked
in it, and it has a receipt. What a statement computed anew has none and stays on the page of queries. Cards are only
added to; taking one back is a step of its own.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from warehouse.desk.journal import opened
from warehouse.errors import QueryRefused
from warehouse.home import Home
from warehouse.people import audit
from warehouse.query.ask import QueryResult
from warehouse.read import Release
from warehouse.read.receipt.receipts import receipt, receipt_id
from warehouse.wording.grammar.numbers import mark

RELATION = "mart.indicator_month"
KEYS = ("area_id", "indicator_code", "month")
CHANGES = ("change_mom", "change_yoy", "change_since_year_start")
LONGEST_TITLE = 60
_NOT_SIGNED = {"provisional": "还是初步数，没有签发", "doubtful": "是存疑的数"}
TABLES = """
create table if not exists query_card (
    card_id integer primary key,
    at text not null,
    who text not null,
    name_zh text not null,
    title_zh text not null,
    sql text not null,
    parameters text not null,
    answer_hash text not null,
    release_id text not null,
    kind_code text not null,
    area_id text not null,
    city_area_id text not null,
    month text not null,
    receipt text not null,
    label_zh text not null,
    wording text not null
);
create table if not exists query_card_back (
    card_id integer primary key references query_card (card_id),
    at text not null,
    who text not null
);
create trigger if not exists query_card_is_not_changed before update on query_card
begin select raise(abort, 'query_card is only added to'); end;
create trigger if not exists query_card_is_not_removed before delete on query_card
begin select raise(abort, 'query_card is only added to'); end;
"""


@dataclass(frozen=True, kw_only=True)
class QueryCard:
    """One card: whose, from which statement on which release, and the number with its receipt as it stood then."""

    title_zh: str
    who: str
    name_zh: str
    sql: str
    parameters: Mapping[str, Any]
    answer_hash: str
    release_id: str
    kind_code: str
    area_id: str
    city_area_id: str
    month: date
    receipt: str
    label_zh: str
    wording: str
    at: datetime | None = None
    card_id: int = 0


def candidate(
    release: Release, result: QueryResult, *, row: int, column: str, title_zh: str, who: str, name_zh: str
) -> QueryCard:
    """The card of one number of an answer.

    Args:
        row: which row of the answer, from 0; column: which column holds the number.

    Raises:
        QueryRefused: it may not become a card; says why and what to do.
    """
    if not who:
        raise QueryRefused("汇报卡：没有登录身份，不能存卡。请登录后再存，或用 yanglao sql --card 在服务器上存")
    title = " ".join(title_zh.split())
    if not title or len(title) > LONGEST_TITLE:
        raise QueryRefused(f"汇报卡：标题要有1至{LONGEST_TITLE}字。请改后再存")
    if result.is_volatile:
        raise QueryRefused("汇报卡：语句用到当前时间、随机数或抽样，再运行会变，不能存卡。请去掉后重新运行")
    if result.release_id != release.release_id:
        raise QueryRefused(f"汇报卡：答案出自批次 {result.release_id}，不是现在看的 {release.release_id}。请重新运行")
    if not 0 <= row < result.frame.height or column not in result.frame.columns:
        raise QueryRefused("汇报卡：没有这一行或这一列。请重新选择")
    told = result.frame.row(row, named=True)
    stored = _stored(release, told)
    _may_be_shown(stored)
    name = column if column in CHANGES else ""
    _must_be_the_same(told[column], stored[name or "value"], column)
    key = "|".join((stored["area_id"], stored["indicator_code"], stored["breakdown_code"], stored["month"].isoformat()))
    found = receipt(release, relation=RELATION, row_key=key, column=name or None)
    if found is None:
        raise QueryRefused("汇报卡：这个数没有凭证，不能存卡")
    return QueryCard(
        title_zh=title, who=who, name_zh=name_zh, sql=result.sql, parameters=result.parameters, answer_hash=result.hash,
        release_id=release.release_id, kind_code=release.kind_code, area_id=stored["area_id"],
        city_area_id=stored["city_area_id"], month=stored["month"], receipt=receipt_id(RELATION, key, name or None),
        label_zh=found.step.told.label_zh, wording=found.step.told.value_text,
    )  # fmt: skip


def _stored(release: Release, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row of the release that an answer's row names."""
    lacking = [name for name in KEYS if not told.get(name)]
    if lacking:
        raise QueryRefused(
            f"汇报卡：这一行没有{'、'.join(lacking)}，认不出是哪个数，没有凭证。请在 select 里带上 area_id、indicator_code、month"
        )
    month = told["month"]
    if not isinstance(month, date):
        raise QueryRefused("汇报卡：month 不是日期。请照 mart.indicator_month 的 month 取")
    rows = release.rows(
        f"select m.*, coalesce(a.city_area_id, a.area_id) as city_area_id from {RELATION} as m"
        " inner join core.dim_area as a on a.area_id = m.area_id"
        " where m.area_id = $area and m.indicator_code = $code and m.breakdown_code = $part and m.month = $month",
        {
            "area": told["area_id"],
            "code": told["indicator_code"],
            "part": told.get("breakdown_code") or "total",
            "month": month.replace(day=1),
        },
    ).frame.to_dicts()
    if not rows:
        raise QueryRefused(f"汇报卡：批次 {release.release_id} 的 {RELATION} 里没有这一行，没有凭证。请核对语句")
    return rows[0]


def _may_be_shown(stored: Mapping[str, Any]) -> None:
    status = stored["status_code"]
    if status == "suppressed":
        raise QueryRefused("汇报卡：这个数人数少、保密（*），不能存卡。可改用上一级的数")
    if stored["value"] is None:
        raise QueryRefused(f"汇报卡：这个数是“{mark(status)}”，没有值，不能存卡")
    if stored["quality_code"] != "signed":
        why = _NOT_SIGNED.get(stored["quality_code"], "没有签发")
        raise QueryRefused(f"汇报卡：这个数{why}，不能存卡。请等签发后再存")


def _must_be_the_same(shown: Any, stored: Any, column: str) -> None:
    is_number = isinstance(shown, int | float) and not isinstance(shown, bool)
    if stored is None or not is_number or not math.isclose(shown, stored, rel_tol=1e-9, abs_tol=1e-12):
        raise QueryRefused(
            f"汇报卡：“{column}”这一列的数与批次里同一地区、指标、月份的数不同（是另算的），没有凭证，不能存卡。请直接取 value"
        )


def keep(home: Home, card: QueryCard, *, address: str = "") -> int:
    """Enter a card on the desk and in the audit trail; its number."""
    with opened(home, TABLES + audit.TABLES) as connection:
        connection.execute("begin immediate")
        try:
            number = connection.execute(
                "insert into main.query_card (at, who, name_zh, title_zh, sql, parameters, answer_hash, release_id, kind_code,"
                " area_id, city_area_id, month, receipt, label_zh, wording) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    datetime.now(UTC).isoformat(timespec="milliseconds"), card.who, card.name_zh, card.title_zh, card.sql,
                    json.dumps(dict(card.parameters), ensure_ascii=False, default=str), card.answer_hash, card.release_id,
                    card.kind_code, card.area_id, card.city_area_id, card.month.isoformat(), card.receipt, card.label_zh,
                    card.wording,
                ),
            ).lastrowid  # fmt: skip
            told = {"release": card.release_id, "content": card.answer_hash}
            pinned = audit.add_within(
                connection, "carded", who=card.who, address=address, subject=f"{number} {card.title_zh}", details=told
            )
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
    audit.pin(home, *pinned)
    return int(number or 0)


def take_back(home: Home, card_id: int, *, who: str, address: str = "") -> None:
    """Take a card back: it stands in no edition from now on. Only its author may.

    Raises:
        QueryRefused: there is no such card of this person, or it was taken back already.
    """
    found = next((one for one in cards(home) if one.card_id == card_id), None)
    if found is None or found.who != who:
        raise QueryRefused(f"汇报卡 {card_id}：没有这张卡，或不是本人存的，或已经撤下")
    with opened(home, TABLES + audit.TABLES) as connection:
        connection.execute("begin immediate")
        try:
            connection.execute(
                "insert into main.query_card_back values (?, ?, ?)",
                (card_id, datetime.now(UTC).isoformat(timespec="milliseconds"), who),
            )
            pinned = audit.add_within(
                connection, "uncarded", who=who, address=address, subject=f"{card_id} {found.title_zh}", details={}
            )
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
    audit.pin(home, *pinned)


def cards(home: Home, *, city_area_id: str = "", month: date | None = None, kind_code: str = "") -> list[QueryCard]:
    """The cards that stand, oldest first; of one city, month and kind of data where that is asked."""
    if not home.desk.exists():
        return []
    with opened(home, TABLES) as connection:
        rows = connection.execute(
            "select card_id, at, who, name_zh, title_zh, sql, parameters, answer_hash, release_id, kind_code, area_id,"
            " city_area_id, month, receipt, label_zh, wording from query_card"
            " where card_id not in (select card_id from query_card_back) order by card_id"
        ).fetchall()
    found = [_card(row) for row in rows]
    return [
        one
        for one in found
        if (not city_area_id or one.city_area_id == city_area_id)
        and (month is None or one.month == month)
        and (not kind_code or one.kind_code == kind_code)
    ]


def _card(row: tuple) -> QueryCard:
    (
        card_id,
        at,
        who,
        name_zh,
        title,
        sql,
        parameters,
        answer,
        release_id,
        kind,
        area,
        city,
        month,
        ref,
        label,
        said,
    ) = row
    return QueryCard(
        card_id=card_id, at=datetime.fromisoformat(at), who=who, name_zh=name_zh, title_zh=title, sql=sql,
        parameters=json.loads(parameters), answer_hash=answer, release_id=release_id, kind_code=kind, area_id=area,
        city_area_id=city, month=date.fromisoformat(month), receipt=ref, label_zh=label, wording=said,
    )  # fmt: skip
