"""What was received and what became of it, in lines for a terminal and tables for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from warehouse.desk.received import Batch, ReceivedFile
from warehouse.wording.grammar.dates import instant_zh, month_zh


def batch_lines(batches: Sequence[Batch]) -> list[str]:
    """One line a batch, in the order given; one that says so where nothing ever came."""
    if not batches:
        return ["还没有收到过文件。请把报表放入收件箱，再运行 yanglao refresh"]
    lines = []
    for one in batches:
        line = f"{one.batch_id}  {instant_zh(one.received_at)}  {one.file_count} 个文件  {one.received_by}"
        if one.withdrawn_at is not None:
            line += f"  已于{instant_zh(one.withdrawn_at)}撤销（{one.withdrawn_by}：{one.withdrawn_reason}）"
        lines.append(line)
    return lines


def file_lines(received_files: Sequence[ReceivedFile]) -> list[str]:
    """One line a file: when it came, how large it is, what it was called, under which digest it lies."""
    return [
        f"{instant_zh(one.received_at)}  {one.byte_count:>10,} 字节  {one.sha256[:12]}…  {one.file_name}"
        for one in received_files
    ]


# ── what a refresh made of it ────────────────────────────────────────────────────────────────────────────────────────

_MOST_NAMED = 4
"""So many forms or files are named in a line, the others counted."""
_MOST_FILES = 20


@dataclass(frozen=True, kw_only=True)
class CameForm:
    """One form that came. held_count: figures kept back until they are explained; filled_by_zh is a surname or empty."""

    unit_id: str
    unit_zh: str
    form_zh: str
    month: date
    file_name: str
    filled_by_zh: str
    is_taken: bool
    blocking_count: int
    held_count: int


@dataclass(frozen=True, kw_only=True)
class NotRead:
    """A file of which something could not be read, or told whose it is. unit_zh: whom its name points to, or empty."""

    file_name: str
    why_zh: str
    unit_zh: str


@dataclass(frozen=True, kw_only=True)
class Came:
    """What became of the files that are new in a refresh."""

    file_count: int
    forms: tuple[CameForm, ...]
    not_read: tuple[NotRead, ...]

    @property
    def is_refused(self) -> bool:
        """Whether a form was returned or something could not be read: somebody has to be rung."""
        return bool(self.not_read) or not all(form.is_taken for form in self.forms)


def came_lines(came: Came) -> list[str]:
    """The counts in one line, then a line for each unit that has to be rung, then for each file nobody could read."""
    taken = [form for form in came.forms if form.is_taken]
    held = [form for form in taken if form.held_count]
    head = f"新到 {came.file_count} 个文件、认出 {len(came.forms)} 张报表：采用 {len(taken)} 张"
    head += f"（其中 {len(held)} 张有暂缓采用的数）" if held else ""
    head += f"，退回 {len(came.forms) - len(taken)} 张，读不出的文件 {len(came.not_read)} 个"
    return [head, *map(_ring_zh, _to_ring(came).values()), *_not_read_lines(came.not_read)]


def came_table(came: Came) -> dict:
    """The same for a program: counts, the units to ring with their forms, the files that could not be read."""
    taken = [form for form in came.forms if form.is_taken]
    return {
        "file_count": came.file_count,
        "form_count": len(came.forms),
        "taken_count": len(taken),
        "held_count": sum(bool(form.held_count) for form in taken),
        "returned_count": len(came.forms) - len(taken),
        "not_read_count": len(came.not_read),
        "is_refused": came.is_refused,
        "to_ring": [
            {
                "unit_id": unit_id,
                "unit_zh": forms[0].unit_zh,
                "filled_by_zh": _filled_by(forms),
                "forms": [
                    {
                        "form_zh": form.form_zh,
                        "month": form.month,
                        "file_name": form.file_name,
                        "state_zh": _state_zh(form),
                        "blocking_count": form.blocking_count,
                        "held_count": form.held_count,
                    }
                    for form in forms
                ],
            }
            for unit_id, forms in _to_ring(came).items()
        ],
        "not_read": [vars(one) for one in came.not_read],
    }


def _to_ring(came: Came) -> dict[str, list[CameForm]]:
    """Forms that somebody has to be asked about, by unit; returned ones first."""
    found: dict[str, list[CameForm]] = {}
    for form in sorted(came.forms, key=lambda form: (form.is_taken, form.month)):
        if not form.is_taken or form.held_count:
            found.setdefault(form.unit_id, []).append(form)
    return found


def _ring_zh(forms: Sequence[CameForm]) -> str:
    who = _filled_by(forms)
    named = "、".join(f"{month_zh(form.month)}{form.form_zh}{_state_zh(form)}" for form in forms[:_MOST_NAMED])
    more = f"等 {len(forms)} 张" if len(forms) > _MOST_NAMED else ""
    return f"请联系 {forms[0].unit_zh}{f'（填报人 {who}）' if who else ''}：{named}{more}"


def _filled_by(forms: Sequence[CameForm]) -> str:
    return "、".join(dict.fromkeys(form.filled_by_zh for form in forms if form.filled_by_zh))


def _state_zh(form: CameForm) -> str:
    if form.is_taken:
        return f"有 {form.held_count} 处暂缓采用，待说明"
    return f"退回（{form.blocking_count} 处必须更正）"


def _not_read_lines(files: Sequence[NotRead]) -> list[str]:
    lines = [
        f"读不出“{one.file_name}”：{one.why_zh}；请联系{one.unit_zh or '报送单位（文件里认不出是谁）'}"
        for one in files[:_MOST_FILES]
    ]
    if len(files) > _MOST_FILES:
        lines.append(f"另有 {len(files) - _MOST_FILES} 个文件读不出，见 yanglao batches 与报送页的问题清单")
    return lines
