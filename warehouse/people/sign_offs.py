"""签发情况: of each report that stands in a release, whether it is signed, and by whom and when it was sent, passed, signed.

The release says which file stands; who did what lies on the desk and is put beside it here, never into it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from warehouse.home import Home
from warehouse.people import flow

SIGNED, PROVISIONAL, DOUBTFUL = "signed", "provisional", "doubtful"


@dataclass(frozen=True, slots=True)
class SignOff:
    """One report: whose, which form, its badge (a code of quality_code), and the last step of each kind by its label."""

    area_id: str
    area_zh: str
    form_zh: str
    badge_code: str
    by: Mapping[str, flow.Step]


def sign_offs(home: Home, accepted: Iterable[Mapping[str, Any]]) -> list[SignOff]:
    """The badge and the names of each of these rows of `read.submissions.accepted`, in their order.

    A report with a doubtful or held figure is 存疑 whoever signed it; one nobody signed is 初步.
    """
    rows = list(accepted)
    known = {one.track: one for one in flow.reports(home, {row["area_id"] for row in rows})} if rows else {}
    found = []
    for row in rows:
        report = known.get((row["area_id"], row["form_code"], row["month"]))
        by = dict(flow.signed_off_by(report.steps, row["sha256"])) if report else {}
        badge = DOUBTFUL if row["is_doubtful"] else SIGNED if "签发人" in by else PROVISIONAL
        found.append(SignOff(row["area_id"], row["area_zh"], row["form_zh"], badge, by))
    return found
