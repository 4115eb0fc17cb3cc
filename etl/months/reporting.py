"""A unit's own people send its forms: checked against all that was received of the unit, stored, entered, receipted."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from etl.months.check import Checked, Known, check_file
from etl.months.model import Context
from etl.months.received import Incoming, receive
from warehouse.errors import FormError
from warehouse.home import Home
from warehouse.people import audit, flow
from warehouse.people.sent_receipts import receipts_of
from warehouse.people.sessions import Person
from warehouse.settings import Settings


@dataclass(frozen=True, kw_only=True)
class SentForm:
    """The receipt of one form: what of whom for which month, the SHA-256 of the file, when and by whom it was sent.

    `code` is its number, `text` the whole of it as a file, both to be verified later by `people.sent_receipts`.
    """

    area_id: str
    unit_zh: str
    form_code: str
    month: date
    sha256: str
    sent_at: datetime
    who: str
    name_zh: str
    code: str = ""
    text: str = ""


def units_of(person: Person) -> tuple[str, ...]:
    """The units the person may report for today."""
    return tuple(dict.fromkeys(one.area_id for one in person.held if one.area_id and person.may("report", one.area_id)))


def check_own(
    home: Home, data: bytes, name: str, *, units: Sequence[str], context: Context, settings: Settings | None = None
) -> Checked:
    """What would become of a file that these units' people send; of other units' forms nothing is told."""
    return check_file(
        data, name, context=context, known=Known.RECEIVED, home=home, settings=settings, own=units, is_here=True
    )


def send(
    home: Home,
    data: bytes,
    name: str,
    *,
    person: Person,
    context: Context,
    reason_zh: str = "",
    address: str = "",
    settings: Settings | None = None,
) -> list[SentForm]:
    """Take a file of the person's own unit: bytes to the archive, its forms entered as sent; their receipts.

    A program that ends between the two leaves a file nobody passed: sent again, it is entered; otherwise the next
    refresh lets the reviewers find it.

    Raises:
        FormError: a form in it is another unit's, or none of them could be taken; nothing was stored.
        HomeError: it could not be stored.
    """
    units = units_of(person)
    if not units:
        raise FormError("您没有填报的角色，不能报送。请管理员授予填报员角色")
    checked = check_own(home, data, name, units=units, context=context, settings=settings)
    if checked.others_zh:
        audit.record(
            home, "refused", who=person.login, address=address, subject="报送", details={"why": checked.others_zh}
        )
        raise FormError("没有报送：" + "；".join(checked.others_zh))
    good = [form for form in checked.forms if form.state_code != "returned" and form.unit_id in units and form.month]
    if not good:
        raise FormError("没有报送：文件里没有一张可以收的报表。请按检查结果更正后再报")
    sha256 = hashlib.sha256(data).hexdigest()
    tracks = list(dict.fromkeys((form.unit_id, form.form_code, form.month) for form in good))
    _refuse_needless(home, tracks, sha256)
    flow.begin(home)
    now = datetime.now(UTC)
    receive(home, [Incoming(name=name, data=data, received_at=now)], who=person.login)
    flow.send(
        home, tracks, sha256=sha256, who=person.login, name_zh=person.name_zh, reason_zh=reason_zh, address=address
    )
    names = {form.unit_id: form.unit_zh for form in good}
    return [
        SentForm(
            area_id=one.step.track[0], unit_zh=names[one.step.track[0]], form_code=one.step.track[1],
            month=one.step.track[2], sha256=sha256, sent_at=one.step.at, who=person.login, name_zh=person.name_zh,
            code=one.code, text=one.text,
        )
        for one in receipts_of(home, sha256, tracks)
    ]  # fmt: skip


def _refuse_needless(home: Home, tracks: Sequence[flow.Track], sha256: str) -> None:
    """The same file twice is no second report, unless it was returned and is meant to stand after all."""
    for track in tracks:
        known = flow.report(home, track)
        if known is None or known.last.sha256 != sha256 or known.state_code == "returned":
            return
    first = flow.report(home, tracks[0])
    raise FormError(
        f"没有报送：这个文件{first.last.name_zh}已报过，现在是“{flow.STATES[first.state_code]}”。有改动请存盘后再报"
    )
