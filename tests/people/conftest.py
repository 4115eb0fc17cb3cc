"""What tests about people share: what forms are judged by, and a home in which 清丰县 has reported a month."""

import shutil
from datetime import UTC, datetime, time, timedelta

import pytest

from etl.months.month_frames import make_context
from etl.months.received import Incoming, receive
from etl.months.reporting import send
from etl.refresh import refresh
from tests.build.test_months import JULY, paper
from tests.clean_forms import FORMS, UNIT, clean, month_of
from tests.forms import draw, to_xlsx
from tests.homes import built_once
from warehouse.home import Home
from warehouse.month import add_months
from warehouse.people import flow
from warehouse.release.publishing import drafts

DUE = add_months(datetime.now(UTC).date().replace(day=1), -1)
"""The month that is due now."""


@pytest.fixture(scope="session")
def months_home(context, real_home, run_folder):
    """The real release, and 清丰县's four forms of the month before the one that is due. Only for reading."""

    def build(made: Home) -> None:
        shutil.copytree(real_home.root, made.root)
        number = (DUE.year - 2023) * 12 + DUE.month - 2
        at = datetime.combine(DUE, time(3), UTC) + timedelta(days=2)
        drawn = {form: to_xlsx(draw(*clean(form, number, context))) for form in FORMS}
        receive(made, [Incoming(name=f"{form}.xlsx", data=drawn[form], received_at=at) for form in drawn], who="收件箱")
        refresh(made)

    return built_once(run_folder / "one-month", build)


@pytest.fixture(scope="session")
def drafted(catalog, real_home, run_folder):
    """A home with sign-in: the first release without months is current; one signed form waits in a draft."""
    home = built_once(run_folder / "drafted", lambda made: _draft(made, real_home, catalog))
    return home, drafts.draft_id(home)


def _draft(home: Home, real_home: Home, catalog) -> None:
    from tests.people.test_reporting import person

    track = (UNIT, "facility", month_of(JULY))
    shutil.copytree(real_home.root, home.root)
    home.ensure()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YANGLAO_SIGN_IN", "local")
        patch.setenv("YANGLAO_HOME", str(home.root))
        context = make_context(catalog)
        send(home, to_xlsx(paper("facility", JULY, context)), "七月.xlsx", person=person(home), context=context)
        for step in ("pass", "sign"):
            seen = flow.report(home, track).last.number
            flow.decide(home, track, step, seen=seen, who=step, name_zh="某")
        outcome = refresh(home)
        again = refresh(home)
    assert not outcome.published and "还没有发布" in outcome.sentence_zh
    assert "仍在等待发布" in again.sentence_zh and again.release_id == outcome.release_id == drafts.draft_id(home)
