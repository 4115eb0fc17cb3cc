"""What is shown of one audit cannot be subtracted from the next: fewer than five persons more or less wait."""

from datetime import date
from decimal import Decimal

import polars as pl

from warehouse.payouts import declared
from warehouse.payouts.shown import to_be_shown

JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
SCHEMA = declared.relations()["finding"].polars_schema


def findings(*groups: tuple[str, str, date, range]) -> pl.DataFrame:
    """Unit, rule, month, persons; 50 yuan each. A person's number is also the line of the file."""
    rows = [
        {**dict.fromkeys(SCHEMA), "unit": unit, "rule_code": rule, "month": month, "person_key": person,
         "submission_no": month.month, "source_row": person, "money_yuan": Decimal(50)}
        for unit, rule, month, persons in groups for person in persons
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def counted(shown: pl.DataFrame) -> dict[tuple, int]:
    """Persons by unit and rule, and by unit and month."""
    found = {}
    for name in ("rule_code", "shown_month"):
        rows = shown.group_by("unit", name).agg(pl.col("person_key").n_unique()).iter_rows()
        found |= {(unit, each): count for unit, each, count in rows}
    return found


FIRST = findings(
    ("a", "death", JULY, range(12)), ("a", "twice", JULY, range(20, 23)), ("b", "death", JULY, range(40, 50))
)


def test_the_first_audit_is_shown_whole():
    assert counted(to_be_shown(FIRST, None)) == {
        ("a", "death"): 12, ("a", "twice"): 3, ("b", "death"): 10, ("a", JULY): 15, ("b", JULY): 10,
    }  # fmt: skip


def test_one_person_more_changes_nothing_that_is_shown_and_five_do():
    first = to_be_shown(FIRST, None)
    one = pl.concat([FIRST, findings(("a", "death", AUGUST, range(60, 61)))])
    second = to_be_shown(one, first)
    assert counted(second) == counted(first)
    # Four more: with the one that waited they are five, of August.
    four = pl.concat([one, findings(("a", "death", AUGUST, range(61, 65)))])
    assert counted(to_be_shown(four, second)) == counted(first) | {("a", "death"): 17, ("a", AUGUST): 5}


def test_one_person_less_stays_until_five_are_gone():
    first = to_be_shown(FIRST, None)
    assert counted(to_be_shown(FIRST.filter(pl.col("person_key") != 3), first)) == counted(first)
    gone = to_be_shown(FIRST.filter(~pl.col("person_key").is_in(range(5))), first)
    assert counted(gone) == counted(first) | {("a", "death"): 7, ("a", JULY): 10}


def test_six_more_of_which_one_is_of_another_month_wait_for_that_one():
    """Five of August and one of June: the rule by six and August by five would say that June has one more."""
    first = to_be_shown(FIRST, None)
    more = findings(("a", "death", AUGUST, range(60, 65)), ("a", "death", JUNE, range(65, 66)))
    second = to_be_shown(pl.concat([FIRST, more]), first)
    assert counted(second) == counted(first) | {("a", "death"): 17, ("a", AUGUST): 5}
    # One a month for five months is enough for the rule, and for no month: it is counted in none.
    apart = findings(
        *(("a", "death", date(2026, number, 1), range(70 + number, 71 + number)) for number in range(1, 6))
    )
    assert counted(to_be_shown(pl.concat([FIRST, apart]), first)) == counted(first) | {
        ("a", "death"): 17,
        ("a", None): 5,
    }


def test_whatever_is_planted_no_number_shown_moves_by_one_to_four_persons():
    """Ten audits, each with a few persons more and a few fewer, at random: every sum that is printed stands or leaps."""
    import random

    draw = random.Random(20261129)
    held, before, was = FIRST, None, {}
    for _ in range(10):
        more = [
            (draw.choice("ab"), draw.choice(["death", "twice", "low"]), date(2026, draw.randint(5, 8), 1), range(start, start + draw.randint(1, 7)))
            for start in (draw.randrange(100, 10_000) for _ in range(draw.randint(1, 5)))
        ]  # fmt: skip
        held = pl.concat([held.sample(fraction=0.95, seed=draw.randrange(99)), findings(*more)])
        shown = to_be_shown(held, before)
        sets = {
            (unit, each): set(part["person_key"])
            for name in ("rule_code", "shown_month")
            for (unit, each), part in shown.partition_by("unit", name, as_dict=True).items()
        }
        if before is not None:
            for cell in was.keys() | sets.keys():
                moved = was.get(cell, set()) ^ sets.get(cell, set())
                assert not moved or len(moved) >= 5, cell
        before, was = shown, sets
    # Nothing waits for ever: most of what stands is shown.
    assert before.height > 0.8 * held.height
