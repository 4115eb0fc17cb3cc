"""What the kernel takes from a job before it reads a stranger's bytes: the network, other programs, and writing files.

Two filters of Linux, both for good once set: seccomp refuses system calls (sockets, starting programs, changing
owners), Landlock refuses writing anywhere but in named folders. A kernel without one of them leaves out that one, and
`yanglao status` says so; the limits of `warehouse.worker.server` stand on every system.
"""

import contextlib
import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Sequence

PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER, _TO_ALL_THREADS = 1, 1
_LANDLOCK_CREATE, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT = 444, 445, 446
_ABI_ONLY = 1
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_OTHER_CALLS = 0x40000000

# Refused: talking to others, starting programs, looking into other processes, mounts and modules, rights and owners,
# and what would do any of these in the kernel's own time.
_X86 = {
    "network": (41, 42, 43, 49, 50, 288, 53),
    "programs": (59, 322, 101, 310, 311),
    "system": (165, 166, 272, 308, 321, 298, 250, 248, 249, 246, 175, 313, 323, 425, 426, 427),
    "rights": (90, 91, 268, 452, 92, 93, 94, 260, 132, 235, 261, 280, 188, 189, 190),
}
_ARM = {
    "network": (198, 203, 202, 200, 201, 242, 199),
    "programs": (221, 281, 117, 270, 271),
    "system": (40, 39, 97, 268, 280, 241, 219, 217, 218, 104, 105, 273, 282, 425, 426, 427),
    "rights": (52, 53, 452, 54, 55, 88, 5, 6, 7),
}
_MACHINES = {"x86_64": (0xC000003E, 317, _X86), "aarch64": (0xC00000B7, 277, _ARM)}

# Landlock's rights to change files, by the version of its interface that knows them.
_EXECUTE = 1 << 0
_CHANGES = ((1, 1 << 1 | sum(1 << bit for bit in range(4, 13))), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
_SCOPES_SINCE, _SCOPES = 6, 0b11
_PATH_BENEATH = 1

_LIBC = ctypes.CDLL(None, use_errno=True)


def confine(writable: Sequence[str] = ()) -> None:
    """Take network, programs and writing from this process, for good; `writable` are folders it may still write in.

    Raises:
        OSError: the kernel has a filter and refused it; the job must not go on without.
    """
    if sys.platform != "linux":
        return
    _LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if landlock_version():
        _forbid_writing(writable)
    if has_seccomp():
        _forbid_calls()


def landlock_version() -> int:
    """The kernel's version of Landlock; 0 when it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, _LIBC.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_ABI_ONLY)))


def has_seccomp() -> bool:
    """Whether this kernel filters system calls, and we know their numbers on this machine."""
    return sys.platform == "linux" and platform.machine() in _MACHINES and _LIBC.prctl(21, 0, 0, 0, 0) >= 0


def confinement_zh() -> str:
    """One sentence for the operator: what jobs are kept from on this machine."""
    told = [
        "没有网络、不能启动程序" if has_seccomp() else "本机内核不支持禁网（seccomp），只有限时限内存",
        "只读文件" if landlock_version() else "本机内核不支持只读隔离（Landlock），只禁写大小",
    ]
    return "；".join(told)


def _forbid_calls() -> None:
    architecture, seccomp, calls = _MACHINES[platform.machine()]
    numbers = sorted({number for group in calls.values() for number in group})
    program = [
        (_LOAD, 0, 0, 4),
        # Calls of another architecture have other numbers: all refused.
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, len(numbers) + 1, 0, _OTHER_CALLS),
        *((_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *each) for each in program))
    told = ctypes.create_string_buffer(struct.pack("=HxxxxxxQ", len(program), ctypes.addressof(code)))
    if _LIBC.syscall(seccomp, _SECCOMP_SET_MODE_FILTER, _TO_ALL_THREADS, told) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def _forbid_writing(writable: Sequence[str]) -> None:
    version = landlock_version()
    changes = sum(rights for since, rights in _CHANGES if version >= since)
    scopes = _SCOPES if version >= _SCOPES_SINCE else 0
    # Handled files, handled network, scopes: a kernel takes as much of it as it knows.
    attributes = struct.pack("=QQQ", changes | _EXECUTE, 0, scopes)[: 8 if version < 4 else 16 if version < 6 else 24]
    rules = _LIBC.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if rules < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    try:
        for folder in writable:
            with contextlib.suppress(FileNotFoundError):
                _allow_beneath(rules, folder, changes)
        if _LIBC.syscall(_LANDLOCK_RESTRICT, rules, ctypes.c_uint32(0)) != 0:
            raise OSError(ctypes.get_errno(), "landlock")
    finally:
        os.close(rules)


def _allow_beneath(rules: int, folder: str, rights: int) -> None:
    opened = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", rights, opened)
        if _LIBC.syscall(_LANDLOCK_ADD_RULE, rules, _PATH_BENEATH, rule, ctypes.c_uint32(0)) != 0:
            raise OSError(ctypes.get_errno(), "landlock")
    finally:
        os.close(opened)
