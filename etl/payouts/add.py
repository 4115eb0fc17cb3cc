"""Taking payment files and comparison lists: read in a process of their own, entered in the store, left where they lie."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate, groupby
from pathlib import Path

import polars as pl

from etl.months.names import OFFICES
from etl.months.read.labels import plain
from etl.payouts.keys import Keys, read_keys
from etl.reference import load_areas
from warehouse.catalog import Catalog, load_catalog
from warehouse.desk.journal import Desk
from warehouse.errors import HomeError, PayoutError
from warehouse.home import Home, account_name
from warehouse.payouts.change import Change
from warehouse.payouts.manifest import Part, Submission, now
from warehouse.payouts.store import PayoutStore
from warehouse.worker.client import JobFailed, JobStopped, Worker, shared_worker

BATCH_BYTES = 192 << 20
MEMORY_MB = 6000
MOST_SECONDS = 3600
LARGEST_PART_MB = 4096
ALIKE_SHARE = 0.5
"""From this share of the same persons on, a second file of a unit's month is taken for a correction of the first."""

FEWEST_TWICE = 10
"""Of fewer persons in a month nothing is said of how many are written twice."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of one file. number is 0 when it was not taken; again: when the same bytes were."""

    path: Path
    number: int = 0
    again: datetime | None = None
    rows: int = 0
    months: tuple[date, ...] = ()
    units: tuple[str, ...] = ()
    labels_zh: tuple[str, ...] = ()
    problems_zh: tuple[str, ...] = ()
    remarks_zh: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Addition:
    """What an `add` did, file by file in the order given."""

    files: list[Taken] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether every file stands in the store."""
        return all(each.number or each.again for each in self.files)

    @property
    def sentence_zh(self) -> str:
        """One line of it all."""
        taken = [each for each in self.files if each.number]
        again = sum(each.again is not None for each in self.files)
        refused = len(self.files) - len(taken) - again
        parts = [f"收 {len(taken)} 份文件、{sum(each.rows for each in taken):,} 行" if taken else "没有收"]
        parts += [f"{again} 份以前收过，不重复计入"] if again else []
        parts += [f"{refused} 份没有收"] if refused else []
        return "；".join(parts)


@dataclass(frozen=True)
class _Places:
    units: dict[str, str]
    townships: dict[str, dict[str, str]]
    names: dict[str, str]


def add(
    home: Home,
    paths: Sequence[Path],
    *,
    unit: str = "",
    month: date | None = None,
    corrects: Sequence[int] = (),
    is_part: bool = False,
    progress: Progress | None = None,
    worker: Worker | None = None,
    catalog: Catalog | None = None,
) -> Addition:
    """Read files and enter those without a problem; nothing of the others is kept.

    Args:
        paths: files, and folders whose files are meant, those in folders of theirs as well.
        unit, month: of files that do not say so themselves; unit as people write it.
        corrects: numbers of earlier submissions these files stand in for.
        is_part: whether files may name persons whom another file of the same unit and month names.

    Raises:
        PayoutError: no key, another key, an unknown unit or number, a full disk. Nothing was taken.
        HomeError: all was taken, but the desk could not be told.
        BusyError: another command is at it.
    """
    keys = read_keys(home)
    store = PayoutStore(home)
    check_keys(store, keys)
    places = _places(catalog or load_catalog())
    unit_id = _unit_id(unit, places)
    files = list(_files(paths))
    with store.changing() as change:
        _check_corrected(store, corrects)
        first = store.next_number
        known = {each.sha256: each.at for each in store.standing()}
        jobs = [
            {"path": str(path.absolute()), "number": number, "unit": unit_id, "month": month}
            for number, path in enumerate(files, start=first)
        ]
        answers = _read(jobs, change, keys, places, known, progress, worker or shared_worker())
        found = _judged(store, change, answers, files, known, corrects=corrects, is_part=is_part, places=places)
        entries = [submission for submission, _ in found if submission]
        change.commit([_with(each, corrects, keys) for each in entries], key_id=keys.key_id)
    addition = Addition(files=[taken for _, taken in found])
    if entries:
        told_zh = f"津贴明细：{addition.sentence_zh}"
        with done_already(told_zh):
            Desk(home).enter("payouts", told_zh, who=account_name())
    return addition


@contextmanager
def done_already(told_zh: str) -> Iterator[None]:
    """Enter a deed on the desk; where that fails, it is said that the deed is done and need not be done again.

    Raises:
        HomeError: the desk cannot be written.
    """
    try:
        yield
    except HomeError as error:
        raise HomeError(f"{told_zh}。已经办完，不必重做，只是没有记入登记。{error}") from None


def check_keys(store: PayoutStore, keys: Keys) -> None:
    """Prove that the keys are those the store was made with.

    Raises:
        PayoutError: they are others, or a new key has not been laid over the store yet.
    """
    if not store.key_id:
        return
    generation = keys.generation(store.key_id)
    if generation is None:
        raise PayoutError(
            "津贴密钥：与明细库所用的不同，收下去同一个人会变成两个人。请放回原来的密钥文件；"
            "要换新钥，请在原密钥在位时运行 yanglao payouts key --new"
        )
    if generation < len(keys.chain):
        raise PayoutError("津贴密钥：新密钥还没有套到明细库上（上次换钥没有做完）。请运行 yanglao payouts key --wrap")


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(
                each
                for each in path.rglob("*")
                if each.is_file() and not any(name.startswith((".", "~$")) for name in each.relative_to(path).parts)
            )
            if not found:
                raise PayoutError(f"{path}：文件夹里没有文件")
            yield from found
        elif path.is_file():
            yield path
        else:
            raise PayoutError(f"{path}：没有这个文件，或不是普通文件。请核对路径；什么也没有收")


def _places(catalog: Catalog) -> _Places:
    areas, aliases = load_areas(catalog)
    level = dict(areas.select("area_id", "level_code").iter_rows())
    units: dict[str, str] = {}
    townships: dict[str, dict[str, str]] = {}
    reporting = areas.filter(pl.col("is_reporting"))
    ids = set(reporting["area_id"])
    doubtful = set()
    named = [
        (alias, area_id) for _, alias, area_id in aliases.select("scope_area_id", "alias_zh", "area_id").iter_rows()
    ]
    for name, area_id in (*named, *reporting.select("name_zh", "area_id").iter_rows()):
        if area_id in ids and units.setdefault(plain(name), area_id) != area_id:
            doubtful.add(plain(name))
    # A name of two places names neither.
    units = {name: area_id for name, area_id in units.items() if name not in doubtful}
    units |= {name + office: area_id for name, area_id in list(units.items()) for office in OFFICES}
    for area_id, name, parent in areas.select("area_id", "name_zh", "parent_area_id").iter_rows():
        if level[area_id] == "township":
            townships.setdefault(parent, {})[plain(name)] = area_id
    for scope, alias, area_id in aliases.select("scope_area_id", "alias_zh", "area_id").iter_rows():
        if level.get(area_id) == "township":
            townships.setdefault(scope, {}).setdefault(plain(alias), area_id)
    return _Places(units, townships, dict(reporting.select("area_id", "name_zh").iter_rows()))


def _unit_id(unit: str, places: _Places) -> str:
    if not unit:
        return ""
    found = unit if unit in places.names else places.units.get(plain(unit), "")
    if not found:
        raise PayoutError(
            f"单位“{unit}”：没有登记。请写全称或登记的简称，如：{'、'.join(list(places.names.values())[:6])}"
        )
    return found


def unit_id_of(unit: str) -> tuple[str, dict[str, str]]:
    """The id of a unit as people write it, empty for an empty text; and the names of all units by id.

    Raises:
        PayoutError: no such unit.
    """
    places = _places(load_catalog())
    return _unit_id(unit, places), places.names


def _check_corrected(store: PayoutStore, corrects: Sequence[int]) -> None:
    standing = {each.number for each in store.standing()}
    if unknown := [str(number) for number in corrects if number not in standing]:
        raise PayoutError(
            f"要更正的第{'、'.join(unknown)}份：没有这一份，或已被更正过。用 yanglao payouts received 查看各份"
        )


def _read(
    jobs: list[dict],
    change: Change,
    keys: Keys,
    places: _Places,
    known: dict,
    progress: Progress | None,
    worker: Worker,
) -> list[dict]:
    """Answers of the reading processes, in the order of the jobs."""
    batches = _batches(jobs)
    units, townships = places.units, places.townships

    def run(batch: list[dict]) -> list[dict]:
        try:
            return worker.run(
                "etl.payouts.in_worker:read_batch",
                batch,
                folder=str(change.folder),
                chain=list(keys.chain),
                units=units,
                townships=townships,
                today=date.today(),
                known=list(known),
                deadline=MOST_SECONDS,
                memory_mb=MEMORY_MB,
                least_mb=1500,
                file_mb=LARGEST_PART_MB,
                writable=(str(change.folder),),
                is_demoted=False,
            )
        except JobStopped as stopped:
            raise PayoutError(f"读文件：{stopped}什么也没有收") from None
        except JobFailed:
            # Its trace may say more than anybody should read.
            raise PayoutError("读文件时程序出错，什么也没有收。请联系维护人员") from None

    answers: list[dict] = []
    with ThreadPoolExecutor(max_workers=min(len(batches), os.cpu_count() or 1) or 1) as pool:
        for done, found in enumerate(pool.map(run, batches)):
            answers += found
            if progress:
                progress(f"读入 {len(answers)}/{len(jobs)} 份", done, len(batches))
    return answers


def _batches(jobs: list[dict]) -> list[list[dict]]:
    """Jobs read one after the other by one process: enough that starting it costs little, few enough for all cores."""
    sizes = [Path(job["path"]).stat().st_size for job in jobs]
    share = max(1, min(BATCH_BYTES, -(-sum(sizes) // (os.cpu_count() or 1))))
    # A file goes where its middle lies: as many batches as meant, and none that is only the rest.
    places = ((end - size / 2) // share for size, end in zip(sizes, accumulate(sizes), strict=True))
    placed = groupby(zip(places, jobs, strict=True), key=lambda each: each[0])
    return [[job for _, job in group] for _, group in placed]


def _judged(
    store: PayoutStore,
    change: Change,
    answers: list[dict],
    files: list[Path],
    known: dict[str, datetime],
    *,
    corrects: Sequence[int],
    is_part: bool,
    places: _Places,
) -> list[tuple[Submission | None, Taken]]:
    """For each file its submission, None when it is not taken, and what to tell."""
    found: list[tuple[Submission | None, Taken]] = []
    mine: dict[str, datetime] = {}
    beside = [each for each in store.standing() if each.number not in corrects]
    for answer, path in zip(answers, files, strict=True):
        sha256 = answer["sha256"]
        if sha256 and (sha256 in known or sha256 in mine):
            found.append((None, Taken(path=path, again=known.get(sha256) or mine[sha256])))
            continue
        problems, remarks = list(answer["problems_zh"]), list(answer["remarks_zh"])
        parts = tuple(Part(**part) for part in answer["parts"])
        if not problems and not parts:
            problems.append("除了表头没有一行可计入")
        if not problems:
            alike, more = _alike(store, change, parts, beside, places, is_part=is_part)
            problems += alike
            remarks += more
        months = tuple(sorted({part.month for part in parts if part.month}))
        units = tuple(sorted({part.unit for part in parts if part.unit}))
        submission = None
        if not problems:
            submission = Submission(
                number=answer["number"],
                at=now(),
                sha256=sha256,
                key_id="",
                labels_zh=tuple(answer["labels_zh"]),
                parts=parts,
            )
            beside.append(submission)
            mine[sha256] = submission.at
        taken = Taken(
            path=path,
            number=submission.number if submission else 0,
            rows=sum(part.rows for part in parts),
            months=months,
            units=units,
            labels_zh=tuple(answer["labels_zh"]),
            problems_zh=tuple(problems),
            remarks_zh=tuple(remarks),
        )
        found.append((submission, taken))
    return found


def _alike(
    store: PayoutStore,
    change: Change,
    parts: Sequence[Part],
    beside: Sequence[Submission],
    places: _Places,
    *,
    is_part: bool,
) -> tuple[list[str], list[str]]:
    """Whether a file says again what another one of the same unit and month says, or what it says itself: problems, remarks."""
    problems, remarks = [], []
    for relation in ("payout", "roster_change"):
        mine = [part for part in parts if part.relation == relation]
        for unit, month in sorted({(part.unit, part.month) for part in mine}):
            here = [part for part in mine if (part.unit, part.month) == (unit, month)]
            ours, name = _persons(change.folder, here), f"{places.names[unit]} {month:%Y年%-m月}"
            if (
                relation == "payout"
                and not is_part
                and (share := _share_written_twice(change.folder, here)) >= ALIKE_SHARE
            ):
                problems.append(
                    f"{name}：{share:.0%} 的人在这份文件里写了不止一次，像是同一张表有两份。多余的请删去；确是分笔发放，请加 --part"
                )
            for other in beside:
                theirs_parts = [
                    part for part in other.parts if (part.relation, part.unit, part.month) == (relation, unit, month)
                ]
                if not theirs_parts:
                    continue
                place = store.root if (store.root / theirs_parts[0].path).exists() else change.folder
                share = ours.is_in(_persons(place, theirs_parts).implode()).mean() or 0.0
                if share >= ALIKE_SHARE and not is_part:
                    problems.append(
                        f"{name}：{share:.0%} 的人与第{other.number}份相同。是更正，请加 --corrects {other.number}；"
                        "确是另一批（如分批发放），请加 --part"
                    )
                elif relation == "payout":
                    remarks.append(f"{name}：与第{other.number}份合为一个月（同一人 {share:.0%}）")
    return problems, remarks


def _persons(folder: Path, parts: Sequence[Part]) -> pl.Series:
    return pl.concat([pl.read_parquet(folder / part.path, columns=["person_key"])["person_key"] for part in parts])


def _with(submission: Submission, corrects: Sequence[int], keys: Keys) -> Submission:
    return Submission(**{**vars(submission), "key_id": keys.key_id, "replaces": tuple(corrects)})


def _share_written_twice(folder: Path, parts: Sequence[Part]) -> float:
    """How many of the persons paid for a month have several payments of it, as a share; 0 of a handful."""
    paid = pl.concat([pl.read_parquet(folder / part.path, columns=["person_key", "kind_code"]) for part in parts])
    counts = paid.filter(pl.col("kind_code") == "current")["person_key"].value_counts()["count"]
    return float((counts > 1).mean() or 0.0) if len(counts) >= FEWEST_TWICE else 0.0
