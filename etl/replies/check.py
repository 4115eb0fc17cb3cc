"""A draft held against what is known: each figure beside the one it should be, dates and hedges that are missing, text used before.

A figure is recognised by the words of its clause and by its unit; an equal value helps, and is never enough. What is
not recognised is said to be unknown: nothing is guessed.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from etl.replies.draft import Draft
from etl.replies.facts import DOCUMENT, Fact, known, label_of, unit_class
from etl.replies.numerals import LENGTHS, Numeral, numerals
from etl.replies.sense import other_sense
from warehouse.home import Home
from warehouse.read import Release
from warehouse.read.document import documents
from warehouse.read.place import areas
from warehouse.wording.desk import replies as words
from warehouse.wording.documents import short_title

SAME, OLDER, DIFFERS, LATER, UNKNOWN = "same", "older", "differs", "later", "unknown"
"""Verdicts: as last known, as once known and changed since, known with another value, of a time after all that is known,
not known."""
RECOGNISED, RECOGNISED_BY_WORDS = 0.5, 0.6
"""From here on a figure is a known one: with an equal value, and by its words alone."""
EQUAL_VALUE, NO_UNIT, OTHER_KIND, OTHER_PLACE, OUT_OF_FORCE = 0.3, 0.1, 0.6, 0.6, 0.2
"""What counts for a figure being a known one, and what against it."""
ENOUGH_PAIRS = 3
LEAST_SENTENCE, LEAST_PARAGRAPH, LEAST_SHARE = 12, 60, 0.5
_DATE = re.compile(r"\d{4}年|\d{4}[-.]\d{1,2}|截至\d|“?十[二三四五]五”?(?:期间|末)|[去今上]年(?:底|末)?")
_UNDATED = re.compile(r"截至目前|目前|近年来|现有|已建成")
_STATED = re.compile(r"截至\s*\d{4}年")
_STATED_TIME = re.compile(r"(\d{4})年(?:(\d{1,2})月)?(底|末)?")
_DEADLINE = re.compile(r"到(\d{4})年|(\d{4})年(?:底|末|以?前)")
_SPAN = re.compile("以来|累计|期间")
_GOES_ON = re.compile(r"^(?:最终|其中|共|并|同时)")
_SET = re.compile(
    r"每个?[^人天月年]|不低于|不少于|不超过|不高于|至少|最[高低多少]|标准|目标|计划|力争|预计|预期|约束|到\d{4}年|每人每[月年]"
)
_SENTENCES = re.compile(r"[^。；！？]+[。；！？]?")
_PLAIN = re.compile(r"[\s　“”\"‘’，,、：:；;。！!？?（）()]")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One figure of the draft with its verdict. right: what it should be held against; shown_zh: its clause, without names.

    notes_zh: what else is wrong: no date, a hedge lost or added. others: figures of the same thing, newest first.
    """

    numeral: Numeral
    verdict_code: str
    right: Fact | None
    others: tuple[Fact, ...]
    notes_zh: tuple[str, ...]
    shown_zh: str

    @property
    def is_fine(self) -> bool:
        return self.verdict_code == SAME and not self.notes_zh


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """A paragraph most of which stands word for word in an earlier document."""

    place: int
    source_id: str
    source_zh: str
    paragraph_no: int
    share: float
    start_zh: str


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A draft as checked, in the order of the draft.

    unread, uncompared: (paragraph, wording) of what is no single quantity, and of numerals in words, spans and ages that
    no document counts.
    """

    draft: Draft
    release_id: str
    is_demo: bool
    findings: tuple[Finding, ...]
    repeated: tuple[Repeated, ...]
    unread: tuple[tuple[int, str], ...]
    uncompared: tuple[tuple[int, str], ...]

    @property
    def summary_zh(self) -> str:
        """What was found, in one sentence."""
        notes = [note for one in self.findings for note in one.notes_zh]
        undated = sum(note.startswith(words.NO_DATE) for note in notes)
        return words.summary_zh(
            Counter(one.verdict_code for one in self.findings),
            undated=undated,
            hedges=sum(note.startswith(words.BEFORE) for note in notes),
            repeated=len(self.repeated),
        )

    @property
    def left_zh(self) -> list[str]:
        """What is not shown, not compared or not read: a sentence each."""
        hidden = words.hidden_zh(self.draft.hidden_count)
        return [*([hidden] if hidden else []), *words.left_zh(self.uncompared, self.unread)]

    def by_urgency(self) -> list[Finding]:
        """The figures, those to look at first; in the order of the draft within each kind."""
        order = (DIFFERS, OLDER, LATER, UNKNOWN, SAME)
        return sorted(self.findings, key=lambda one: (one.is_fine, order.index(one.verdict_code)))


def check(
    draft: Draft, home: Home | None, release: Release, *, city_area_id: str, besides: Sequence[str] = ()
) -> Checked:
    """A draft held against the release, the signed edition of the city and the published documents.

    Args:
        besides: documents that do not count: the draft's own, where it was published since.
    """
    facts = [one for one in known(home, release, city_area_id=city_area_id) if one.source_id not in besides]
    places = areas.names_elsewhere(release, city_area_id=city_area_id)
    sources = {row["source_id"]: short_title(row) for row in documents.sources(release).frame.to_dicts()}
    texts = {
        source_id: documents.paragraphs(release, source_id=source_id).frame.to_dicts()
        for source_id in sources
        if source_id not in besides
    }
    found, unread = numerals(draft.paragraphs)
    findings, uncompared = [], []
    for numeral in found:
        judged = _judged(numeral, facts, places, draft)
        # Spans, ages and numerals in words are counted things only where a document counts them; of 1+6 the first part
        # only where it is known by itself.
        is_loose = judged.verdict_code == UNKNOWN and (numeral.is_chinese or numeral.quantity.unit_zh in LENGTHS)
        if is_loose or judged.verdict_code != SAME and numeral.is_first_part:
            uncompared.append((numeral.place, numeral.wording))
        else:
            findings.append(judged)
    return Checked(
        draft=draft,
        release_id=release.release_id,
        is_demo=release.kind_code == "demo",
        findings=tuple(findings),
        repeated=tuple(_repeated(draft, texts, sources)),
        unread=tuple(unread),
        uncompared=tuple(uncompared),
    )


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _judged(numeral: Numeral, facts: Sequence[Fact], places: Collection[str], draft: Draft) -> Finding:
    found = _by_value(numeral, facts, draft)
    if found.verdict_code not in (SAME, OLDER) or found.right is None:
        return found
    # Of an older one the sentence that prints this number counts.
    same = next((one for one in (found.right, *found.others) if _agrees(numeral, one)), found.right)
    note = (
        other_sense(numeral, same, places)
        or _other_deadline(numeral, (found.right, *found.others))
        or (words.EARLIER_THAN_KNOWN if _is_earlier(numeral, same) else "")
    )
    return replace(found, verdict_code=DIFFERS, notes_zh=(note, *found.notes_zh)) if note else found


def _by_value(numeral: Numeral, facts: Sequence[Fact], draft: Draft) -> Finding:
    named = max((one.area_zh for one in facts if one.area_zh and one.area_zh in numeral.phrase), key=len, default="")
    scored = [(one, _likeness(numeral, one, named)) for one in facts]
    best, score = max(scored, key=lambda pair: (pair[1], _day(pair[0])), default=(None, 0.0))
    if best is None or score < (RECOGNISED if _agrees(numeral, best) else RECOGNISED_BY_WORDS):
        return _finding(numeral, UNKNOWN, None, (), draft)
    series = sorted((one for one in facts if one.series == best.series), key=_day, reverse=True)
    if best.kind_code != "actual":
        # A target or a standard does not grow old: the one the draft is about counts.
        right = next((one for one in (best, *series) if _agrees(numeral, one)), best)
        in_force = [pair for pair in scored if pair[0].series == best.series and not _has_ended(pair[0], numeral)]
        if _agrees(numeral, right) and _has_ended(right, numeral) and in_force:
            likest, _ = max(in_force, key=lambda pair: pair[1])
            return _finding(numeral, OLDER, likest, tuple(series), draft)
        return _finding(numeral, SAME if _agrees(numeral, right) else DIFFERS, right, tuple(series), draft)
    newest = series[0]
    # On one day several may be printed of a thing that has no name of its own: the likest counts.
    newest = best if best.as_of_on == newest.as_of_on else newest
    if _agrees(numeral, newest):
        verdict = SAME
    elif any(_agrees(numeral, one) for one in series):
        verdict = OLDER
    elif _SPAN.search(newest.name_zh) and not _SPAN.search(numeral.sentence):
        # What came together over years is not held against what one year brought.
        return _finding(numeral, UNKNOWN, None, (), draft)
    elif newest.as_of_on and (stated := _stated(numeral)) and stated > newest.as_of_on.replace(day=1):
        verdict = LATER
    else:
        verdict = DIFFERS
    return _finding(numeral, verdict, newest, tuple(series), draft)


def _finding(
    numeral: Numeral, verdict_code: str, right: Fact | None, others: tuple[Fact, ...], draft: Draft
) -> Finding:
    notes = [
        *_date_notes(numeral, right),
        *_hedge_notes(numeral, right, others),
        *_second_notes(numeral, right, others),
        *([words.LATER_THAN_KNOWN] if verdict_code == LATER else []),
    ]
    return Finding(
        numeral=numeral,
        verdict_code=verdict_code,
        right=right,
        others=tuple(one for one in others if one is not right),
        notes_zh=tuple(notes),
        shown_zh=_shown(numeral, draft),
    )


def _likeness(numeral: Numeral, fact: Fact, named: str) -> float:
    """How well the clause of a figure is that of a known one: 0 with another unit, about 1 for the same words.

    Args:
        named: the reporting unit the clause names; empty for none. A document may name one and count the city.
    """
    quantity = numeral.quantity
    if quantity.value is None or quantity.unit_zh and unit_class(quantity.unit_zh) != unit_class(fact.unit_zh):
        return 0.0
    # So much a person and month is no sum of money; the other way round, the words may say of how many.
    if "/" in quantity.unit_zh and "/" not in fact.unit_zh:
        return 0.0
    clause = _PLAIN.sub("", numeral.before + numeral.behind)
    printed = _PLAIN.sub("", fact.before + fact.behind)
    found = max(_alike(clause, printed), 0.9 * _within(_PLAIN.sub("", label_of(fact.name_zh)), clause))
    if not quantity.unit_zh:
        found -= NO_UNIT
    if fact.area_zh != named and (fact.area_zh or fact.origin != DOCUMENT):
        found -= OTHER_PLACE
    if _is_set(numeral) == (fact.kind_code == "actual"):
        found -= OTHER_KIND
    if _has_ended(fact, numeral):
        found -= OUT_OF_FORCE
    return found + (EQUAL_VALUE if found > 0.1 and _agrees(numeral, fact) else 0.0)


@lru_cache(maxsize=65536)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def _alike(one: str, other: str) -> float:
    """Share of neighbouring signs two clauses have in common; less where there are few to go by."""
    first, second = _pairs(one), _pairs(other)
    if not first or not second:
        return 0.0
    shared = len(first & second)
    return 2 * shared / (len(first) + len(second)) * min(1.0, shared / ENOUGH_PAIRS)


def _within(name: str, clause: str) -> float:
    """Share of a name's neighbouring signs that stand in the clause."""
    pairs = _pairs(name)
    return len(pairs & _pairs(clause)) / len(pairs) if len(pairs) > 1 else 0.0


def _is_set(numeral: Numeral) -> bool:
    """Whether the clause sets something (a target, a standard) and does not tell how things are."""
    return numeral.wording.endswith(("以上", "以下", "以内")) or bool(_SET.search(numeral.phrase))


def _agrees(numeral: Numeral, fact: Fact) -> bool:
    """Whether the printed value is the known one, as far as it is printed."""
    value = numeral.quantity.value
    return value is not None and fact.value is not None and abs(float(value) - fact.value) < numeral.step * 1.000001


def _day(fact: Fact) -> str:
    return fact.as_of_on.isoformat() if fact.as_of_on else ""


def _date_notes(numeral: Numeral, fact: Fact | None) -> list[str]:
    """That nobody can tell of which day the figure is; targets and standards need none."""
    if fact.kind_code != "actual" if fact else _is_set(numeral):
        return []
    if numeral.is_chinese or numeral.quantity.unit_zh in LENGTHS:
        return []
    sentence = numeral.sentence
    before = [one for one in _SENTENCES.findall(numeral.earlier) if one.strip()]
    if _GOES_ON.match(sentence) and before:
        sentence = before[-1] + sentence
    if _DATE.search(sentence) or _STATED.search(numeral.earlier):
        return []
    vague = _UNDATED.search(sentence)
    return [words.no_date(vague[0] if vague else "")]


def _has_ended(fact: Fact, numeral: Numeral) -> bool:
    """Whether this standard was no longer in force at the time the draft tells of: today, where it names none."""
    return fact.kind_code == "standard" and fact.as_of_on is not None and (_stated(numeral) or date.max) > fact.as_of_on


def _stated(numeral: Numeral) -> date | None:
    """The month of the time the draft gives the figure, a year's first one: the last it names before or beside it.

    None where neither its sentence nor the text before names one, and where it is no month.
    """
    head = numeral.sentence[: numeral.sentence.find(numeral.phrase) + len(numeral.phrase)]
    stated = _STATED_TIME.findall(head) or (
        _STATED_TIME.findall(numeral.earlier) if _STATED.search(numeral.earlier) else []
    )
    if not stated:
        return None
    year, month, end = stated[-1]
    number = int(month or (12 if end else 1))
    return date(int(year), number, 1) if int(year) and 1 <= number <= 12 else None


def _other_deadline(numeral: Numeral, facts: Sequence[Fact]) -> str:
    """That what is to be reached is known for another year than the draft gives; empty where it gives none, or that one."""
    head = numeral.sentence[: numeral.sentence.find(numeral.phrase) + len(numeral.phrase)]
    stated = [int(before or by) for before, by in _DEADLINE.findall(head)]
    known_for = [
        one.as_of_on.year
        for one in facts
        if one.kind_code in ("target", "plan") and one.as_of_on and _agrees(numeral, one)
    ]
    is_quoted = any(numeral.phrase in one.quote for one in facts)
    if not stated or not known_for or is_quoted or stated[-1] in known_for:
        return ""
    return words.other_deadline(known_for[0])


def _is_earlier(numeral: Numeral, fact: Fact) -> bool:
    """Whether the draft gives what is known of one day as known before it; a year alone is no day of it."""
    stated = _stated(numeral)
    if stated is None or fact.as_of_on is None or fact.kind_code != "actual" or numeral.phrase in fact.quote:
        return False
    is_before = stated < fact.as_of_on.replace(day=1)
    return is_before and (stated.year < fact.as_of_on.year or stated.month > 1)


def _hedge_notes(numeral: Numeral, fact: Fact | None, others: Sequence[Fact]) -> list[str]:
    """That the draft is surer, or less sure, than the figure it repeats."""
    agreeing = [one for one in ([fact, *others] if fact else []) if one is not None and _agrees(numeral, one)]
    if not agreeing:
        return []
    known_as = next((one for one in agreeing if one.qualifier == numeral.quantity.qualifier), agreeing[0])
    if known_as.qualifier == numeral.quantity.qualifier:
        return []
    if numeral.quantity.qualifier == "exact":
        return [words.hedge_lost(known_as.wording)]
    if known_as.qualifier == "exact":
        return [words.hedge_added(known_as.wording)]
    return [words.hedge_changed(known_as.wording)]


def _second_notes(numeral: Numeral, fact: Fact | None, others: Sequence[Fact]) -> list[str]:
    """That months and the signed edition do not say the same of one month: whoever signs has to know of both."""
    if fact is None or fact.origin == DOCUMENT:
        return []
    second = next(
        (
            one
            for one in others
            if one.origin not in (DOCUMENT, fact.origin)
            and one.as_of_on == fact.as_of_on
            and one.wording != fact.wording
        ),
        None,
    )
    return [words.second_zh(right_zh(second))] if second else []


def right_zh(fact: Fact) -> str:
    """A known figure with where it is from."""
    return words.right_zh(fact.wording, origin_zh(fact))


def _shown(numeral: Numeral, draft: Draft) -> str:
    """The clause of a figure as it may be shown."""
    paragraph = draft.shown[numeral.place - 1]
    clause = f"{numeral.before[-14:]}{numeral.wording}{numeral.behind[:10]}"
    return clause if paragraph == draft.paragraphs[numeral.place - 1] else numeral.wording


# ── text used before ─────────────────────────────────────────────────────────────────────────────────────────────────


def _sentences(text: str) -> list[str]:
    """Sentences long enough to be somebody's, without marks."""
    plain = (_PLAIN.sub("", one) for one in _SENTENCES.findall(text))
    return [one for one in plain if len(one) >= LEAST_SENTENCE]


def _repeated(draft: Draft, texts: Mapping[str, Sequence[Mapping]], sources: Mapping[str, str]) -> list[Repeated]:
    """Paragraphs of the draft that stand, for the most part, in one paragraph of an earlier document."""
    stands_in: dict[str, set[tuple[str, int]]] = {}
    for source_id, rows in texts.items():
        for row in rows:
            for one in _sentences(row["text_zh"]):
                stands_in.setdefault(one, set()).add((source_id, row["paragraph_no"]))
    found = []
    for place, paragraph in enumerate(draft.paragraphs, start=1):
        own = _sentences(paragraph)
        length = sum(map(len, own))
        shared: Counter[tuple[str, int]] = Counter()
        for one in own:
            for where in stands_in.get(one, ()):
                shared[where] += len(one)
        (source_id, number), most = max(shared.items(), key=lambda pair: pair[1], default=(("", 0), 0))
        if length >= LEAST_PARAGRAPH and most >= LEAST_SHARE * length:
            found.append(
                Repeated(
                    place=place, source_id=source_id, source_zh=sources[source_id], paragraph_no=number,
                    share=most / length, start_zh=draft.shown[place - 1][:20],
                )
            )  # fmt: skip
    return found


def origin_zh(fact: Fact) -> str:
    """Where a fact is from and of when: "截至2025年7月9日，濮阳 2025年答复（408号）"."""
    return f"{fact.when_zh}，{fact.source_zh}"
