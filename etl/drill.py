"""The restore drill: the backup put back on an empty place, and the release of that moment made again from it."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from etl.rebuild import build_as_of
from warehouse.backup.restoring import restore
from warehouse.backup.snapshot import Progress
from warehouse.backup.store import Key
from warehouse.desk.journal import Desk
from warehouse.editions import whole
from warehouse.errors import PublishError
from warehouse.home import Home, account_name
from warehouse.release import shape
from warehouse.release.building.fingerprint import HASH_VERSION
from warehouse.status import DRILL_MARK


@dataclass(frozen=True, kw_only=True)
class Drilled:
    """What a drill found. The hashes are those of the release at backup and of the one made from the backup."""

    number: int
    content_sha256: str
    expected_sha256: str
    sentence_zh: str


def drill(home: Home, folder: Path, *, key: Key | None = None, progress: Progress | None = None) -> Drilled:
    """Restore the newest snapshot into an empty folder, build its release and compare the hashes; `home` stays as it is.

    Raises:
        HomeError: the backup cannot be read or is damaged.
        PublishError: the release made from it is another one.
    """
    with tempfile.TemporaryDirectory(prefix="yanglao-drill-") as place:
        empty = Home(Path(place) / "home")
        restored = restore(empty, folder, key=key, progress=progress)
        editions, faults = whole.faults_zh(empty)
        if faults:
            raise PublishError(f"备份目录 {folder}：第 {restored.number} 次备份里的汇报版不全：{faults[0]}")
        told = restored.release
        if not told:
            raise PublishError(f"备份目录 {folder}：第 {restored.number} 次备份时还没有批次，无从核对。请更新后再备份")
        same = (told["schema_version"], told["app_version"], told["hash_version"])
        if same != (shape.SCHEMA_VERSION, shape.app_version(), HASH_VERSION):
            raise PublishError(
                f"备份目录 {folder}：第 {restored.number} 次备份由程序 {told['app_version']} 所做，与本程序不同版，"
                "内容摘要无从比较；文件已逐个核对无误。请更新、再备份后再演练"
            )
        built = build_as_of(
            empty,
            Path(place) / "drill.duckdb",
            kind=str(told["kind_code"]),
            release_id=str(told["release_id"]),
            number=int(told["received_number"]),
            as_of=date.fromisoformat(told["as_of_on"]),
            progress=progress,
        )
    expected = str(told["content_sha256"])
    found = Drilled(
        number=restored.number,
        content_sha256=built.content_sha256,
        expected_sha256=expected,
        sentence_zh=f"演练通过：第 {restored.number} 次备份（{restored.file_count} 个文件）恢复到空目录后重建批次"
        f" {told['release_id']}，内容摘要相同（{expected[:12]}…）{f'；{editions} 个汇报版逐字节完好' if editions else ''}",
    )
    if built.content_sha256 != expected or built.release_sha256 != told["release_sha256"]:
        raise PublishError(
            f"备份目录 {folder}：第 {restored.number} 次备份恢复后重建的内容与批次 {told['release_id']} 不同"
            f"（{built.content_sha256[:12]}… ≠ {expected[:12]}…）。请保留这份备份，运行 yanglao verify 查原因"
        )
    (home.root / DRILL_MARK).write_text(datetime.now(UTC).isoformat(), encoding="utf-8")
    Desk(home).enter("drill", found.sentence_zh, release_id=str(told["release_id"]), who=account_name())
    return found
