"""Everything this program refuses, one class and one exit code for each kind.

    YanglaoError            1   base; never raised itself
    ├── SettingsError       2   a YANGLAO_* variable cannot be used
    ├── CatalogError        3   a declaration of ours is wrong (TOML, relation, indicator)
    ├── SourceError         4   a document or reference table is not what it was
    ├── CheckFailed         5   a check after building found offenders; nothing is published
    ├── PublishError        6   the release could not be published, or the wanted one is not there
    ├── HomeError           7   the data home cannot be read or written
    ├── BusyError           8   another refresh is at work
    ├── QueryRefused        9   a statement analysts may not run
    ├── QueryStopped       10   a statement that took too long or too much
    ├── ReleaseMissing     11   there is no whole release to read
    ├── FormError          12   a unit's form cannot be taken
    ├── PaperError         13   a briefing cannot be written to a file
    ├── AccountError       14   an account, a role or a sign-in that cannot be
    ├── NewlyRefused       15   a refresh did its work, and returned a form or could not read a file that is new
    ├── PayoutError        16   a payment file, its key or a finding that cannot be used
    ├── EngineError        17   a cluster that cannot be used, or an answer of it that is damaged
    └── DeliveryError      18   messages are not set up as they can be sent, or somebody did not take one

Every message names the place, the fact and the remedy, in plain Chinese.
"""

import errno
from collections.abc import Sequence


class YanglaoError(Exception):
    """A refusal. `str(error)` is the message for people, `exit_code` the one for machines."""

    exit_code = 1

    def __init__(self, message_zh: str, *, problems: Sequence[str] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join([message_zh, *(f"  - {problem}" for problem in self.problems)]))


class SettingsError(YanglaoError):
    """A YANGLAO_* variable cannot be used."""

    exit_code = 2


class CatalogError(YanglaoError):
    """A declaration of ours is wrong: file, table, field, remedy."""

    exit_code = 3


class SourceError(YanglaoError):
    """A document or reference table is not what it was: file, row, remedy."""

    exit_code = 4


class CheckFailed(YanglaoError):  # noqa: N818
    """A check after building found offenders; the current release stands."""

    exit_code = 5


class PublishError(YanglaoError):
    """The release could not be published, or the wanted one is not there."""

    exit_code = 6


class HomeError(YanglaoError):
    """The data home cannot be read or written."""

    exit_code = 7


class BusyError(YanglaoError):
    """Another refresh is at work in this data home."""

    exit_code = 8


class QueryRefused(YanglaoError):  # noqa: N818
    """A statement analysts may not run, and what to write instead."""

    exit_code = 9


class QueryStopped(YanglaoError):  # noqa: N818
    """A statement that took too long or too much."""

    exit_code = 10


class ReleaseMissing(YanglaoError):  # noqa: N818
    """There is no whole release to read."""

    exit_code = 11


class FormError(YanglaoError):
    """A unit's form cannot be taken."""

    exit_code = 12


class PaperError(YanglaoError):
    """A briefing cannot be written to a file: no such month or unit, a template or font that cannot be used."""

    exit_code = 13


class AccountError(YanglaoError):
    """An account, a role or a sign-in that cannot be. What a stranger reads of it tells nothing about accounts."""

    exit_code = 14


class EngineError(YanglaoError):
    """A cluster cannot be used or did not answer whole; nothing is published."""

    exit_code = 17


class DeliveryError(YanglaoError):
    """Messages are not set up as they can be sent, or somebody did not take one."""

    exit_code = 18


class NewlyRefused(YanglaoError):  # noqa: N818
    """A refresh did its work, and of what is new it returned a form or could not read a file. The release stands."""

    exit_code = 15


class PayoutError(YanglaoError):
    """A payment file, its key or a finding that cannot be used. Never carries anything written in a file."""

    exit_code = 16


_REASONS = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额用完",
    errno.EFBIG: "超出允许的文件大小",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "文件系统只读",
    errno.ENOENT: "没有这个文件夹",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段是文件，不是文件夹",
    errno.EEXIST: "已有同名的文件",
    errno.ENOTEMPTY: "文件夹里还有东西",
    errno.ELOOP: "链接绕回了自己",
    errno.EXDEV: "不在同一个磁盘上",
    errno.ENAMETOOLONG: "文件名过长",
    errno.EBUSY: "正被占用",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "打开的文件太多",
    errno.ENOMEM: "内存不足",
    errno.ESTALE: "网络磁盘已断开",
    errno.ENODEV: "设备不见了",
    errno.EIO: "磁盘读写出错",
    errno.EADDRINUSE: "已被占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
}


def reason_zh(error: OSError) -> str:
    """Why the system refused, in Chinese where it is a common reason, in the system's words otherwise."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)


def first_line(error: Exception) -> str:
    """The first line of what an error says, its class where it says nothing: engines go on with what nobody asked."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
