"""Clean forms damaged as clerks damage them: a sample in every run of the tests, all of them with --full."""

import pytest

from tests.mutate_forms import SAMPLED, mutate


@pytest.mark.dear
def test_no_damage_passes_in_silence_and_what_is_harmless_is_taken(full):
    found = mutate(is_full=full)
    assert found.count >= (2000 if full else SAMPLED)
    assert not found.silent
    # Listed with their reasons: figures of nearly one size, and first months, that nobody can tell apart.
    assert len(found.alike) <= 0.02 * found.count, found.alike
    assert len(found.refused) <= 0.02 * found.harmless, found.refused
