"""A sample of the trials in every run of the tests, always the same; all of them with --full, others each time."""

import random

import pytest

from tests.faults.trials import SAMPLE, WHOLE, run

SEED = 14


@pytest.mark.bar("DQ14")
def test_no_fault_loses_a_figure_or_makes_a_wrong_one_and_every_refusal_is_in_words(full):
    seed = random.SystemRandom().randrange(10**6) if full else SEED
    tallies = run(WHOLE if full else SAMPLE, seed=seed)
    assert [bad for tally in tallies for bad in tally.bad] == [], f"seed {seed}"
    assert {tally.name for tally in tallies if not tally.count} == set()
