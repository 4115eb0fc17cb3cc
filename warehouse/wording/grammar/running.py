"""How the data home is doing, a label and a sentence each: for the status command and the page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from warehouse.wording.grammar.dates import instant_zh

LITTLE_ROOM = 0.1
OLD_BACKUP_DAYS = 8
OLD_DRILL_DAYS = 100


def running_lines(
    facts: Mapping[str, Any], counts: Mapping[str, int] | None, now: datetime
) -> list[tuple[str, str, bool]]:
    """Label, text, and whether somebody should act: last load, rows, failed rules, disk, backup.

    Args:
        facts: from `warehouse.status`.
        counts: from `read.running`; None when there is no release.
    """
    lines = [("最近收件", _received(facts), facts["waiting_count"] > 0)]
    if counts is not None:
        rows = f"公开文件数 {counts['figure_count']} 个，月报 {counts['submission_count']} 张、观测值 {counts['observation_count']} 行"
        lines.append(("装载行数", rows, False))
        lines.append(("未通过规则", _rules(counts), bool(counts["failed_rule_count"])))
        owed = f"逾期未报 {counts['overdue_count']} 张，退回待重报 {counts['returned_count']} 张"
        lines.append(("欠报", owed, bool(counts["overdue_count"] or counts["returned_count"])))
    free, total = facts["free_bytes"], facts["total_bytes"]
    lines.append(("磁盘", f"剩余 {free / 1e9:.1f} GB，共 {total / 1e9:.1f} GB", free < total * LITTLE_ROOM))
    lines.append(("备份", *_backup(facts["backup_at"], now)))
    lines.append(("恢复演练", *_drill(facts.get("drill_at"), now)))
    return lines


def _received(facts: Mapping[str, Any]) -> str:
    waiting = f"；收件箱里还有 {facts['waiting_count']} 个文件等下次更新" if facts["waiting_count"] else ""
    if facts["received_last_at"] is None:
        return f"还没有收到过月报{waiting}"
    return f"{instant_zh(facts['received_last_at'])}，累计 {facts['received_count']} 个文件{waiting}"


def _rules(counts: Mapping[str, int]) -> str:
    if not any(counts[name] for name in ("blocking_count", "hold_count", "soft_count")):
        return "没有"
    return (
        f"{counts['failed_rule_count']} 条（{counts['blocking_count']} 处必须更正）；"
        f"另有 {counts['hold_count']} 处暂缓采用、{counts['soft_count']} 处需说明"
    )


def _drill(at: datetime | None, now: datetime) -> tuple[str, bool]:
    if at is None:
        return "没有做过；请运行 yanglao drill 备份目录", True
    days = (now - at).days
    return f"{instant_zh(at)}通过，距今{'不到1天' if days < 1 else f'{days}天'}", days > OLD_DRILL_DAYS


def _backup(at: datetime | None, now: datetime) -> tuple[str, bool]:
    if at is None:
        return "没有备份记录；请运行 yanglao backup 备份目录", True
    days = (now - at).days
    age = "不到1天" if days < 1 else f"{days}天"
    return f"{instant_zh(at)}，距今{age}", days > OLD_BACKUP_DAYS
