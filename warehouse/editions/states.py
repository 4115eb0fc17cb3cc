"""The states of an edition and the steps between them; a step that is not here is refused."""

from collections.abc import Iterable

NOTHING, DRAFT, WAITING, SIGNED, REPLACED, WITHDRAWN, DISCARDED = (
    "", "draft", "waiting", "signed", "replaced", "withdrawn", "discarded",
)  # fmt: skip
STATES = {
    NOTHING: "未起草",
    DRAFT: "草稿",
    WAITING: "待审",
    SIGNED: "已签发",
    REPLACED: "被更正版替代",
    WITHDRAWN: "已撤回",
    DISCARDED: "已作废的草稿",
}
STEPS = {
    "begin": "起草",
    "change": "修改",
    "submit": "送审",
    "return": "退回",
    "sign": "签发",
    "replace": "被更正版替代",
    "withdraw": "撤回",
    "discard": "作废草稿",
}
NEXT = {
    (NOTHING, "begin"): DRAFT,
    (DISCARDED, "begin"): DRAFT,
    (DRAFT, "change"): DRAFT,
    (DRAFT, "submit"): WAITING,
    (DRAFT, "discard"): DISCARDED,
    (WAITING, "return"): DRAFT,
    (WAITING, "sign"): SIGNED,
    (SIGNED, "replace"): REPLACED,
    (SIGNED, "withdraw"): WITHDRAWN,
}
OPEN = frozenset({DRAFT, WAITING})
"""Being written: one of them for a place and month at a time."""
FROZEN = frozenset({SIGNED, REPLACED, WITHDRAWN})
"""Signed once: its bytes stay, whatever comes after."""


def state_after(steps: Iterable[str]) -> str:
    """The state these steps lead to, from nothing.

    Raises:
        KeyError: one of them may not follow the others.
    """
    state = NOTHING
    for step_code in steps:
        state = NEXT[state, step_code]
    return state


def next_letter(taken: Iterable[str]) -> str:
    """The letter after those that stand: A … Z, AA …"""
    number = 1 + max((_number(one) for one in taken), default=0)
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
