"""Routes that are made when somebody asks for one of them, or when there is time: a server listens without them."""

import importlib
import threading
from typing import Any

from starlette.routing import BaseRoute, Match, NoMatchFound, URLPath

_FOUND = "yanglao.late_route"


class Late(BaseRoute):
    """The routes that `routes()` of a module gives, for addresses that begin in one of these ways.

    What a module answers with is imported with it, which takes as long as half of a start.
    """

    def __init__(self, module: str, *beginnings: str) -> None:
        self._module, self._beginnings = module, beginnings
        self._routes: list[BaseRoute] | None = None
        self._making = threading.Lock()

    def make(self) -> list[BaseRoute]:
        """The routes, made once."""
        with self._making:
            if self._routes is None:
                self._routes = importlib.import_module(self._module).routes()
        return self._routes

    def matches(self, scope: Any) -> tuple[Match, dict]:
        """As the first of its routes that fits the address and the method, else the first that fits the address."""
        path = scope.get("path", "")
        if not any(path == each or path.startswith(f"{each}/") for each in self._beginnings):
            return Match.NONE, {}
        fitting = [(match, {**more, _FOUND: each}) for each in self.make() for match, more in [each.matches(scope)]]
        best = max((match for match, _ in fitting), key=lambda match: match.value, default=Match.NONE)
        return next((one for one in fitting if one[0] == best and best != Match.NONE), (Match.NONE, {}))

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Hand on to the route that was found."""
        await scope[_FOUND].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Nobody asks for addresses by name here."""
        raise NoMatchFound(name, path_params)
