"""The settings of resolving, as the project states them and as records are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from cdp.errors import ConfigError
from cdp.project import Limit, Project
from cdp.quality.normalise import (
    normalise_device,
    normalise_email,
    normalise_handle,
    normalise_phone,
)
from cdp.resolve import ResolveSettings, fold_identifier

_Reader = Callable[[str], str | None]


def resolve_settings(project: Project) -> ResolveSettings:
    """The project's settings of resolving.

    Listed values are normalised as those of records are; a source without duplicates limits a
    customer to one of its keys.

    Raises:
        ConfigError: A listed value is none of its kind; all such places are named, no value is.
    """
    stated, unread = project.resolve, list[str]()
    readers = _readers(project)
    lists = {
        key: _normalised(getattr(stated, key), readers, f"resolve.{key}", unread)
        for key in ("allow", "block")
    }
    if unread:
        raise ConfigError(
            what=f"values that no record can hold: {', '.join(unread)}",
            where="cdp.yaml",
            how_many=len(unread),
            next_step="write them as a source would, or drop them",
        )
    limits = dict(stated.limits)
    for source in project.sources:
        if source.has_no_duplicates:
            limit = limits.get(source.name, Limit())
            limits[source.name] = limit.model_copy(update={"per_customer": 1})
    written = {name: getattr(stated, name) for name in type(stated).model_fields}
    return ResolveSettings(**{**written, **lists, "limits": limits})


def _readers(project: Project) -> Mapping[str, _Reader]:
    """Kind of identifier to what reads its values as those of records are read."""
    own = {name for name, c in project.resolve.compare.items() if c.kind == "identifier"}
    return dict.fromkeys(sorted(own), fold_identifier) | {
        "email": normalise_email,
        "phone": partial(normalise_phone, region=project.default_region),
        "device": normalise_device,
        "handle": normalise_handle,
    }


def _normalised(
    lists: Mapping[str, Sequence[str]],
    readers: Mapping[str, _Reader],
    place: str,
    unread: list[str],
) -> dict[str, tuple[str, ...]]:
    """The lists normalised; where a value cannot be read is added to ``unread``."""
    found: dict[str, tuple[str, ...]] = {}
    for kind, values in lists.items():
        normal = [readers.get(kind, str)(value) for value in values]
        unread += [f"{place}.{kind} no. {n}" for n, value in enumerate(normal, 1) if not value]
        found[kind] = tuple(value for value in normal if value)
    return found
