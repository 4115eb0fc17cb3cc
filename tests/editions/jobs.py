"""What child processes of these tests do: sign and die at a step, or sign where there is no room."""

import os
import resource
import signal
from pathlib import Path

from tests.editions.conftest import SIGNER
from warehouse.editions import record, signing
from warehouse.errors import YanglaoError
from warehouse.home import Home
from warehouse.read import Releases


def _sign(root: str, key: str, progress=None) -> None:
    home = Home(Path(root))
    found = record.edition(home, key)
    signing.sign(
        home, Releases(home), key, retyped=signing.asked_zh(found.identity), actor=SIGNER, seen=found.last.number,
        progress=progress,
    )  # fmt: skip


def sign_and_die_at(root: str, key: str, step: str) -> None:
    """Sign until a step of that name begins, then SIGKILL."""

    def die(step_zh: str, done: int, total: int) -> None:
        if step_zh.startswith(step):
            os.kill(os.getpid(), signal.SIGKILL)

    _sign(root, key, die)


def sign_with_little_room(root: str, key: str, allowed_bytes: int, answer) -> None:
    """Sign where no file may grow beyond so many bytes; sends what was raised."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (allowed_bytes, allowed_bytes))
    try:
        _sign(root, key)
        answer.send((None, ""))
    except YanglaoError as error:
        answer.send((type(error), str(error)))
