"""Current records as matching reads them, and the identifiers that point to a person."""

from __future__ import annotations

from pathlib import Path

from cdp.engine import Engine, load
from cdp.resolve.folding import FUNCTIONS
from cdp.resolve.settings import ResolveSettings

_SQL = Path(__file__).parent / "sql"


def build_identifiers(engine: Engine, *, settings: ResolveSettings) -> None:
    """Make ``identity.identifiers`` and ``identity.records`` from the current records.

    Identifiers that too many people hold are generic: they stay in ``identity.identifiers``,
    with the reason, but matching does not see them.
    """
    for function in FUNCTIONS:
        engine.register(function)
    limits = {
        "max_names": settings.max_names_per_identifier,
        "max_nameless": settings.max_nameless_records_per_identifier,
    }
    engine.replace(load(_SQL / "identifiers.sql"), values=limits)
    engine.replace(load(_SQL / "records.sql"))
