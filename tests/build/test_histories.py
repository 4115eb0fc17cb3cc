"""Whatever came in whatever order: what caches and the last build left leads to what a build from nothing gives."""

import random
import shutil
from datetime import datetime

import pytest

from etl import declared_frames
from etl.months.received import Incoming, receive, withdraw
from etl.rebuild import build_as_of
from etl.refresh import refresh
from tests.broken_forms import more
from tests.clean_forms import FORMS, clean
from tests.forms import draw, to_xlsx
from warehouse.desk.received import ReceivedLog
from warehouse.home import Home
from warehouse.release.file import header_of
from warehouse.release.publishing.publish import ZONE, release_path

MONTHS = range(28, 33)
STEPS = 6
COUNTED = {"facility": "meal_site_count", "platform": "enrolled_count", "training": None, "allowance": None}


class History:
    """One home and what happens to it, drawn by a seed."""

    def __init__(self, home: Home, context, seed: int) -> None:
        self.home, self.context, self.drawn = home, context, random.Random(seed)
        self.told: list[str] = []

    def happen(self) -> None:
        """Something that happens in an office."""
        deed = self.drawn.choice((self.send, self.send, self.correct, self.take_back, self.forget, self.restart))
        self.told.append(deed.__name__)
        deed()

    def send(self, change=None, correction: str = "") -> None:
        """One form, or a month of them, of a month that may have come before."""
        number = self.drawn.choice(MONTHS)
        forms = list(FORMS) if self.drawn.random() < 0.3 else [self.drawn.choice(list(FORMS))]
        papers = []
        for form in forms:
            layout, data = clean(form, number, self.context)
            if correction:
                data.entries["correction"] = correction
            if change and COUNTED[form]:
                more(COUNTED[form], self.drawn.randrange(1, 4))(data)
            papers.append(draw(layout, data))
        receive(self.home, [Incoming(name=f"{len(self.told)}.xlsx", data=to_xlsx(*papers))], who="清丰县")

    def correct(self) -> None:
        """A form that says that it corrects, whether or not there is anything to correct."""
        self.send(change=True, correction="漏报")

    def take_back(self) -> None:
        """One of the batches, if there are any."""
        live = [one.batch_id for one in ReceivedLog(self.home).batches() if one.withdrawn_at is None]
        if live:
            withdraw(self.home, self.drawn.choice(live), who="局", reason="误发")

    def forget(self) -> None:
        """Some part of the cache is gone."""
        parts = sorted(path for path in self.home.cache.rglob("*") if path.is_file())
        for path in self.drawn.sample(parts, len(parts) // 2):
            path.unlink()

    def restart(self) -> None:
        """What the process knew is gone."""
        declared_frames._known.clear()
        header_of.__globals__["_header_at"].cache_clear()


def from_nothing(home: Home, place) -> tuple[str, str]:
    """Hashes of a build from archive and desk alone, with the desk's record of masks and no cache."""
    bare = Home(place)
    bare.ensure()
    for name in ("desk.sqlite", "counted.log"):
        shutil.copy2(home.root / name, bare.root / name)
    shutil.copytree(home.archive, bare.archive, dirs_exist_ok=True)
    declared_frames._known.clear()
    today = datetime.now(ZONE).date()
    built = build_as_of(bare, place / "built.duckdb", kind="real", release_id="20260101-01", number=None, as_of=today)
    return built.content_sha256, built.release_sha256


# A month from the cache against a build from nothing: `test_months`; a home restored without its caches: `test_backup`.
@pytest.mark.whole
def test_every_release_is_what_a_build_from_nothing_gives(tmp_path, context):
    for seed in range(12):
        place = tmp_path / str(seed)
        home = Home(place / "home")
        home.ensure()
        history = History(home, context, seed)
        history.send()
        for number in range(STEPS):
            history.happen()
            outcome = refresh(home)
            header = header_of(release_path(home, outcome.release_id))
            told = (header["content_sha256"], header["release_sha256"])
            assert told == from_nothing(home, place / f"bare-{number}"), (seed, history.told)
