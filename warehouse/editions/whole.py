"""Whether every signed edition of a data home is there to the byte, and every folder of one is known to the desk."""

from warehouse.editions import frozen, record
from warehouse.home import Home


def faults_zh(home: Home) -> tuple[int, list[str]]:
    """How many editions were looked at byte by byte, and what is wrong, a sentence each."""
    known = {one.sha256 for one in record.editions(home) if one.sha256}
    found = [fault for sha in sorted(known) for fault in frozen.faults_zh(home, sha)]
    found += [
        f"汇报版文件夹 {sha[:12]}… 不在登记里：登记文件可能是较旧的。请从备份恢复登记，或查明来历后移走"
        for sha in frozen.folders(home)
        if sha not in known
    ]
    return len(known), found
