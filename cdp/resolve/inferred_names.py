"""Names that a mailbox or a handle reveals, read with the names that the records themselves state.

*mary.oneil84* is Mary Oneil wherever *mary* is known as a first name and *oneil* as a surname.
Nothing is guessed that no record states: a dictionary of another country or another customer base
would be wrong sooner or later, and the records bring their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from cdp.engine import SqlFunction
from cdp.resolve.nicknames import name_forms

Name = tuple[str | None, str | None]
"""First name (or its initial) and surname; null where nothing is told."""

_NOTHING: Name = (None, None)
_LETTERS = re.compile(r"[^a-z]+")
_SHORTEST_SURNAME = 3
_SHORTEST_GIVEN = 3


@dataclass(frozen=True)
class NameDictionary:
    """How many records state each first name and each surname, folded."""

    given: Mapping[str, int] = field(default_factory=dict)
    surname: Mapping[str, int] = field(default_factory=dict)

    def read(self, account: str, given: str | None, surname: str | None) -> Name:
        """The name that an account (a mailbox without its domain, a handle) tells.

        Where the record states one half of the name, the account tells only the other, and only
        if it holds the stated half. Among several readings the one of the commonest names counts;
        ties go to the reading with the longer first name.

        >>> known = NameDictionary({"mary": 9, "al": 2}, {"oneil": 4, "berg": 3})
        >>> known.read("mary.oneil84", None, None), known.read("moneil", None, None)
        (('mary', 'oneil'), ('m', 'oneil'))
        >>> known.read("bergmary", None, None), known.read("info", None, None)
        (('mary', 'berg'), (None, None))
        >>> known.read("mary.oneil", "m", "oneil"), known.read("al.oneil", "m", "oneil")
        (('mary', 'oneil'), ('m', 'oneil'))
        >>> known.read("m_sorensen", "mary", None), known.read("oneil.al", None, "oneil")
        (('mary', 'sorensen'), ('al', 'oneil'))
        """
        parts = [part for part in _LETTERS.split(account) if part]
        is_initial = given is not None and len(given) == 1
        if not parts or (given and surname and not is_initial):
            return given, surname
        if given and is_initial:
            beside = self._given_beside(parts, surname) if surname else None
            one, other = (beside, surname) if surname else self._both(parts)
            if one is None or not one.startswith(given):
                return given, surname or self._rest(parts, given, self.surname, _SHORTEST_SURNAME)
            return one, other
        if given:
            return given, self._rest(parts, given, self.surname, _SHORTEST_SURNAME)
        if surname:
            return self._given_beside(parts, surname), surname
        return self._both(parts)

    def _rest(
        self, parts: list[str], stated: str, known: Mapping[str, int], shortest: int
    ) -> str | None:
        """What stands beside the stated half of a name."""
        spellings = {stated, *name_forms(stated)}
        for one, other in _pairs(parts):
            if len(other) < shortest:
                continue
            if one in spellings and len(one) > 1:
                return other
            if one == stated[0] and (other in known or len(parts) > 1):
                return other
        return None

    def _given_beside(self, parts: list[str], surname: str) -> str | None:
        bare = surname.replace(" ", "")
        for one, other in _pairs(parts):
            if other in {bare, surname} and (len(one) == 1 or one in self.given):
                return one
        return None

    def _both(self, parts: list[str]) -> Name:
        best, most = _NOTHING, 0
        for one, other in _pairs(parts):
            surnames = self.surname.get(other, 0) if len(other) >= _SHORTEST_SURNAME else 0
            # An initial fits many: any full first name is the better reading.
            firsts = 1 if len(one) == 1 else 2 * self.given.get(one, 0)
            if firsts * surnames > most:
                best, most = (one, other), firsts * surnames
        if most:
            return best
        whole = max(parts, key=lambda part: (self.given.get(part, 0), part))
        is_given = self.given.get(whole, 0) > self.surname.get(whole, 0)
        return (whole, None) if len(whole) >= _SHORTEST_GIVEN and is_given else _NOTHING


def _pairs(parts: list[str]) -> Iterator[tuple[str, str]]:
    """Readings as first name and surname, those with the longer first name first."""
    if len(parts) > 1:
        yield parts[0], parts[-1]
        yield parts[-1], parts[0]
        return
    whole = parts[0]
    cuts = [(whole[:at], whole[at:]) for at in range(len(whole) - 1, 0, -1)]
    yield from cuts
    yield from ((other, one) for one, other in cuts if len(other) > 1)


def inferred_name(known: NameDictionary) -> SqlFunction:
    """The SQL function ``inferred_name(account, given, surname)``: a list of both halves."""

    def over_arrays(accounts: pa.Array, givens: pa.Array, surnames: pa.Array) -> pa.Array:
        rows = zip(accounts.to_pylist(), givens.to_pylist(), surnames.to_pylist(), strict=True)
        names = [known.read(account or "", given, surname) for account, given, surname in rows]
        return pa.array([list(name) for name in names], pa.list_(pa.string()))

    return SqlFunction("inferred_name", over_arrays, ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR[]")
