"""What tests about people share: what forms are judged by, and a home in which 清丰县 has reported a month."""

import shutil
from datetime import UTC, datetime, time, timedelta

import pytest

from etl.months.month_frames import make_context
from etl.months.received import Incoming, receive
from etl.reference import load_reference
from etl.refresh import refresh
from tests.clean_forms import FORMS, clean
from tests.forms import draw, to_xlsx
from warehouse.home import Home
from warehouse.month import add_months

DUE = add_months(datetime.now(UTC).date().replace(day=1), -1)
"""The month that is due now."""


@pytest.fixture(scope="session")
def reference(catalog):
    return load_reference(catalog)


@pytest.fixture(scope="session")
def context(catalog, reference):
    return make_context(catalog, reference)


@pytest.fixture(scope="session")
def months_home(context, real_home, tmp_path_factory):
    """The real release, and 清丰县's four forms of the month before the one that is due. Only for reading."""
    made = Home(tmp_path_factory.mktemp("months") / "home")
    shutil.copytree(real_home.root, made.root)
    number = (DUE.year - 2023) * 12 + DUE.month - 2
    at = datetime.combine(DUE, time(3), UTC) + timedelta(days=2)
    drawn = {form: to_xlsx(draw(*clean(form, number, context))) for form in FORMS}
    receive(made, [Incoming(name=f"{form}.xlsx", data=drawn[form], received_at=at) for form in drawn], who="收件箱")
    refresh(made)
    return made
