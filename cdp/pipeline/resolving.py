"""The settings of resolving, as the project states them and as records are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from cdp.errors import ConfigError
from cdp.project import Limit, Project, Resolving
from cdp.quality.normalise import (
    normalise_device,
    normalise_email,
    normalise_handle,
    normalise_phone,
)
from cdp.resolve import ResolveSettings, fold_identifier

_Reader = Callable[[str], str | None]
_LISTS = ("allow", "block")

WRITE_THEM = "write them as a source would, or drop them"


def resolve_settings(project: Project) -> ResolveSettings:
    """The project's settings of resolving.

    Listed values are normalised as those of records are; a source without duplicates limits a
    customer to one of its keys.

    Raises:
        ConfigError: A listed value is none of its kind; all such places are named, no value is.
    """
    stated = project.resolve
    if unread := unreadable_values(stated, project.default_region):
        places = [f"resolve.{key}.{kind} no. {n + 1}" for key, kind, n in unread]
        raise ConfigError(
            what=f"values that no record can hold: {', '.join(places)}",
            where="cdp.yaml",
            how_many=len(places),
            next_step=WRITE_THEM,
        )
    readers = _readers(stated, project.default_region)
    lists = {key: _normalised(getattr(stated, key), readers) for key in _LISTS}
    limits = dict(stated.limits)
    for source in project.sources:
        if source.has_no_duplicates:
            limit = limits.get(source.name, Limit())
            limits[source.name] = limit.model_copy(update={"per_customer": 1})
    written = {name: getattr(stated, name) for name in type(stated).model_fields}
    return ResolveSettings(**{**written, **lists, "limits": limits})


def unreadable_values(stated: Resolving, region: str) -> list[tuple[str, str, int]]:
    """Where `allow` and `block` list what is no value of its kind: key, kind, position from 0."""
    readers = _readers(stated, region)
    return [
        (key, kind, position)
        for key in _LISTS
        for kind, values in getattr(stated, key).items()
        for position, value in enumerate(values)
        if not _reader(readers, kind)(value)
    ]


def _readers(stated: Resolving, region: str) -> Mapping[str, _Reader]:
    """Kind of identifier to what reads its values as those of records are read."""
    own = {name for name, c in stated.compare.items() if c.kind == "identifier"}
    return dict.fromkeys(sorted(own), fold_identifier) | {
        "email": normalise_email,
        "phone": partial(normalise_phone, region=region),
        "device": normalise_device,
        "handle": normalise_handle,
    }


def _reader(readers: Mapping[str, _Reader], kind: str) -> _Reader:
    return readers.get(kind, str)


def _normalised(
    lists: Mapping[str, Sequence[str]], readers: Mapping[str, _Reader]
) -> dict[str, tuple[str, ...]]:
    return {
        kind: tuple(filter(None, map(_reader(readers, kind), values)))
        for kind, values in lists.items()
    }
