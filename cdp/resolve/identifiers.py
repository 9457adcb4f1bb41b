"""Current records as matching reads them, and the identifiers that point to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cdp.engine import Engine, Scalar, load
from cdp.resolve.attribute_values import MATCHING_ATTRIBUTE
from cdp.resolve.attributes import identifiers_of, listed
from cdp.resolve.folding import FUNCTIONS, mailbox
from cdp.resolve.settings import ResolveSettings

_SQL = Path(__file__).parent / "sql"


def build_identifiers(engine: Engine, *, settings: ResolveSettings) -> None:
    """Make ``identity.identifiers``, ``records`` and ``attributes`` from the current records.

    Identifiers that too many people hold are generic: they stay in ``identity.identifiers``,
    with the reason, but matching does not see them. Values that the project blocks are generic,
    those that it allows never are; both lists are given normalised, as records are.
    """
    for function in (*FUNCTIONS, MATCHING_ATTRIBUTE):
        engine.register(function)
    limits: dict[str, Scalar] = {
        "max_names": "\n".join(f"{kind}:{most}" for kind, most in settings.max_names.items()),
        "max_nameless": settings.max_nameless_records_per_identifier,
        "allowed": _listed(settings.allow),
        "blocked": _listed(settings.block),
        "identifying": "\n".join(identifiers_of(settings.compare)),
    }
    engine.replace(load(_SQL / "identifiers.sql"), values=limits)
    engine.replace(load(_SQL / "records.sql"))
    engine.replace(load(_SQL / "attributes.sql"), values={"compared": listed(settings.compare)})


def _listed(lists: Mapping[str, Sequence[str]]) -> str:
    """One `kind:value` a line, emails as the mailboxes that they are delivered to."""
    lines = [
        f"{kind}:{(mailbox(value) or value) if kind == 'email' else value}"
        for kind, values in lists.items()
        for value in values
    ]
    return "\n".join(lines)
