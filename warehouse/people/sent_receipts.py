"""回执: what a unit holds in hands after sending a form, and whether it is still true.

Its number carries a hash over what it says and over the chain of the audit trail at that step, so that nobody can write
one himself, and none stays true when a byte of it, of the file or of the trail is changed.
"""

import hashlib
import re
from dataclasses import dataclass

from warehouse.catalog import load_catalog
from warehouse.errors import FormError
from warehouse.home import Home
from warehouse.people import audit, flow

_CODE = re.compile(r"BS-(\d{1,12})-([0-9a-f]{20})")
_LABELS = ("单位", "报表", "月份", "文件摘要 SHA-256", "报送时间", "报送人")
LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class SentReceipt:
    """The receipt of one form as sent. `lines` are what it says, label and text, its number last."""

    step: flow.Step
    code: str
    lines: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The receipt as a text file."""
        return "\n".join(["养老服务月报 报送回执", *(f"{label}：{text}" for label, text in self.lines), ""])


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a receipt holds: the receipt as entered, where it stands now, and what does not agree."""

    receipt: SentReceipt
    state_zh: str
    faults: tuple[str, ...]


def receipts_of(home: Home, sha256: str, tracks: list[flow.Track]) -> list[SentReceipt]:
    """The receipts of the forms of one file, newest sending of each."""
    found = []
    for track in tracks:
        known = flow.report(home, track)
        steps = [one for one in known.steps if (one.step_code, one.sha256) == ("send", sha256)] if known else []
        if steps:
            found.append(_receipt(home, steps[-1]))
    return found


def verify(home: Home, given: str, *, file: bytes | None = None) -> Verdict:
    """Whether a receipt is what was entered when it was given.

    Args:
        given: its number, or its whole text: then every line of it is compared.
        file: the file it is about, where that is to be compared too.

    Raises:
        FormError: there is no such receipt; nothing more is told to whoever guesses.
    """
    found = _CODE.search(given[:LONGEST])
    step = flow.step(home, int(found[1])) if found else None
    receipt = _receipt(home, step) if step is not None and step.step_code == "send" else None
    if receipt is None or receipt.code != found[0]:
        raise FormError("没有这张回执：编号不对，或内容被改过。请逐字核对，或以报送时下载的回执文件为准")
    faults = [*_differences(receipt, given), *_damage(home, receipt, file)]
    known = flow.report(home, step.track)
    return Verdict(receipt, flow.STATES[known.state_code], tuple(faults))


def _receipt(home: Home, step: flow.Step) -> SentReceipt:
    catalog = load_catalog()
    area_id, form_code, month = step.track
    labels = catalog.codes["form_code"]
    texts = (
        catalog.areas[area_id].name_zh if area_id in catalog.areas else area_id,
        labels[form_code].label_zh if form_code in labels else form_code,
        f"{month.year}年{month.month}月",
        step.sha256,
        f"{step.at.astimezone(flow.CHINA):%Y-%m-%d %H:%M:%S}",
        f"{step.name_zh}（{step.who}）",
    )
    row = _row_of(home, step)
    said = "\n".join((str(step.number), *texts, area_id, form_code, row.chain if row else ""))
    code = f"BS-{step.number}-{hashlib.sha256(said.encode()).hexdigest()[:20]}"
    return SentReceipt(step, code, (*zip(_LABELS, texts, strict=True), ("回执编号", code)))


def _row_of(home: Home, step: flow.Step) -> audit.AuditRow | None:
    """The row of the trail that was written with the step."""
    area_id, form_code, month = step.track
    wanted = {"form": form_code, "month": f"{month:%Y-%m}", "sha256": step.sha256}
    same = [
        row
        for row in audit.rows_of(home, "sent", subject=area_id, who=step.who)
        if all(row.details.get(name) == text for name, text in wanted.items())
    ]
    # A file may be sent again after it was returned: its rows are as many as its steps, in the same order.
    numbered = [row for row in same if row.details.get("step") == step.number]
    return (numbered or same or [None])[0]


def _differences(receipt: SentReceipt, given: str) -> list[str]:
    """What a receipt's text says otherwise than what was entered."""
    written = {
        label.strip(): text.strip()
        for label, mark, text in (line.partition("：") for line in given[:LONGEST].splitlines())
        if mark
    }
    return [
        f"回执上的{label}写作“{written[label][:80]}”，登记的是“{text}”"
        for label, text in receipt.lines
        if label in written and written[label] != text
    ]


def _damage(home: Home, receipt: SentReceipt, file: bytes | None) -> list[str]:
    sha256, faults = receipt.step.sha256, []
    if file is not None and hashlib.sha256(file).hexdigest() != sha256:
        faults.append(f"这个文件不是当时报送的文件：摘要是 {hashlib.sha256(file).hexdigest()}，登记的是 {sha256}")
    try:
        archived = (home.archive / sha256).read_bytes()
    except FileNotFoundError:
        faults.append("存档里没有当时报送的文件。请从备份恢复存档目录")
    else:
        if hashlib.sha256(archived).hexdigest() != sha256:
            faults.append("存档里的文件与报送时不同（已损坏或被改过）。请从备份恢复存档目录")
    row = _row_of(home, receipt.step)
    if row is None or not audit.is_whole(home, row):
        faults.append("审计记录里这一步被改过或不见了。请运行 yanglao trail --verify")
    return faults
