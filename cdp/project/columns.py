"""Which columns of its files a source contract names, and which it cannot do without."""

from __future__ import annotations

from collections.abc import Iterator

from cdp.project.source import Source


def columns_named(source: Source) -> tuple[str, ...]:
    """Every column of the source's files that its contract names, sorted."""
    looked_at = {rule.column for rule in source.set_aside}
    return tuple(sorted(looked_at.union(columns_mapped(source))))


def columns_mapped(source: Source) -> tuple[str, ...]:
    """The columns whose cells have a place of their own, sorted: not those only looked at."""
    named: set[str | None] = {source.merged_keys, source.score, source.campaign}
    named.update(_keys_of(source))
    named.update(source.line_items)
    named.update(part.column for part in (source.observed_at, source.occurred_at) if part)
    named.update(
        part.column
        for part in (source.channel, source.event_type, source.currency, source.amount)
        if part
    )
    named.update(column for columns in source.person.values() for column in columns)
    named.update(source.attributes.values())
    named.update(consent.from_column for consent in source.consent.values())
    return tuple(sorted(column for column in named if column))


def key_columns_named(source: Source) -> tuple[str, ...]:
    """The columns without which a row says not whose it is, or not when: keys and event times."""
    named = {*_keys_of(source)}
    if source.occurred_at:
        named.add(source.occurred_at.column)
    return tuple(sorted(named))


def _keys_of(source: Source) -> Iterator[str]:
    ref = source.person_ref.key if source.person_ref else None
    for columns in (source.record_key, source.touchpoint_key, ref, *source.keys.values()):
        yield from columns or ()
