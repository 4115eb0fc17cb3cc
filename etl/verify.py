"""Everything a data home holds, looked at byte by byte: what is damaged, in words, and what to do."""

from dataclasses import dataclass

from warehouse import kept
from warehouse.desk import counted
from warehouse.desk.archive import is_true
from warehouse.desk.journal import Desk
from warehouse.desk.received import ReceivedLog
from warehouse.desk.whole import desk_fault_zh
from warehouse.editions import whole
from warehouse.errors import HomeError
from warehouse.home import Home
from warehouse.payouts.store import PayoutStore
from warehouse.people import audit
from warehouse.release.file import is_damaged, is_whole
from warehouse.release.publishing.publish import release_ids, release_path


@dataclass(frozen=True, kw_only=True)
class Verified:
    """How much was looked at, and what is wrong; nothing when problems_zh is empty."""

    archived_count: int
    release_count: int
    edition_count: int
    payout_count: int
    entry_count: int
    problems_zh: tuple[str, ...]


def verify(home: Home) -> Verified:
    """Hash every archived file, every release, every signed edition, every kept table and every payment, hold desk and log against each other; nothing is changed."""
    problems, received_files = [], []
    restore = "请用 yanglao restore 备份目录 恢复"
    log = []
    if home.desk.exists() and home.desk.stat().st_size:
        if fault := desk_fault_zh(home.desk):
            problems.append(f"登记文件 {home.desk}：{fault}；{restore}")
        if trail := audit.fault_zh(home):
            problems.append(trail)
        try:
            received_files = ReceivedLog(home).files()
        except HomeError as error:
            problems.append(str(error))
    elif home.counted.exists() or release_ids(home):
        problems.append(f"登记文件 {home.desk}：不见了或是空的；{restore}")
    try:
        log = counted.read_log(home)
    except HomeError as error:
        problems.append(str(error))
    if (broken := counted.first_break(log)) is not None:
        problems.append(f"登记簿 {home.counted}：第 {broken} 号损坏；下次 {home.refresh_command} 会按登记文件重写")
    for received_file in {one.sha256: one for one in received_files if not one.is_withdrawn}.values():
        if not is_true(home.archive / received_file.sha256):
            problems.append(
                f"“{received_file.file_name}”（收件批次 {received_file.batch_id}）：存档缺失或损坏；{restore}"
            )
    for release_id in release_ids(home):
        path = release_path(home, release_id)
        if is_damaged(path, release_id) or not is_whole(path, release_id):
            problems.append(f"批次 {release_id}：文件损坏；请运行 {home.refresh_command} 修复")
    editions, faults = 0, []
    try:
        editions, faults = whole.faults_zh(home)
    except HomeError as error:
        faults = [str(error)]
    payouts, broken_payouts = PayoutStore(home).faults_zh()
    faults += [
        f"固定链接 {path.stem}：文件被改动过；{restore}"
        for path in sorted(home.kept.glob("*.json"))
        if not kept.is_as_named(path)
    ]
    try:
        gone = [key for key in Desk(home).kept_links() if not kept.place_of(home, key).exists()]
    except HomeError:
        # Told above already.
        gone = []
    faults += [f"固定链接 {key}：文件不见了；{restore}（有意删去的不必理会）" for key in gone]
    return Verified(
        archived_count=len({one.sha256 for one in received_files}),
        release_count=len(release_ids(home)),
        edition_count=editions,
        payout_count=payouts,
        entry_count=len(log),
        problems_zh=(*problems, *faults, *broken_payouts),
    )
