"""The store: partitioned Parquet, append-only by submission, and the manifest that says what counts.

    payouts/month=…/unit=…/000012-0000.parquet            payments
    payouts/changes/month=…/unit=…/000012-0001.parquet    changes of the roster
    payouts/lists/000013-0000.parquet                     comparison lists, until the next audit
    payouts/findings/000004.parquet                       what an audit found
    payouts/figures/*.parquet                             aggregates: what a release may know
    payouts/manifest.jsonl                                one line a submission; nothing else makes a file count
    payouts/pin.json                                      how far the lines go, the keys, what is kept (`pinned`)
    payouts/.adding-…/                                    a submission in the making; a killed one leaves it behind

A file that no line of the manifest names is no part of the store: so a submission is in it whole or not at all.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from warehouse.desk.whole import look_now_and_then
from warehouse.errors import BusyError, PayoutError, reason_zh
from warehouse.home import Home, plain, took_lock
from warehouse.payouts import declared, pinned
from warehouse.payouts.change import Change
from warehouse.payouts.manifest import Part, Submission, reach_of, read_lines, read_manifest
from warehouse.payouts.parquet import FOLDERS, is_as_written, is_sound, read_whole, write_whole
from warehouse.payouts.rekeying import finish_rewriting, rewrite_keys

FIGURES = ("payout_month", "stop_month")
"""Figures that a release is made of; once payments were audited they are there."""

WAIT_SECONDS = 60
"""So long a backup or a restore waits for a command that is at the store."""

_MAKING = ".adding-"
_DISK_FULL_ZH = "这一次的什么也没有记下，已有的没有变"


@dataclass
class PayoutStore:
    """The payments of one data home."""

    home: Home
    _submissions: tuple[Submission, ...] | None = field(default=None, repr=False)
    _pin: pinned.Pin | None = field(default=None, repr=False)

    @property
    def root(self) -> Path:
        """The folder; it may not be there."""
        return self.home.root / "payouts"

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.jsonl"

    @property
    def pin(self) -> pinned.Pin:
        """What is known of the store besides its lines.

        Raises:
            PayoutError: it is gone or damaged.
        """
        if self._pin is None:
            self._pin = pinned.read_pin(self.root)
        return self._pin

    def submissions(self) -> tuple[Submission, ...]:
        """Every submission ever taken, oldest first.

        Raises:
            PayoutError: the manifest cannot be read, or its end is missing.
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
        return self.pin.key_id

    @property
    def kept_from(self) -> str:
        """The first month, as an ISO date, whose payments are kept; empty when none were let go."""
        return self.pin.kept_from

    @property
    def next_number(self) -> int:
        """The number of the next submission: no line, no pin and no file has it yet."""
        return max([self._last, *(number for number, _ in self._numbered())], default=0) + 1

    @property
    def _last(self) -> int:
        """The number of the last submission that was finished."""
        return max([self.pin.number, *(each.number for each in self.submissions())])

    def _numbered(self) -> Iterator[tuple[int, Path]]:
        """Files of submissions, whether a line names them or not."""
        for place in ("month=*/unit=*", "changes/month=*/unit=*", "lists"):
            for path in self.root.glob(f"{place}/*.parquet"):
                number = path.name.partition("-")[0]
                if number.isdigit():
                    yield int(number), path

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """Take submissions: all of them, or after an error none.

        Raises:
            BusyError: another command is at it.
            PayoutError: the folder cannot be written.
        """
        with self.held():
            folder = self.root / f"{_MAKING}{os.getpid()}"
            try:
                self._clear()
                folder.mkdir(mode=0o700)
                yield Change(self.manifest, folder)
            except OSError as error:
                raise PayoutError(f"津贴明细库 {self.root}：写不进去（{reason_zh(error)}）。{_DISK_FULL_ZH}") from None
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                self._forget()

    @contextmanager
    def held(self, *, seconds: float = 0) -> Iterator[None]:
        """Nobody else changes the store meanwhile; waits so long for whoever is at it.

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
            if not took_lock(lock, patience_seconds=seconds):
                raise BusyError(f"津贴明细库 {self.root}：另一个命令正在使用，请等它结束后再来")
            self._forget()
            yield

    def _forget(self) -> None:
        self._submissions = self._pin = None

    def _clear(self) -> None:
        """Remove what a killed command left: folders in the making, and files of submissions that were never finished.

        Those are after the last number that lines and pin know. A store of an older make, whose end nothing proves, keeps
        what no line names.
        """
        for path in self.root.glob(f"{_MAKING}*"):
            shutil.rmtree(path, ignore_errors=True)
        finish_rewriting(self.root)
        self._forget()
        if self.pin.step:
            last = self._last
            for number, path in list(self._numbered()):
                if number > last:
                    path.unlink()
        self._settle()

    def _settle(self) -> None:
        """Bring the pin to what the lines prove, after a kill between them, and make a lost one of the two anew."""
        audits = self.root / "audits.jsonl"
        read_lines(audits)
        # Of a store of an older make nothing proves that files without a line were never finished.
        number = self._last if self.pin.step else self.next_number - 1
        reach = {path.name: reach_of(path) for path in (self.manifest, audits) if path.exists()}
        if self.pin.reach != reach or not pinned.is_pinned(self.root):
            self._pin = pinned.change_pin(self.root, reach=reach, number=number)

    def pin_older_make(self) -> None:
        """Give a store of an older make its pin, once somebody comes by who may write; its marks have no digest.

        Whoever may not, or meets a command at the store, leaves it for the next.
        """
        with suppress(BusyError, PayoutError, OSError):
            if self.manifest.exists() and not self.pin.step:
                with self.held():
                    self._settle()

    def accept(self) -> list[str]:
        """After a restore: what no backup had is lost, and said so once; from then on the store is what there is."""
        if not self.root.exists():
            return []
        notes = []
        with self.held(seconds=WAIT_SECONDS):
            try:
                reach = dict(self.pin.reach)
                for name, (count, _) in self.pin.reach.items():
                    found = reach_of(self.root / name)
                    if found[0] < count:
                        what = "收件" if name == self.manifest.name else "稽核"
                        notes.append(
                            f"津贴明细：{what}曾登记 {count} 次，这里和备份里只有 {found[0]} 次。"
                            "请把缺的原文件重新收一遍，再运行 yanglao payouts audit"
                        )
                        reach[name] = found
                if notes:
                    self._pin = pinned.change_pin(self.root, reach=reach)
                notes += self._accept_files()
                self._settle()
            except PayoutError as error:
                notes.append(str(error))
            except OSError as error:
                raise PayoutError(f"津贴明细库 {self.root}：写不进去（{reason_zh(error)}）。请检查磁盘空间") from None
        return notes

    def _accept_files(self) -> list[str]:
        """Figures as old as the backup are to be counted again; what else is gone stays missed."""
        notes, files = [], dict(self.pin.files)
        if figures := self.others("figures"):
            notes.append("津贴月度数：最后算出的那一份备份里没有。请运行 yanglao payouts figures 重新计算")
            # Old beside new, as after a kill: told until they are counted.
            files |= {name: f"{files[name]} {pinned.digest_of(self.root / name)}".strip() for name in figures}
        if "findings/shown.parquet" in self.others():
            notes.append("津贴稽核：已给人看过的疑点备份里没有最后的一份，从现有的接着算")
            del files["findings/shown.parquet"]
        if files != self.pin.files:
            self._pin = pinned.change_pin(self.root, files=files)
        return notes

    def rewrite_keys(self, wrapped: Callable[[Iterable[int]], Iterable[int]], key_id: str) -> int:
        """Replace every key in every file by what it is under a new key, see `rekeying`; how many files there were.

        To be called within `changing`.
        """
        return rewrite_keys(self.root, wrapped, key_id)

    def fault_zh(self) -> str:
        """What is wrong with lines and pin, quickly told; empty when nothing is. Files are not read: see `faults_zh`."""
        try:
            self.submissions()
            read_lines(self.root / "audits.jsonl")
            is_counted = bool(self.pin.reach.get("audits.jsonl"))
        except PayoutError as error:
            return str(error)
        figures = [f"figures/{name}.parquet" for name in FIGURES] if is_counted else []
        wrong = [name for name in figures if not (self.root / name).exists()]
        if wrong or (wrong := self.others("figures")):
            names = "、".join(Path(name).name for name in wrong)
            is_there = (self.root / wrong[0]).exists()
            return (
                f"津贴月度数 {self.root / 'figures'}：{names} {'损坏，或不是最后算出的那一份' if is_there else '不见了'}。"
                f"{pinned.RESTORE_ZH}；没有备份时运行 yanglao payouts figures 重新计算（不再保留明细的月份算不回来）"
            )
        if any(" " in self.pin.files.get(f"figures/{name}.parquet", "") for name in FIGURES):
            return f"津贴月度数 {self.root / 'figures'}：上次没有写完。请运行 yanglao payouts figures"
        return ""

    def others(self, folder: str = "") -> list[str]:
        """Names of pinned files that are gone, or another copy than the one written last."""
        return [name for name in self.pin.files if name.startswith(folder) and not self.pin.is_of(self.root, name)]

    def rewrite(self, frames: Mapping[str, pl.DataFrame], *, drop: Iterable[str] = ()) -> None:
        """Write files anew, by name from the folder, and pin them; of those in `drop` nothing is left.

        A file that says the same stays as it is, or a refresh would take it for news. After a kill in between the pin
        knows the old ones and the new ones.

        Raises:
            BusyError: another command is at the store, and it does not end.
            OSError: the disk refuses them.
        """
        with self.held(seconds=WAIT_SECONDS):
            self._rewrite(frames, drop=drop)

    def _rewrite(self, frames: Mapping[str, pl.DataFrame], *, drop: Iterable[str] = ()) -> None:
        """As `rewrite`, for who holds the store."""
        drafts: dict[str, Path] = {}
        try:
            for name, frame in frames.items():
                if not self._says(name, frame):
                    (self.root / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                    drafts[name] = self.root / f"{Path(name).parent}/.{Path(name).name}.new"
                    write_whole(drafts[name], frame)
            files = {name: told for name, told in self.pin.files.items() if name not in set(drop)}
            both = {
                name: f"{pinned.digest_of(self.root / name)} {pinned.digest_of(draft)}".strip()
                for name, draft in drafts.items()
            }
            if both:
                pinned.change_pin(self.root, files=files | both)
            for name, draft in drafts.items():
                draft.replace(self.root / name)
            files |= {name: pinned.digest_of(self.root / name) for name in frames}
            if both or files != self.pin.files:
                pinned.change_pin(self.root, files=files)
            for name in drop:
                (self.root / name).unlink(missing_ok=True)
        finally:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)
            self._forget()

    def _says(self, name: str, frame: pl.DataFrame) -> bool:
        """Whether the file is the one written last, and says just this."""
        if not self.pin.is_of(self.root, name):
            return False
        with suppress(PayoutError):
            return read_whole(self.root / name).equals(frame)
        return False

    def fault_now_and_then_zh(self) -> str:
        """As `fault_zh`, for who asks all the time."""
        figures = (f"figures/{name}.parquet" for name in FIGURES)
        names = (pinned.NAME, "../payouts.pin", "manifest.jsonl", "audits.jsonl", "figures", *figures)
        return look_now_and_then([self.root / name for name in names], self.fault_zh)

    def faults_zh(self) -> tuple[int, list[str]]:
        """How many files were read whole, and what is damaged or missing, in words."""
        if fault := self.fault_zh():
            return 0, [fault]
        parts = [part for relation in FOLDERS for part in self.parts(relation)]
        expected = {self.root / part.path: part.rows for part in parts}
        found = [f"findings/{each['number']:06d}.parquet" for each in read_lines(self.root / "audits.jsonl")]
        expected |= {self.root / name: -1 for name in found}
        for place in ("findings/*.parquet", "figures/*.parquet", "released/*.parquet", "audits.jsonl"):
            expected |= dict.fromkeys(self.root.glob(place), -1)
        expected |= {self.root / name: -1 for name in self.pin.files}
        others = {self.root / name for name in self.others()}
        problems = [
            f"津贴明细 {path.relative_to(self.root)}：{'损坏或不是最后写下的那一份' if path.exists() else '不见了'}；"
            "请用 yanglao restore 备份目录 恢复"
            for path, rows in expected.items()
            if path in others or not is_sound(path, rows=rows)
        ]
        return len(expected), [*problems, *pinned.faults_zh(self.root)]

    def drop_lists(self) -> int:
        """Remove the comparison lists; how many files there were."""
        paths = [self.root / part.path for part in self.parts("comparison")]
        for path in paths:
            path.unlink(missing_ok=True)
        return len(paths)

    def forget_before(self, month: date) -> int:
        """Remove payments, changes and findings of months before `month`; how many files went. Their lines stay.

        To be called within `changing`.
        """
        count = 0
        if month.isoformat() > self.kept_from:
            self._pin = pinned.change_pin(self.root, kept_from=month.isoformat())
        for place in ("", "changes/"):
            for folder in self.root.glob(f"{place}month=*"):
                if folder.name.removeprefix("month=") < month.isoformat():
                    count += len(list(folder.rglob("*.parquet")))
                    shutil.rmtree(folder)
        fewer = {}
        for path in self.root.glob("findings/*.parquet"):
            found = read_whole(path)
            if (kept := found.filter(pl.col("month") >= month)).height < found.height:
                fewer[f"findings/{path.name}"] = kept
        self._rewrite(fewer)
        return count


def is_before(path: str, kept_from: str) -> bool:
    """Whether a file, named from the folder of the store, is of a month before the first that is kept."""
    month = next((part for part in Path(path).parts if part.startswith("month=")), "")
    return bool(month) and month.removeprefix("month=") < kept_from
