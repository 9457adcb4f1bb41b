"""Words of the project's own rules: fields, identifiers and keys that some source states."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from cdp.errors import Fault
from cdp.project.reading import Loc, Written
from cdp.project.vocabulary import MANY_VALUED, MATCHED_FIELDS, OWN_WORDS, did_you_mean


def unknown_words(project: Written, contracts: Sequence[Written]) -> Iterator[Fault]:
    """Faults of ``resolve``: words that mean nothing, names and values that come twice.

    Looks at what is written, as `contradictions` does. A namespace of declared keys is one that a
    source has under ``keys``, or the name of a source with a ``record_key``.
    """
    stated = (project.values or {}).get("resolve")
    if not isinstance(stated, Mapping):
        return
    namespaces = set(_namespaces(contracts))
    compared = _mapping(stated.get("compare"))
    yield from _attributes(project, compared, contracts, namespaces)
    attributes = _attributes_of(contracts)
    own = {name for name, how in compared.items() if _kind(how) == "identifier"}
    identifiers = sorted({*MANY_VALUED, *namespaces, *own})
    for key in ("limits", "allow", "block"):
        for word in _mapping(stated.get(key)):
            if word in attributes and word not in identifiers:
                message = f"`resolve.{key}`: the attribute `{word}` is no identifier"
                hint = f"say `{word}: identifier` under `compare` first"
                yield project.fault(("resolve", key, word), message, hint)
            else:
                yield from _unknown(project, ("resolve", key, word), word, identifiers)
    fields = sorted({*MATCHED_FIELDS, *namespaces, *compared})
    for key in ("always_link", "never_link"):
        for position, rule in enumerate(_listed(stated.get(key))):
            for side in ("same", "different"):
                for place, field in enumerate(_listed(_mapping(rule).get(side))):
                    loc = ("resolve", key, position, side, place)
                    yield from _unknown(project, loc, field, fields)
    yield from _same_names(project, stated)
    yield from _allowed_and_blocked(project, stated)


def _namespaces(contracts: Sequence[Written]) -> Iterator[str]:
    for written in contracts:
        values = written.values or {}
        yield from _mapping(values.get("keys"))
        if values.get("record_key") and isinstance(values.get("source"), str):
            yield str(values["source"])


def _attributes_of(contracts: Sequence[Written]) -> set[str]:
    return {n for w in contracts for n in _mapping((w.values or {}).get("attributes"))}


def _attributes(
    project: Written,
    compared: Mapping[str, object],
    contracts: Sequence[Written],
    namespaces: Collection[str],
) -> Iterator[Fault]:
    """Attributes that no source states, or whose name already means something else."""
    known = sorted(_attributes_of(contracts))
    taken = {*MATCHED_FIELDS, *OWN_WORDS, *namespaces}
    first: dict[str, str] = {}
    for name in compared:
        loc, place = ("resolve", "compare", name), f"`resolve.compare`: `{name}`"
        if name not in known:
            hint = did_you_mean(name, known) if known else "name its column under `attributes`"
            yield project.fault(loc, f"{place} is no attribute of any source", hint)
        elif name.lower() in taken:
            hint = "give the attribute another name"
            yield project.fault(loc, f"{place} has another meaning in matching", hint)
        elif name.lower() in first:
            message = f"{place} and `{first[name.lower()]}` differ in case only"
            yield project.fault(loc, message, "give one of them another name")
        first.setdefault(name.lower(), name)


def _kind(compared: object) -> object:
    return compared.get("kind") if isinstance(compared, Mapping) else compared


def _unknown(project: Written, loc: Loc, word: object, known: Sequence[str]) -> Iterator[Fault]:
    if isinstance(word, str) and word not in known:
        place = ".".join(part for part in loc if isinstance(part, str) and part != word)
        message = f"`{place}`: no field, and no source states a key `{word}`"
        yield project.fault(loc, message, did_you_mean(word, known))


def _same_names(project: Written, stated: Mapping[str, object]) -> Iterator[Fault]:
    first: set[str] = set()
    for key in ("always_link", "never_link"):
        for position, rule in enumerate(_listed(stated.get(key))):
            name = _mapping(rule).get("name")
            if isinstance(name, str) and name in first:
                hint = "give one of them another `name`"
                loc = ("resolve", key, position, "name")
                yield project.fault(loc, f"two rules are called `{name}`", hint)
            elif isinstance(name, str):
                first.add(name)


def _allowed_and_blocked(project: Written, stated: Mapping[str, object]) -> Iterator[Fault]:
    allowed = _mapping(stated.get("allow"))
    for word, values in _mapping(stated.get("block")).items():
        both = {str(v).lower() for v in _listed(allowed.get(word))}
        for place, value in enumerate(_listed(values)):
            if str(value).lower() in both:
                loc = ("resolve", "block", word, place)
                yield project.fault(loc, f"a value of `{word}` is both allowed and blocked")


def _mapping(written: object) -> Mapping[str, object]:
    return written if isinstance(written, Mapping) else {}


def _listed(written: object) -> Sequence[object]:
    if isinstance(written, list):
        return written
    return [written] if isinstance(written, str) else []
