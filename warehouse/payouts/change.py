"""Submissions put into the store of payments: their files first, their lines last, all or nothing."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse.home import brought_to_disk
from warehouse.payouts.manifest import Submission, append_lines, as_line

SYNC_EACH_UP_TO = 50
"""More files than this are brought to the disk all at once."""


@dataclass
class Change:
    """Submissions on their way into the store of this manifest; `folder` is where their Parquet is written first."""

    manifest: Path
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
                    source, target = self.folder / part.path, self.manifest.parent / part.path
                    if not many:
                        brought_to_disk(source)
                    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                    # The process that wrote it may have started before this one forbade others to read.
                    source.chmod(0o600)
                    source.rename(target)
                    placed.append(target)
                    folders.add(target.parent)
            if many:
                os.sync()
            for folder in () if many else folders:
                brought_to_disk(folder)
            if taken:
                last = max(submission.number for submission in taken)
                append_lines(self.manifest, map(as_line, taken), key_id=key_id, number=last)
        except BaseException:
            for path in placed:
                path.unlink(missing_ok=True)
            raise
