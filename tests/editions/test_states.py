"""The states of an edition: every step from every state is as written down here, and letters go on after Z."""

from hypothesis import given
from hypothesis import strategies as st

from warehouse.editions import states

# Worked out by hand from the way of an edition: 草稿 → 待审 → 已签发 → 被更正版替代 / 已撤回.
ALLOWED = {
    "": {"begin": "draft"},
    "discarded": {"begin": "draft"},
    "draft": {"change": "draft", "submit": "waiting", "discard": "discarded"},
    "waiting": {"return": "draft", "sign": "signed"},
    "signed": {"replace": "replaced", "withdraw": "withdrawn"},
    "replaced": {},
    "withdrawn": {},
}


def test_each_step_leads_where_it_should_and_no_other_is_there():
    found = {state: {} for state in states.STATES}
    for (state, step), then in states.NEXT.items():
        found[state][step] = then
    assert found == ALLOWED
    assert {step for steps in ALLOWED.values() for step in steps} == set(states.STEPS)


@given(st.lists(st.sampled_from(sorted(states.STEPS)), max_size=12))
def test_whatever_was_signed_stays_frozen_and_is_never_a_draft_again(steps):
    state, was_signed = "", False
    for step in steps:
        if step not in ALLOWED[state]:
            break
        state = ALLOWED[state][step]
        was_signed |= step == "sign"
        assert was_signed == (state in states.FROZEN)


def test_letters_follow_each_other_past_z():
    # A … Z are 1 … 26, AA is 27, AZ 52, BA 53.
    assert [states.next_letter(taken) for taken in ([], ["A"], ["A", "C"], ["Z"], ["AZ"])] == [
        "A",
        "B",
        "D",
        "AA",
        "BA",
    ]
