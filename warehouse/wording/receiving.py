"""What was received, in lines for a terminal."""

from collections.abc import Sequence

from warehouse.desk.received import Batch, Receipt
from warehouse.wording.dates import instant_zh


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


def file_lines(receipts: Sequence[Receipt]) -> list[str]:
    """One line a file: when it came, how large it is, what it was called, under which digest it lies."""
    return [
        f"{instant_zh(one.received_at)}  {one.byte_count:>10,} 字节  {one.sha256[:12]}…  {one.file_name}"
        for one in receipts
    ]
