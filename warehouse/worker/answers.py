"""What may come back from a worker: a result of plain data, an exception of ours, or the reason why there is none."""

import dataclasses
import importlib
import io
import pickle
from typing import Any

from warehouse.errors import QueryStopped


class JobStopped(QueryStopped):
    """A job was ended before it gave a result; the text says why in Chinese.

    reason: deadline, memory, cancelled, too_large (of the result), busy (no place became free), killed (from outside), crashed.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class JobFailed(Exception):  # noqa: N818
    """The function raised something nobody expected; `trace` is the traceback on the far side."""

    def __init__(self, text: str, trace: str) -> None:
        super().__init__(text)
        self.trace = trace


class _PlainUnpickler(pickle.Unpickler):
    """Reads plain data and our dataclasses, nothing that could run code."""

    plain = {("datetime", name) for name in ("date", "datetime", "time", "timedelta", "timezone")} | {
        ("decimal", "Decimal"),
        ("builtins", "set"),
        ("builtins", "frozenset"),
        ("builtins", "complex"),
        ("builtins", "bytearray"),
        ("copyreg", "_reconstructor"),
        ("builtins", "object"),
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in self.plain:
            return super().find_class(module, name)
        if module.split(".")[0] in ("warehouse", "etl"):
            found = super().find_class(module, name)
            if isinstance(found, type) and dataclasses.is_dataclass(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not plain data")


def plain_data(content: bytes | bytearray) -> Any:
    """The result a job sent. Raises JobFailed when it holds anything but plain data."""
    try:
        return _PlainUnpickler(io.BytesIO(content)).load()
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError) as error:
        raise JobFailed(f"result is not plain data: {error}", "") from error


def as_raised(described: dict) -> Exception:
    """The exception the function raised: our own class with its text, else JobFailed."""
    if described["module"].split(".")[0] in ("warehouse", "etl"):
        found = getattr(importlib.import_module(described["module"]), described["name"], None)
        if isinstance(found, type) and issubclass(found, Exception):
            try:
                return found(described["text"])
            except TypeError:
                return JobFailed(f"{described['name']}: {described['text']}", described["trace"])
    return JobFailed(f"{described['name']}: {described['text']}", described["trace"])
