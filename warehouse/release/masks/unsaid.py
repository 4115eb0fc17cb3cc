"""What lies on the desk beside a release and speaks of figures that count persons: the same without the figures.

A correction names what a form says and what it should say, a returned report why. Whether the release masks the cell is
decided by a build; on the desk all of them are taken alike, so that nothing is told of which are small.
"""

from collections.abc import Mapping
from dataclasses import replace

from warehouse.catalog import Catalog
from warehouse.people.audit import AuditRow
from warehouse.people.proposals import CORRECTION, Proposal
from warehouse.release.attacker.stated import MONEY
from warehouse.release.masks.sentences import STAR, without_figures

HIDDEN_ZH = "涉及按人数统计的数，只对该单位和办理的人显示"
FIGURES, WORDS = ("expected_raw", "corrected_value"), ("was", "becomes", "reason")


def counts_persons(one: Proposal, catalog: Catalog) -> bool:
    """Whether a change corrects a figure that counts persons, or the money that gives them away."""
    return one.kind_code == CORRECTION and _is_of_persons(one.subject, catalog)


def place_of(one: Proposal, catalog: Catalog) -> tuple[str, ...]:
    """The unit a correction is about and the areas above it."""
    path, area_id = [], one.subject.split("|")[1]
    while area_id in catalog.areas:
        path.append(area_id)
        area_id = catalog.areas[area_id].parent_area_id or ""
    return tuple(path)


def without_numbers(one: Proposal) -> Proposal:
    """The correction with stars for what the form says and should say, and without the figures of its reasons."""
    becomes = {name: STAR if name in FIGURES and text else text for name, text in one.becomes.items()}
    steps = tuple(replace(step, reason_zh=without_figures(step.reason_zh)) for step in one.steps)
    return replace(one, becomes=becomes, steps=steps)


def details_of(row: AuditRow, catalog: Catalog) -> Mapping[str, object]:
    """The details of a step of the trail without such figures, for whoever keeps the trail and has no right to them."""
    is_told = _is_of_persons(row.subject, catalog) if "|" in row.subject else row.details.get("form") in _forms(catalog)
    if not is_told:
        return row.details
    return {
        name: without_figures(str(value)) if name in WORDS and value else value for name, value in row.details.items()
    }


def _is_of_persons(subject: str, catalog: Catalog) -> bool:
    code = (*subject.split("|"), "", "")[2]
    return code in MONEY or code in catalog.indicators and catalog.indicators[code].is_sensitive_persons


def _forms(catalog: Catalog) -> set[str | None]:
    return {one.form_code for one in catalog.indicators.values() if one.is_sensitive_persons} - {None}
