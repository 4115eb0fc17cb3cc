"""The checklist before signing: errors that block, and warnings that are taken note of one by one.

Every finding has a key made of what it says: a warning that says something else later has to be taken note of again.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from warehouse.desk.received import ReceivedLog
from warehouse.editions import compose, questions, sections, written
from warehouse.editions.compose import Composed
from warehouse.editions.content import Content
from warehouse.editions.identity import Identity
from warehouse.editions.record import Edition
from warehouse.errors import PaperError, ReleaseMissing
from warehouse.home import Home
from warehouse.paper.files.word import read_template
from warehouse.people import flow
from warehouse.read import Release, Releases
from warehouse.release.publishing.publish import current_pointer
from warehouse.wording.desk import editions as words
from warehouse.wording.grammar.dates import date_zh, month_zh

_KEY_LETTERS = 10


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the checklist: its key, what is so, what to do."""

    key: str
    kind_code: str
    text_zh: str
    remedy_zh: str = ""


@dataclass(frozen=True, kw_only=True)
class Checklist:
    """Errors block; warnings must each be in `noted` (their keys) before anybody can sign."""

    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    noted: frozenset[str]
    composed: Composed | None = None

    @property
    def waiting(self) -> tuple[Finding, ...]:
        """Warnings nobody took note of yet."""
        return tuple(one for one in self.warnings if one.key not in self.noted)

    @property
    def may_be_signed(self) -> bool:
        return not self.errors and not self.waiting


def check(home: Home, releases: Releases, edition: Edition, *, today: date) -> Checklist:
    """The checklist of a draft as of now; what stands in the way of composing it at all is an error of it."""
    noted = frozenset(one.warning_key for one in written.noted(home, edition.key))
    try:
        template = template_of(home, edition)
        composed = compose.compose(home, releases, edition, today=today, template=template)
        with releases.acquire(edition.settings.release_id) as release:
            errors = tuple(_errors(home, release, edition, composed, today))
            warnings = tuple(_warnings(home, release, edition, composed))
    except (PaperError, ReleaseMissing) as fault:
        return Checklist(errors=(_finding("fault", str(fault)),), warnings=(), noted=noted)
    return Checklist(errors=errors, warnings=warnings, noted=noted, composed=composed)


def template_of(home: Home, edition: Edition) -> bytes | None:
    """The bureau's Word template of a draft; None for the default one.

    Raises:
        PaperError: it is gone or was changed since it was chosen.
    """
    settings = edition.settings
    if not settings.template_name:
        return None
    held = read_template(home.templates / settings.template_name)
    if hashlib.sha256(held).hexdigest() != settings.template_sha256:
        raise PaperError(
            f"模板 {settings.template_name}：起草之后改过，与选用时不同，没有签发。请打开草稿重新选用模板、看过样子再送审"
        )
    return held


def withdrawn_batches(home: Home, content: Content) -> list[str]:
    """A sentence for each received batch in an edition that was withdrawn since it was made; a scope has no log."""
    return _withdrawn(home, content.batches)


def _errors(home: Home, release: Release, edition: Edition, composed: Composed, today: date) -> Iterator[Finding]:
    content = composed.content
    for cell in _own_cells(content):
        if cell["status_code"] in ("withheld", "returned"):
            label = content.indicators[cell["indicator_code"]]["label_zh"]
            what = "暂缓采用（待说明）" if cell["status_code"] == "withheld" else "已退回"
            yield _finding("held", f"{cell['area_zh']}{label}{what}", "请单位说明或更正，更新后换用新批次")
    yield from _unsigned(home, release, edition, content)
    for section in content.briefing.sections:
        if not any(paragraph.text.strip() for paragraph in section.paragraphs):
            yield _finding("empty", f"“{section.title_zh}”没有文字", "请写上，或不选这一节")
    yield from _failed(release, edition, content)
    for one in questions.of_place(home, city_area_id=edition.identity.city_area_id, area_id=edition.identity.area_id):
        if one.is_overdue(today):
            said = f"追问{one.number}（{one.owner_zh}，期限{date_zh(one.due_on)}）逾期未答复：{one.text_zh}"
            yield _finding("question", said, "请责任单位答复后再签")
    for text in composed.doubts_zh:
        yield _finding("doubt", text, "没有凭证的数不能印发：请改为批次里的数，或改成汉字（如“三项”）、删去")
    for key in composed.stale:
        yield _finding("stale", f"改写的段落“{key}”在现在的稿子里没有了（换了批次或节）", "请打开改稿核对后重存")
    for text in _withdrawn(home, content.batches):
        yield _finding("withdrawn", text, f"请运行 {home.refresh_command}，再换用新批次")


def _own_cells(content: Content) -> list[Mapping]:
    """The cells an edition prints: all of the city's, or the unit's own."""
    own = content.edition
    return [cell for cell in content.cells if own.is_city or cell["area_id"] == own.area_id]


def _unsigned(home: Home, release: Release, edition: Edition, content: Content) -> Iterator[Finding]:
    """Reports of the month that go through review and were not signed by a 签发人."""
    units = [unit["area_id"] for unit in content.units]
    names = {unit["area_id"]: unit["short_name_zh"] for unit in content.units}
    forms = release.rows("select code, label_zh from meta.code where code_set = 'form_code'").frame
    titles = dict(zip(forms["code"], forms["label_zh"], strict=True))
    own = edition.identity
    for one in reversed(flow.reports(home, units if own.is_city else [own.area_id])):
        area_id, form_code, month = one.track
        if month == content.data_month and one.state_code not in ("signed", "published"):
            what = f"{names.get(area_id, area_id)}《{titles.get(form_code, form_code)}》是“{flow.STATES[one.state_code]}”，没有签发"
            yield _finding("unsigned", what, "请审核、签发这张报表，发布后换用新批次")


def _failed(release: Release, edition: Edition, content: Content) -> Iterator[Finding]:
    own = edition.identity
    frame = release.rows(
        """
        select a.short_name_zh as area_zh, i.sentence_zh, i.remedy_zh
        from meta.issue as i
        inner join core.dim_area as a on a.area_id = i.area_id
        where i.is_open and i.severity_code = 'blocking' and i.month = $month
            and ((a.city_area_id = $city and $area = $city) or a.area_id = $area or a.parent_area_id = $area)
        order by a.sort_order, i.issue_id
        """,
        {"month": content.data_month, "city": own.city_area_id, "area": own.area_id},
    ).frame
    for row in frame.iter_rows(named=True):
        yield _finding("failed", f"{row['area_zh']}有没有通过的检查：{row['sentence_zh']}", row["remedy_zh"] or "")


def _withdrawn(home: Home, batches: Sequence[str]) -> list[str]:
    if not home.desk.exists():
        return []
    return [
        f"收件批次 {one.batch_id} 已撤销（{one.withdrawn_reason}），本版的数里还有它的报表"
        for one in ReceivedLog(home).batches()
        if one.withdrawn_at is not None and one.batch_id in batches
    ]


def _warnings(home: Home, release: Release, edition: Edition, composed: Composed) -> Iterator[Finding]:
    content, own = composed.content, edition.identity
    yield from _by_quality(content, "provisional", "是初步数")
    yield from _by_quality(content, "doubtful", "是存疑数")
    since = content.since
    if not any(section.code == sections.CHANGES for section in content.briefing.sections):
        for one in since.restated:
            yield _finding(
                "restated",
                f"{one.area_zh}{one.indicator_zh}{one.when_zh}由{one.old_zh}改为{one.new_zh}，文中没有提到",
                "请加上“与上期相比”一节，或确认不提",
            )
    for text in since.definitions_zh:
        yield _finding("definition", f"口径有变化：{text}", "请在文中说明，或确认")
    for text in since.targets_zh:
        yield _finding("target", f"目标有变化：{text}", "请在文中说明，或确认")
    yield from _missing(composed, own)
    if content.is_without_news:
        yield _finding("no_news", f"{month_zh(own.month)}没有新数据，全文沿用{month_zh(content.data_month)}的数", "")
    pointer = current_pointer(home)
    if pointer is not None and pointer.release_id != content.release_id:
        yield _finding(
            "older",
            f"所用批次 {content.release_id} 不是现行批次（{pointer.release_id}）",
            "换用现行批次，或确认用旧批次",
        )
    for which_zh, one in ((words.LAST_ZH, since), (words.REPLACED_ZH, content.corrected)):
        if one.is_beyond:
            said = f"{which_zh} {one.edition_zh} 的批次 {one.release_id} 不在本机，不能逐数比对"
            yield _finding("gone", said, "确认不比对")


def _missing(composed: Composed, own: Identity) -> Iterator[Finding]:
    """One line a unit that did not report, with the forms."""
    forms: dict[str, list[str]] = {}
    for row in composed.facts.reports:
        if row["received_at"] is None and (own.is_city or row["area_id"] == own.area_id):
            title = composed.facts.forms_zh.get(row["form_code"], row["form_code"])
            forms.setdefault(row["area_zh"], []).append(f"《{title}》")
    month = month_zh(composed.content.data_month)
    for area_zh, titles in forms.items():
        yield _finding("missing", f"{area_zh}{month}未报：{'、'.join(titles)}", "确认缺报照发，或催报")


def _by_quality(content: Content, quality_code: str, said_zh: str) -> Iterator[Finding]:
    """One line an indicator of which figures in the edition have that quality, with the places."""
    places: dict[str, list[str]] = {}
    for cell in _own_cells(content):
        if cell["quality_code"] == quality_code and cell["value"] is not None:
            places.setdefault(cell["indicator_code"], []).append(
                "全市" if cell["level_code"] == "city" else cell["area_zh"]
            )
    for code, names in places.items():
        label = content.indicators[code]["label_zh"]
        yield _finding(
            quality_code, f"{label}{said_zh}：{'、'.join(names)}", "确认可以发，之后更正的会列在下期“与上期相比”"
        )


def _finding(kind_code: str, text_zh: str, remedy_zh: str = "") -> Finding:
    key = hashlib.sha256(f"{kind_code}\n{text_zh}".encode()).hexdigest()[:_KEY_LETTERS]
    return Finding(key=f"{kind_code}-{key}", kind_code=kind_code, text_zh=text_zh, remedy_zh=remedy_zh)
