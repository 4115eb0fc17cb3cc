"""The audit trail: what people did, append-only, each row chained to the one before and the last one pinned beside.

A row that was edited, removed or put between others breaks the chain; rows cut off at the end are missed against the
pin, a small file beside the desk that names the last number and its chain.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse.desk.journal import opened
from warehouse.desk.whole import look_now_and_then
from warehouse.errors import HomeError, reason_zh
from warehouse.home import Home, plain

TABLES = """
create table if not exists audit_row (
    number integer primary key,
    at text not null,
    who text not null,
    address text not null,
    action_code text not null,
    subject text not null,
    told text not null,
    chain text not null
);
create table if not exists audit_pinned (once integer primary key);
"""
ACTIONS = {
    "signed_in": "登录",
    "sign_in_failed": "登录失败",
    "signed_out": "退出",
    "password_changed": "修改密码",
    "account_added": "建立账户",
    "account_closed": "停用账户",
    "password_reset": "重置密码",
    "granted": "授予角色",
    "revoked": "收回角色",
    "sent": "报送",
    "returned": "退回",
    "passed": "审核通过",
    "signed": "签发",
    "published": "发布",
    "embargoed": "定时发布",
    "embargo_ended": "取消定时发布",
    "preview_given": "给予预览",
    "preview_ended": "结束预览",
    "rejected": "不予发布",
    "rolled_back": "回退",
    "withdrawn": "撤销",
    "exported": "导出",
    "queried": "查询",
    "carded": "存为汇报卡",
    "uncarded": "撤下汇报卡",
    "viewed": "查看受限数据",
    "refused": "越权被拒",
    "change_proposed": "提出口径变更",
    "change_passed": "通过口径变更",
    "change_returned": "退回口径变更",
    "change_ended": "停止口径变更",
    "edition_begun": "起草汇报版",
    "edition_submitted": "送审汇报版",
    "edition_returned": "退回汇报版",
    "edition_signed": "签发汇报版",
    "edition_replaced": "汇报版被更正版替代",
    "edition_withdrawn": "撤回汇报版",
    "edition_discarded": "作废汇报版草稿",
    "commented": "写评述",
    "warning_noted": "确认提醒",
    "question_asked": "追问",
    "question_answered": "答复追问",
    "question_reopened": "退回答复",
    "question_closed": "追问销号",
    "delivered": "发出消息",
    "alert_snoozed": "暂停提醒",
    "payouts_added": "收津贴明细",
    "payouts_audited": "津贴稽核",
    "payout_traced": "追溯疑点",
    "payout_judged": "登记核查结果",
    "payout_key_changed": "更换津贴密钥",
}
TOLD_ZH = {
    "form": "报表", "month": "月份", "sha256": "文件摘要", "reason": "原因", "release": "批次", "rows": "行数",
    "bytes": "字节数", "purpose": "用途", "kind": "数据", "scope": "范围", "role": "角色", "area": "地区", "from": "自",
    "until": "至", "source": "来源", "sessions": "会话数", "why": "原因", "content": "内容摘要", "query": "请求",
    "totp": "动态码", "step": "步骤", "for": "给谁", "release_id": "批次", "by": "由", "indicator": "指标",
    "rule": "规则", "was": "原为", "becomes": "改为",
}  # fmt: skip
"""What the details of a row are called for people."""
_START = "0" * 64
_COLUMNS = "number, at, who, address, action_code, subject, told, chain"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One step: number from 1 on, at, who (login; empty for nobody), address, action_code of ACTIONS, subject, details."""

    number: int
    at: str
    who: str
    address: str
    action_code: str
    subject: str
    told: str
    chain: str

    @property
    def instant(self) -> datetime:
        """When it was."""
        return datetime.fromisoformat(self.at)

    @property
    def details(self) -> Mapping[str, Any]:
        """What the row says beyond its columns, by name."""
        return json.loads(self.told)


def record(
    home: Home,
    action_code: str,
    *,
    who: str = "",
    address: str = "",
    subject: str = "",
    details: Mapping[str, Any] | None = None,
) -> int:
    """Add one step; its number.

    Raises:
        KeyError: not an action of ACTIONS.
        HomeError: it cannot be written. What was to be recorded must then not happen.
    """
    ACTIONS[action_code]
    with opened(home, TABLES) as connection:
        # Writers take turns here, so that two steps at once get two numbers.
        connection.execute("begin immediate")
        try:
            number, chain = add_within(
                connection, action_code, who=who, address=address, subject=subject, details=details or {}
            )
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
    pin(home, number, chain)
    return number


def add_within(
    connection: sqlite3.Connection,
    action_code: str,
    *,
    who: str,
    address: str,
    subject: str,
    details: Mapping[str, Any],
) -> tuple[int, str]:
    """Add one step inside the caller's immediate transaction, so that it stands or falls with what it tells.

    Returns:
        Its number and chain, for `pin` after the commit.
    """
    ACTIONS[action_code]
    last = connection.execute("select number, chain from audit_row order by number desc limit 1").fetchall()
    number, before = (last[0][0] + 1, last[0][1]) if last else (1, _START)
    told = json.dumps(dict(details), ensure_ascii=False, sort_keys=True, default=str)
    row = (number, datetime.now(UTC).isoformat(), who, address, action_code, subject, told)
    chain = _chained(before, row)
    connection.execute("insert into audit_row values (?, ?, ?, ?, ?, ?, ?, ?)", (*row, chain))
    return number, chain


def _chained(before: str, row: tuple) -> str:
    return hashlib.sha256(
        "\n".join((before, *(json.dumps(part, ensure_ascii=False) for part in row))).encode()
    ).hexdigest()


def pin(home: Home, number: int, chain: str) -> None:
    """Write down beside the desk how far the trail goes; a later pin is never replaced by an earlier one.

    One that is gone is written again, and its absence noted beside it: until somebody has looked, nobody knows how far
    the trail went.
    """
    place = home.root / "audit.pin"
    pinned = _pinned(home)
    if pinned and pinned[0] >= number:
        return
    draft = place.with_suffix(f".{os.getpid()}.{number}.draft")
    try:
        if pinned == _SPOILT:
            # It is no longer known how far the trail went; whoever looks into it finds what lay there.
            place.replace(_spoilt_pin(home))
        elif pinned is None and _was_pinned(home):
            _spoilt_pin(home).write_text(f"gone before step {number}\n", encoding="ascii")
        draft.write_text(f"{number} {chain}\n", encoding="ascii")
        draft.replace(place)
    except OSError as error:
        raise HomeError(
            f"数据目录 {home.root}：不能写入审计标记（{reason_zh(error)}）。请检查磁盘空间与权限"
        ) from error
    if pinned is None:
        _note_pinned(home)


def _was_pinned(home: Home) -> bool:
    with opened(home, TABLES) as connection:
        return bool(connection.execute("select 1 from audit_pinned").fetchall())


def _note_pinned(home: Home) -> None:
    """Let the desk know that there is a pin from now on: one that is missing later was taken away."""
    with opened(home, TABLES) as connection:
        connection.execute("insert or ignore into audit_pinned values (1)")


_SPOILT = (0, "")


def _pinned(home: Home) -> tuple[int, str] | None:
    """What the pin says; None where there is none, _SPOILT where it cannot be read."""
    try:
        number, chain = plain(home.root / "audit.pin").read_text(encoding="ascii").split()
        return int(number), chain
    except FileNotFoundError:
        return None
    except (ValueError, OSError):
        return _SPOILT


def is_pinned(home: Home) -> bool:
    """Whether there is a pin that can be read."""
    return _pinned(home) not in (None, _SPOILT)


def _spoilt_pin(home: Home) -> Path:
    return home.root / "audit.pin.damaged"


def rows(home: Home, *, limit: int = 500, before: int | None = None) -> list[AuditRow]:
    """The last steps, newest first; those with smaller numbers than `before` where it is given."""
    if not home.desk.exists():
        return []
    with opened(home, TABLES) as connection:
        found = connection.execute(
            f"select {_COLUMNS} from audit_row where number < ? order by number desc limit ?",
            (before if before is not None else 2**62, limit),
        ).fetchall()
    return [AuditRow(*each) for each in found]


def rows_of(home: Home, action_code: str, *, subject: str, who: str) -> list[AuditRow]:
    """The steps of one kind that a person took on one subject, oldest first."""
    if not home.desk.exists():
        return []
    with opened(home, TABLES) as connection:
        found = connection.execute(
            f"select {_COLUMNS} from audit_row where action_code = ? and subject = ? and who = ? order by number",
            (action_code, subject, who),
        ).fetchall()
    return [AuditRow(*each) for each in found]


def newest(home: Home, action_code: str, *, subject: str) -> AuditRow | None:
    """The last step of one kind on one subject; None where there was none."""
    if not home.desk.exists():
        return None
    with opened(home, TABLES) as connection:
        found = connection.execute(
            f"select {_COLUMNS} from audit_row where action_code = ? and subject = ? order by number desc limit 1",
            (action_code, subject),
        ).fetchall()
    return AuditRow(*found[0]) if found else None


def is_whole(home: Home, row: AuditRow) -> bool:
    """Whether one row still is what its chain says, against the row before it."""
    before = rows(home, limit=1, before=row.number)
    is_next = before[0].number == row.number - 1 if before else row.number == 1
    said = (row.number, row.at, row.who, row.address, row.action_code, row.subject, row.told)
    return is_next and _chained(before[0].chain if before else _START, said) == row.chain


def breaks(home: Home) -> list[str]:
    """What is wrong with the trail, a sentence each, from the first row on; none when it is whole."""
    found: list[str] = []
    last, expected = _START, 1
    count = 0
    pinned = _pinned(home)
    chain_at_pin = ""
    for row in _all(home):
        if row.number != expected:
            missing = f"第{expected}条" if row.number == expected + 1 else f"第{expected}至{row.number - 1}条"
            found.append(f"审计记录缺少{missing}：有人删去了记录。请从备份恢复 desk.sqlite 后再核对")
        elif (
            _chained(last, (row.number, row.at, row.who, row.address, row.action_code, row.subject, row.told))
            != row.chain
        ):
            found.append(f"审计记录第{row.number}条与其后的校验不符：内容被改过。请与备份中的同一条对照")
        last, expected = row.chain, row.number + 1
        count = row.number
        if pinned and pinned[0] == count:
            chain_at_pin = row.chain
    if pinned == _SPOILT:
        found.append("审计标记（audit.pin）读不懂：不能断定末尾有没有记录被删。请与备份对照，核对后移走它")
    elif pinned is not None:
        number, chain = pinned
        if number > count:
            found.append(f"审计记录应有{number}条，现有{count}条：末尾的记录被删去。请从备份恢复 desk.sqlite 后再核对")
        elif chain != chain_at_pin:
            found.append(f"审计记录第{number}条与旁边的标记（audit.pin）不符：记录或标记被换过。请与备份对照")
    elif count:
        found.append("审计标记 audit.pin 不见了：不能断定末尾有没有记录被删。请从备份恢复该文件")
    if _spoilt_pin(home).exists():
        found.append(
            f"审计标记 audit.pin 曾经损坏或不见（留下了 {_spoilt_pin(home).name}）：不能断定那时末尾有没有记录被删。"
            "请与备份对照，核对后移走它"
        )
    return found


def fault_zh(home: Home) -> str:
    """What is wrong with the trail, in one text; empty when it is whole. It changes no figure: no refresh waits for it."""
    try:
        return "；".join(breaks(home))
    except HomeError as error:
        return str(error)


def fault_now_and_then_zh(home: Home) -> str:
    """As `fault_zh`, for who asks all the time."""
    places = ("audit.pin", "audit.pin.damaged", "desk.sqlite", "desk.sqlite-wal")
    return look_now_and_then([home.root / name for name in places], lambda: fault_zh(home))


def _all(home: Home) -> Iterator[AuditRow]:
    if not home.desk.exists():
        return
    with opened(home, TABLES) as connection:
        for each in connection.execute(f"select {_COLUMNS} from audit_row order by number").fetchall():
            yield AuditRow(*each)
