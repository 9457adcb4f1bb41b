"""Great Expectations' expectations, without the half of their import that hardly one of them needs.

SciPy's statistics take as long to import as all the rest, and two expectations about distributions
read them: they are imported when one of these asks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_LATER = "scipy.stats"


def known_expectations() -> Any:
    """The module of all expectations, by their names."""
    with _postponed(_LATER):
        import great_expectations.expectations as gxe
    return gxe


@contextmanager
def _postponed(name: str) -> Iterator[None]:
    """Give who imports a module meanwhile one that is imported when it is first asked."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = _Postponed(name)
    try:
        yield
    finally:
        _forget(name)


class _Postponed(ModuleType):
    def __getattr__(self, asked: str) -> Any:
        # What the import system asks of every module is no use of it.
        if asked.startswith("__"):
            raise AttributeError(asked)
        _forget(self.__name__)
        return getattr(import_module(self.__name__), asked)


def _forget(name: str) -> None:
    if isinstance(sys.modules.get(name), _Postponed):
        del sys.modules[name]
