"""Running a statement for one browser session: started, watched, cancelled, its outcome kept until the next one."""

import atexit
import functools
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from pages.ui.frame.identity import reader_name, who
from pages.ui.kit import reads
from pages.ui.kit.view import View
from warehouse.desk.queries import QueryDesk
from warehouse.errors import HomeError
from warehouse.query.ask import QueryResult, RunningQuery, start_query
from warehouse.query.kept import AnswerShelf, KeptAnswer
from warehouse.query.places import Places
from warehouse.settings import load_settings
from warehouse.worker.client import shared_worker

QUICK_SECONDS = 0.6
"""So long the page waits for an answer before it shows that a query is running."""

_ATTEMPT = "_query_attempt"
_SESSION = "_query_session"


@dataclass(kw_only=True)
class Attempt:
    """One run, from pressing 运行 to its outcome: an answer kept on the shelf, a refusal, or neither yet."""

    sql: str
    parameters: Mapping[str, Any]
    release_id: str
    kind: str
    started: float
    root: str = ""
    running: RunningQuery | None = None
    has_place: bool = False
    kept: KeptAnswer | None = None
    refusal: Exception | None = None
    logged: bool = True
    stop: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    @property
    def is_waiting(self) -> bool:
        """Whether it has not begun: others of the same person still run."""
        return not self.has_place and not self.done.is_set()

    @property
    def result(self) -> QueryResult | None:
        """The answer with its rows, wherever they lie."""
        return self.kept.result() if self.kept else None

    def run(self, whose: str, begin: Callable[["Attempt"], RunningQuery], session: str) -> None:
        """Take a place, begin, fetch the outcome; runs in a thread of its own and knows nothing of the page."""
        try:
            with Places(reads.whole_home(reads.REAL).places).taken(whose, cancelled=self.stop):
                self.has_place = True
                self.running = begin(self)
                if self.stop.is_set():
                    self.running.cancel()
                self.kept = shelf().keep(session, self.running.result())
        except Exception as refusal:  # shown on the page, or logged there when it is no refusal of ours
            self.refusal = refusal
        finally:
            self.done.set()


@functools.cache
def shelf() -> AnswerShelf:
    """Where this process keeps the answers its sessions look at."""
    made = AnswerShelf(reads.whole_home(reads.REAL).cache)
    atexit.register(made.close)
    return made


def attempt() -> Attempt | None:
    """This session's last run."""
    return st.session_state.get(_ATTEMPT)


def session() -> str:
    """A name for this browser session, so that unnamed people see their own history and nobody else's."""
    return st.session_state.setdefault(_SESSION, secrets.token_hex(8))


def desk() -> QueryDesk:
    """Where runs and saved queries are kept, for real and demonstration alike."""
    return QueryDesk(reads.whole_home(reads.REAL))


def start(view: View, sql: str, parameters: Mapping[str, Any], *, rows: int) -> Attempt:
    """Start a run; the one before it is cancelled when it still runs. Waits a moment for quick answers."""
    cancel()
    made = Attempt(
        sql=sql,
        parameters=parameters,
        release_id=view.release_id,
        kind=view.kind,
        started=time.monotonic(),
        root=view.root,
    )
    st.session_state[_ATTEMPT] = made
    options = {"parameters": parameters, "limits": load_settings(), "rows": rows, "session": session(), "who": who()}
    releases, home, desk_of_all = reads.releases(view.kind), reads.home_of(view.kind), desk()

    def begin(made: Attempt) -> RunningQuery:
        with releases.acquire(made.release_id) as release:
            try:
                return start_query(home, sql, release=release, desk=desk_of_all, **options)
            except HomeError:
                # A desk that cannot be written must not keep anybody from reading; the page says so.
                made.logged = False
                return start_query(home, sql, release=release, **options)

    threading.Thread(target=made.run, args=(reader_name(), begin, session()), daemon=True, name="query").start()
    with shared_worker().waited_for():
        made.done.wait(QUICK_SECONDS)
    return made


def cancel() -> None:
    """Stop this session's run if it still runs, or waits for its turn."""
    current = attempt()
    if current and not current.done.is_set():
        current.stop.set()
        if current.running:
            current.running.cancel()
        current.done.wait(2)


def forget() -> None:
    """Take the last outcome off the page."""
    st.session_state.pop(_ATTEMPT, None)
