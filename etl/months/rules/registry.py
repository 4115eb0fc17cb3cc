"""The list of rule functions; `etl/rules.toml` declares what each of them says."""

from collections.abc import Callable

FUNCTIONS: dict[str, Callable] = {}


def rule(code: str) -> Callable[[Callable], Callable]:
    """Registers the function of a rule. A rule has one function, a function may serve several rules."""

    def register(function: Callable) -> Callable:
        if code in FUNCTIONS:
            raise ValueError(f"rule {code} has two functions")
        FUNCTIONS[code] = function
        return function

    return register
