"""Files into raw forms, in the worker; what was read once is kept in the cache by file, layouts and reader."""

import atexit
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from etl.garbage import sought_seldom
from etl.months.findings import Finding
from etl.months.read.containers import FileRefused
from etl.months.read.demonstration import is_marked
from etl.months.read.extract import RawForm, extract
from etl.months.read.grid import table_of_figures
from etl.months.read.kept import keep, kept_text
from etl.months.read.layouts import Layout, load_layouts
from etl.months.read.recognise import recognise
from etl.months.read.sheets import bytes_of, read_file
from etl.programs import READING, programs_hash
from warehouse.errors import HomeError
from warehouse.home import Home
from warehouse.settings import Settings
from warehouse.worker.client import JobFailed, JobStopped, Worker, shared_worker

FEW_FILES = 8
# Long enough that starting a job costs little beside it, short enough for a lively bar.
FILES_A_JOB, LEAST_A_JOB = 150, 20
JOBS_AT_ONCE = 2
READER = (
    "python_calamine", "lxml.html", "etl.months.read.ooxml", "etl.months.read.files:prepare", "etl.months.periods",
    "etl.quantity",
)  # fmt: skip
"""What reading and judging need and may be loaded before a process is divided."""
CHANGED = "changed"
_NAMED_BY_BYTES = re.compile(r"[0-9a-f]{64}")
# Of a checked copy the list of findings too, so that the mended copy can be sent.
HELPER_SHEETS = ("填报说明", "检查结果", "填表说明", "说明", "代码", "目录", "封面", "字典", "选项")


@dataclass
class FileRead:
    """What a file holds: its forms, or why there are none. `findings` are about the file or its sheets.

    A passing failure (limits of the worker, a lost archive) is not kept, and tried again at the next refresh.
    is_demonstration: it says of itself that the demonstration made it.
    """

    forms: list[RawForm] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    is_passing: bool = False
    is_demonstration: bool = False


def read_one(path: str) -> str:
    """Everything a file holds, a JSON value a line: the file and its heads, then the rows of each form.

    Runs in the worker.
    """
    layouts = _layouts()
    try:
        data = bytes_of(Path(path))
        sheets = read_file(data)
        is_demonstration = is_marked(data, sheets)
    except FileRefused as refused:
        return _refusal(refused.rule, str(refused), refused.remedy_zh)
    forms, findings, unknown = [], [], []
    for sheet in sheets:
        if not sheet.is_worksheet:
            findings.append(Finding(rule="L15", sheet=sheet.name, words={"label": sheet.name}))
            continue
        if not sheet.cells:
            continue
        if sheet.hidden:
            findings.append(Finding(rule="L7", sheet=sheet.name, words={"label": sheet.name}))
            continue
        found = recognise(sheet, layouts)
        if found is None:
            unknown.append(sheet)
        else:
            forms.append(extract(sheet, found))
    if not forms:
        unrecognised = _unrecognised(
            [f"{sheet.name}（隐藏，没有读）" if sheet.hidden else sheet.name for sheet in sheets], layouts
        )
        return _lines([], [unrecognised], is_demonstration=is_demonstration)
    for sheet in unknown:
        # A list of codes or a page of instructions holds few figures; a table of them was meant to be reported.
        if cell := table_of_figures(sheet):
            findings.append(Finding(rule="L14", sheet=sheet.name, cell=cell, words={"label": sheet.name}))
        elif not sheet.name.startswith(HELPER_SHEETS):
            findings.append(Finding(rule="L6", sheet=sheet.name, words={"label": sheet.name}))
    return _lines(forms, findings, is_demonstration=is_demonstration)


def prepare() -> None:
    """Read the layouts, so that jobs forked from this process have them."""
    _layouts()


@cache
def _layouts() -> dict[str, Layout]:
    """The declared layouts; one job reads many files with them."""
    return load_layouts()


@sought_seldom()
def read_batch(paths: list[str]) -> list[str]:
    """`read_one` of each path, CHANGED for archived bytes that are not what their name says. Runs in the worker."""
    return [read_one(path) if _is_as_named(Path(path)) else CHANGED for path in paths]


def _is_as_named(path: Path) -> bool:
    """Whether an archived file is what its name says; a file with another kind of name says nothing of its bytes."""
    return not _NAMED_BY_BYTES.fullmatch(path.name) or hashlib.sha256(path.read_bytes()).hexdigest() == path.name


def _refusal(rule: str, fact: str, remedy: str) -> str:
    return _lines([], [Finding(rule=rule, words={"fact": fact, "remedy": remedy})])


def _unrecognised(names: list[str], layouts: dict[str, Layout]) -> Finding:
    example = next(iter(layouts.values())).title_words[0]
    shown = "、".join(names[:5]) + ("等" if len(names) > 5 else "") if names else "没有工作表"
    return Finding(rule="F8", words={"sheets": shown, "example": example})


def _lines(forms: list[RawForm], findings: list[Finding], *, is_demonstration: bool = False) -> str:
    parts = [form.to_lines() for form in forms]
    plain = [{**vars(finding), "words": dict(finding.words)} for finding in findings]
    first = {"findings": plain, "heads": [head for head, _ in parts], "is_demonstration": is_demonstration}
    lines = [first, *(body for _, body in parts)]
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)


def parse_read(text: str, *, rows_of: Collection[int] = ()) -> FileRead:
    """What `read_one` wrote; only the forms whose numbers are in `rows_of` have their rows."""
    first, *bodies = text.split("\n")
    table = json.loads(first)
    forms = [
        RawForm.from_lines(head, json.loads(bodies[number]) if number in rows_of else None)
        for number, head in enumerate(table["heads"])
    ]
    findings = [Finding(**one) for one in table["findings"]]
    return FileRead(forms, findings, is_demonstration=table["is_demonstration"])


def reader_hash() -> str:
    """Changes with every change of a layout or of the reader."""
    return programs_hash(*READING)


def read_files(
    home: Home,
    wanted: Iterable[tuple[str, Path]],
    settings: Settings,
    *,
    rows_of: Mapping[str, Collection[int]] | None = None,
    worker: Worker | None = None,
) -> Iterator[tuple[str, FileRead]]:
    """Each file's content by its SHA-256, from the cache where it is there; in no promised order.

    Args:
        wanted: SHA-256 and place of each file.
        rows_of: for each SHA-256 the numbers of the forms whose rows are wanted; none when not given.

    Yields:
        The SHA-256 and what was read. A file that breaks the worker is one finding, and the others go on.
    """
    folder = cells_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    numbers = rows_of or {}
    missing: list[tuple[str, Path]] = []
    for sha256, path in wanted:
        text = kept_text(folder, sha256)
        if text is not None:
            yield sha256, parse_read(text, rows_of=numbers.get(sha256, ()))
        elif path.exists():
            missing.append((sha256, path))
        else:
            # Only of a withdrawn batch: before anything is read, every other file was seen to be there.
            fact = f"存档里没有这个文件了（SHA-256 {sha256[:12]}…）"
            words = {"fact": fact, "remedy": "请从备份恢复存档目录"}
            yield sha256, FileRead(findings=[Finding(rule="F1", words=words)], is_passing=True)
    asked = {sha256 for sha256, _ in missing}
    for batch, texts in _in_worker(folder, missing, settings, worker):
        for (sha256, _), (text, _) in zip(batch, texts, strict=True):
            if text == CHANGED:
                raise HomeError(
                    f"存档 {home.archive}/{sha256[:12]}…：内容与收到时不同（已损坏），没有更新，现行批次没有改动。"
                    "请再运行一次 yanglao refresh，它会移开这个文件并说明怎样恢复"
                )
        if kept := {sha256: text for (sha256, _), (text, may_keep) in zip(batch, texts, strict=True) if may_keep}:
            keep(folder, kept)
        for (sha256, _), (text, may_keep) in zip(batch, texts, strict=True):
            if sha256 not in asked:
                continue
            read = parse_read(text, rows_of=numbers.get(sha256, ()))
            read.is_passing = not may_keep
            yield sha256, read


@cache
def reader() -> Worker:
    """The worker of this process that has reading and judging loaded; started with its first job, ends with the process."""
    worker = Worker(preload=READER)
    atexit.register(worker.close)
    return worker


def cells_folder(home: Home) -> Path:
    """Where the cache keeps what this reader read."""
    return home.cache / "cells" / reader_hash()


class _Reading:
    """Files on their way through the worker, in jobs of many. The first jobs run as soon as this is made."""

    def __init__(self, files: Sequence[tuple[str, Path]], settings: Settings, worker: Worker) -> None:
        self.names = {sha256 for sha256, _ in files}
        self._pool = ThreadPoolExecutor(JOBS_AT_ONCE)
        self._running = {self._pool.submit(_read_or_split, batch, settings, worker): batch for batch in _divided(files)}

    def batches(self) -> Iterator[tuple[list, list]]:
        """Batches of files and their JSON, each with whether it may be kept; as they come."""
        with closing(self):
            for future in as_completed(self._running):
                # What was handed on is not held any longer.
                yield self._running.pop(future), future.result()

    def close(self) -> None:
        """Begin no further job."""
        self._pool.shutdown(wait=False, cancel_futures=True)


_begun: dict[Path, _Reading] = {}
"""What is being read before anybody asked for it, by where it will be kept."""


@contextmanager
def begun(home: Home, wanted: Iterable[tuple[str, Path]], settings: Settings) -> Iterator[None]:
    """Begin to read these files, SHA-256 and place of each; `read_files` of the same home takes what comes of it.

    What nobody has asked for by the end is read no further.
    """
    folder = cells_folder(home)
    reading = _begun[folder] = _Reading([*wanted], settings, reader())
    try:
        yield
    finally:
        _begun.pop(folder, None)
        reading.close()


def _in_worker(
    folder: Path, missing: list[tuple[str, Path]], settings: Settings, worker: Worker | None
) -> Iterator[tuple[list, list]]:
    """Batches of files and their JSON, each with whether it may be kept; what was begun may hold others as well."""
    reading = _begun.get(folder)
    if reading and any(sha256 in reading.names for sha256, _ in missing):
        del _begun[folder]
        yield from reading.batches()
        missing = [(sha256, path) for sha256, path in missing if sha256 not in reading.names]
    if missing:
        # For a few files the one that runs already.
        is_at_hand = len(missing) <= FEW_FILES and not reader().is_running and shared_worker().is_running
        yield from _Reading(missing, settings, worker or (shared_worker() if is_at_hand else reader())).batches()


def _divided(files: Sequence[tuple[str, Path]]) -> Iterator[Sequence[tuple[str, Path]]]:
    """Files by jobs, the last ones smaller, so that none of the processes is left with much when the others are done."""
    start = 0
    while left := len(files) - start:
        size = min(FILES_A_JOB, max(-(-left // (2 * JOBS_AT_ONCE)), min(LEAST_A_JOB, -(-left // JOBS_AT_ONCE))))
        yield files[start : start + size]
        start += size


def _read_or_split(batch: list[tuple[str, Path]], settings: Settings, worker: Worker) -> list[tuple[str, bool]]:
    """One job for the batch; when that is stopped, one for each file, to find the one that is to blame."""
    try:
        texts = worker.run(
            "etl.months.read.files:read_batch",
            [str(path.absolute()) for _, path in batch],
            deadline=settings.file_seconds + len(batch) // 4,
            memory_mb=settings.file_memory_mb,
            least_mb=min(settings.file_memory_mb, 512),
            wait_seconds=600,
            is_demoted=False,
        )
        return [(text, True) for text in texts]
    except JobStopped as stopped:
        if len(batch) > 1:
            return [_read_or_split([file], settings, worker)[0] for file in batch]
        return [(_stopped(stopped, settings), False)]
    except JobFailed:
        if len(batch) > 1:
            return [_read_or_split([file], settings, worker)[0] for file in batch]
        refused = _refusal("F1", "文件的结构不合常规，读取时出错", "请用表格软件打开，另存为新的 .xlsx 后重报")
        return [(refused, False)]


def _stopped(stopped: JobStopped, settings: Settings) -> str:
    why = {
        "deadline": f"打开文件超过{settings.file_seconds}秒",
        "memory": f"打开文件所需内存超过{settings.file_memory_mb}MB",
    }.get(stopped.reason, "打开文件时处理进程中止")
    return _refusal("F6", f"{why}，文件过大或过于复杂", "请新建工作簿，只复制本月报表的内容后重报")
