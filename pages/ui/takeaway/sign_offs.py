"""签发情况 for a page or a file: from the desk, only where people sign in, of the reports this reader's release holds."""

from datetime import date

from pages.ui.kit import reads
from pages.ui.kit.view import View
from warehouse.people.flow import SIGN_OFFS
from warehouse.people.sign_offs import SignOff, sign_offs
from warehouse.read.meta import catalog
from warehouse.read.month import submissions
from warehouse.settings import load_settings
from warehouse.wording.grammar.dates import instant_zh

HEADS = ("单位", "报表", "状态", *SIGN_OFFS)


def of_month(view: View, month: date | None) -> list[SignOff]:
    """The reports of a month with badge and names; none without sign-in, and none of the demonstration."""
    if month is None or view.kind != reads.REAL or load_settings().sign_in == "off":
        return []
    return sign_offs(reads.whole_home(view.kind), view.rows(submissions.accepted, city_area_id=view.city, month=month))


def texts(view: View, found: list[SignOff]) -> list[tuple[str, ...]]:
    """A row of texts for each, in the order of HEADS; a step nobody took is a dash."""
    badges = view.ask(catalog.code_labels, code_set="quality_code")
    return [
        (
            one.area_zh, one.form_zh, badges[one.badge_code],
            *(f"{step.name_zh} {instant_zh(step.at)}" if (step := one.by.get(label)) else "—" for label in SIGN_OFFS),
        )
        for one in found
    ]  # fmt: skip
