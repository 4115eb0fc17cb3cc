"""Clean forms damaged as clerks damage them: a sample in every run of the tests, all of them with --full."""

from tests.mutate_forms import SAMPLED, mutate


def test_no_damage_passes_in_silence_and_what_is_harmless_is_taken(full):
    found = mutate(is_full=full)
    assert found.count >= (2000 if full else SAMPLED)
    assert found.silent == []
    assert len(found.refused) <= 0.02 * found.harmless, found.refused
