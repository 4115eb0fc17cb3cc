"""The store: partitioned Parquet, append-only by submission, and the manifest that says what counts.

    payouts/month=…/unit=…/000012-0000.parquet            payments
    payouts/changes/month=…/unit=…/000012-0001.parquet    changes of the roster
    payouts/lists/000013-0000.parquet                     comparison lists, until the next audit
    payouts/findings/000004.parquet                       what an audit found
    payouts/figures/*.parquet                             aggregates: what a release may know
    payouts/manifest.jsonl                                one line a submission; nothing else makes a file count
    payouts/.adding-…/                                    a submission in the making; a killed one leaves it behind

A file that no line of the manifest names is no part of the store: so a submission is in it whole or not at all.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from warehouse.errors import BusyError, PayoutError, reason_zh
from warehouse.home import Home, plain
from warehouse.payouts import declared
from warehouse.payouts.manifest import Part, Submission, append_lines, as_line, read_manifest
from warehouse.payouts.parquet import FOLDERS, is_as_written, is_sound, read_whole, write_whole
from warehouse.payouts.rekeying import finish_rewriting, rewrite_keys

SYNC_EACH_UP_TO = 50
"""More files than this are brought to the disk all at once."""

_MAKING = ".adding-"
_DISK_FULL_ZH = "这一次的什么也没有记下，已有的没有变"


@dataclass
class PayoutStore:
    """The payments of one data home."""

    home: Home
    _submissions: tuple[Submission, ...] | None = field(default=None, repr=False)

    @property
    def root(self) -> Path:
        """The folder; it may not be there."""
        return self.home.root / "payouts"

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.jsonl"

    def submissions(self) -> tuple[Submission, ...]:
        """Every submission ever taken, oldest first.

        Raises:
            PayoutError: the manifest cannot be read.
        """
        if self._submissions is None:
            self._submissions = tuple(read_manifest(self.manifest))
        return self._submissions

    def standing(self) -> tuple[Submission, ...]:
        """Submissions that no later one corrects."""
        gone = {number for each in self.submissions() for number in each.replaces}
        return tuple(each for each in self.submissions() if each.number not in gone)

    def parts(self, relation: str) -> list[Part]:
        """Files of a relation that count: not corrected, not older than what is kept; lists as long as they are there."""
        found = [part for each in self.standing() for part in each.parts if part.relation == relation]
        if relation == "comparison":
            return [part for part in found if (self.root / part.path).exists()]
        since = self.kept_from
        return [part for part in found if part.month.isoformat() >= since]

    def files(self, relation: str) -> list[Path]:
        """Where the files of a relation lie.

        Raises:
            PayoutError: a file of the payments is missing or not what was written.
        """
        return self.paths_of(self.parts(relation))

    def paths_of(self, parts: Sequence[Part]) -> list[Path]:
        """Where these files lie; raises as `files`."""
        paths = [self.root / part.path for part in parts]
        missing = [path for path in paths if not path.exists()]
        if missing:
            raise PayoutError(
                f"津贴明细库 {self.root}：缺 {len(missing)} 个文件（如 {missing[0].relative_to(self.root)}）。请运行 yanglao restore 从备份恢复"
            )
        if damaged := next((path for path in paths if not is_as_written(path)), None):
            raise PayoutError(
                f"津贴明细库 {self.root}：{damaged.relative_to(self.root)} 已损坏，不予采用。请运行 yanglao restore 从备份恢复"
            )
        return paths

    def months(self) -> dict[date, int]:
        """Payments by month."""
        found: dict[date, int] = {}
        for part in self.parts("payout"):
            found[part.month] = found.get(part.month, 0) + part.rows
        return found

    def unit_months(self) -> pl.DataFrame:
        """Relation `unit_month`: where there are payments of a month."""
        rows = sorted({(part.unit, part.month) for part in self.parts("payout") if part.has_current})
        return pl.DataFrame(rows, schema=declared.relations()["unit_month"].polars_schema, orient="row")

    @property
    def key_id(self) -> str:
        """Under which keys the store stands; empty when nothing was ever taken."""
        # A restore asks also when the manifest is damaged.
        return self._mark() or next((each.key_id for each in reversed(self.submissions())), "")

    @property
    def kept_from(self) -> str:
        """The first month, as an ISO date, whose payments are kept; empty when none were let go."""
        with suppress(OSError):
            return (self.root / "kept-from").read_text(encoding="ascii").strip()
        return ""

    def _mark(self) -> str:
        with suppress(OSError):
            return (self.root / "key-id").read_text(encoding="ascii").strip()
        return ""

    @contextmanager
    def changing(self) -> Iterator["Change"]:
        """Take submissions: all of them, or after an error none.

        Raises:
            BusyError: another command is at it.
            PayoutError: the folder cannot be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = plain(self.root / "lock").open("w")
        except OSError as error:
            raise PayoutError(f"津贴明细库 {self.root}：写不进去（{reason_zh(error)}）。请检查权限与磁盘空间") from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BusyError(f"津贴明细库 {self.root}：另一个命令正在使用，请等它结束后再来") from None
            self._submissions = None
            self._clear()
            folder = self.root / f"{_MAKING}{os.getpid()}"
            folder.mkdir(mode=0o700)
            try:
                yield Change(self, folder)
            except OSError as error:
                raise PayoutError(f"津贴明细库 {self.root}：写不进去（{reason_zh(error)}）。{_DISK_FULL_ZH}") from None
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                self._submissions = None

    def _clear(self) -> None:
        """Remove what a killed command left: folders in the making, and files no line of the manifest names."""
        for path in self.root.glob(f"{_MAKING}*"):
            shutil.rmtree(path, ignore_errors=True)
        finish_rewriting(self.root)
        last = max((each.number for each in self.submissions()), default=0)
        for place in ("month=*/unit=*", "changes/month=*/unit=*", "lists"):
            for path in self.root.glob(f"{place}/*.parquet"):
                number = path.name.partition("-")[0]
                if number.isdigit() and int(number) > last:
                    path.unlink()

    def rewrite_keys(self, wrapped: Callable[[Iterable[int]], Iterable[int]], key_id: str) -> int:
        """Replace every key in every file by what it is under a new key, see `rekeying`; how many files there were.

        To be called within `changing`.
        """
        return rewrite_keys(self.root, wrapped, key_id)

    def has_let_go(self, path: str) -> bool:
        """Whether a file, named from the folder of the store, is of a month that is kept no longer."""
        month = next((part for part in Path(path).parts if part.startswith("month=")), "")
        return bool(month) and month.removeprefix("month=") < self.kept_from

    def faults_zh(self) -> tuple[int, list[str]]:
        """How many files were read whole, and what is damaged or missing, in words."""
        try:
            parts = [part for relation in FOLDERS for part in self.parts(relation)]
        except PayoutError as error:
            return 0, [str(error)]
        expected = {self.root / part.path: part.rows for part in parts}
        for place in ("findings/*.parquet", "figures/*.parquet", "released/*.parquet", "audits.jsonl"):
            expected |= dict.fromkeys(self.root.glob(place), -1)
        problems = [
            f"津贴明细 {path.relative_to(self.root)}：{'损坏' if path.exists() else '不见了'}；请用 yanglao restore 备份目录 恢复"
            for path, rows in expected.items()
            if not is_sound(path, rows=rows)
        ]
        return len(expected), problems

    def drop_lists(self) -> int:
        """Remove the comparison lists; how many files there were."""
        paths = [self.root / part.path for part in self.parts("comparison")]
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)

    def forget_before(self, month: date) -> int:
        """Remove payments, changes and findings of months before `month`; how many files went. Their lines stay."""
        count = 0
        if self.root.exists() and month.isoformat() > self.kept_from:
            (self.root / "kept-from").write_text(month.isoformat(), encoding="ascii")
        for place in ("", "changes/"):
            for folder in self.root.glob(f"{place}month=*"):
                if folder.name.removeprefix("month=") < month.isoformat():
                    count += len(list(folder.rglob("*.parquet")))
                    shutil.rmtree(folder)
        for path in self.root.glob("findings/*.parquet"):
            found = read_whole(path)
            if (kept := found.filter(pl.col("month") >= month)).height < found.height:
                write_whole(path, kept)
        return count


@dataclass
class Change:
    """Submissions on their way in; `folder` is where their Parquet is written first."""

    store: PayoutStore
    folder: Path

    def commit(self, taken: Sequence[Submission], *, key_id: str) -> None:
        """Put the files in their places and enter the lines, these last; on an error nothing of it stands."""
        placed: list[Path] = []
        try:
            folders = set()
            many = sum(len(submission.parts) for submission in taken) > SYNC_EACH_UP_TO
            if many:
                os.sync()
            for submission in taken:
                for part in submission.parts:
                    source, target = self.folder / part.path, self.store.root / part.path
                    if not many:
                        _sync(source)
                    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                    # The process that wrote it may have started before this one forbade others to read.
                    source.chmod(0o600)
                    source.rename(target)
                    placed.append(target)
                    folders.add(target.parent)
            if many:
                os.sync()
            for folder in () if many else folders:
                _sync(folder)
            (self.store.root / "key-id").write_text(key_id, encoding="ascii")
            append_lines(self.store.manifest, map(as_line, taken))
        except BaseException:
            for path in placed:
                path.unlink(missing_ok=True)
            raise


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
