"""From a token back to a line, with the very file in hand; and laying a new key over what is stored."""

from dataclasses import dataclass
from pathlib import Path

from etl.payouts.add import check_keys
from etl.payouts.files import sha256_of
from etl.payouts.keys import add_key, read_keys
from etl.payouts.workbooks import SHEET_STEP
from warehouse.errors import PayoutError
from warehouse.home import Home
from warehouse.payouts import declared
from warehouse.payouts.findings import find
from warehouse.payouts.store import PayoutStore
from warehouse.people import audit as trail


@dataclass(frozen=True, kw_only=True)
class Traced:
    """Where a finding is written: the row of the file as a spreadsheet numbers it, and of which sheet (0 the first)."""

    rule_zh: str
    row: int
    sheet: int

    @property
    def sentence_zh(self) -> str:
        """For the clerk who has the file."""
        sheet = f"第{self.sheet + 1}张工作表" if self.sheet else ""
        return f"{self.rule_zh}：在这份文件{sheet}第{self.row}行。请打开原文件核对该行；本系统不存、也不显示其中的姓名和号码"


def trace(home: Home, token: str, path: Path, *, who: str) -> Traced:
    """The line of a finding in the original file.

    Raises:
        PayoutError: no such finding, or the file is not the one it was found in, byte for byte.
    """
    token = token.strip().upper()
    keys = read_keys(home)
    store = PayoutStore(home)
    check_keys(store, keys)
    finding = find(home, token)
    if finding is None:
        raise PayoutError(f"疑点 {token}：没有这个编号。请照清单上的写，形如 ABCD-EFGH-JKMN-PQRS")
    if not path.is_file():
        raise PayoutError(f"{path}：没有这个文件。追溯须有收进来的原文件在手")
    row = finding["source_row"]
    # From the bytes in hand, never from what the store says of them.
    if keys.token(finding["rule_code"], sha256_of(path), row) != token:
        raise PayoutError(
            f"{path}：不是这个疑点所在的原文件（须与收进来时逐字节相同；另存过、改过的都不行）。疑点在第{finding['submission_no']}份文件里"
        )
    is_sheet = row > SHEET_STEP and _is_workbook(path)
    trail.record(home, "payout_traced", who=who, subject=token, details={"rule": finding["rule_code"]})
    return Traced(
        rule_zh=declared.rules()[finding["rule_code"]].label_zh,
        row=row % SHEET_STEP if is_sheet else row,
        sheet=row // SHEET_STEP if is_sheet else 0,
    )


def new_key(home: Home, *, who: str) -> str:
    """Make a key, or one more over those there are, and bring the store to it; a sentence of what was done."""
    store = PayoutStore(home)
    place_had_keys = bool(store.key_id)
    if place_had_keys:
        check_keys(store, read_keys(home))
    keys = add_key(home)
    trail.record(home, "payout_key_changed", who=who, subject=keys.key_id)
    if not place_had_keys:
        return f"已建立密钥（{keys.key_id}）。请立即另存一份交保管人：密钥丢了，以后的文件与已收的对不上"
    return f"已加新密钥（{keys.key_id}）；{wrap(home)}"


def wrap(home: Home) -> str:
    """Bring the store to today's keys; again after a kill, it goes on where it stopped.

    Raises:
        PayoutError: the keys are not those of the store.
    """
    keys = read_keys(home)
    store = PayoutStore(home)
    with store.changing():
        since = keys.generation(store.key_id) if store.key_id else len(keys.chain)
        if since is None:
            raise PayoutError("津贴密钥：与明细库所用的不同，没有动。请放回原来的密钥文件")
        if since == len(keys.chain):
            return "明细库已在现行密钥之下，没有什么要做"
        count = store.rewrite_keys(lambda values: keys.wrapped(values, since=since), keys.key_id)
    return f"已把 {count} 个文件换到新密钥之下，新旧数据仍能对上"


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
