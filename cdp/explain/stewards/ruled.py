"""How rulings stand: the log beside what the published run made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import polars as pl

from cdp.explain.masking import mask_source_key
from cdp.explain.near_misses import nearest_key
from cdp.explain.snapshot import Snapshot
from cdp.resolve.contradicting import Contradiction, contradictions
from cdp.resolve.rulings import rulings_on
from cdp.store.rulings import LOG, Rulings

_RECORDS = """
    select record_id, source, source_record_id from records
    where is_current and list_contains($keys, source || ':' || source_record_id)
    order by record_id
"""
_PUBLISHED = """
    select source_l || ':' || source_record_id_l as one,
        source_r || ':' || source_record_id_r as other, ruling, ruled_by, ruled_at
    from rulings
"""
_PLACED = """
    select record_l, record_r, ruling, ruled_by, ruled_at, note, is_contradicted,
        source_l, source_record_id_l, source_r, source_record_id_r
    from rulings
"""
_STATES = {
    "applied": "the published run did it",
    "waiting": "the next run reads it",
    "contradicted": "other rulings gainsay it",
    "withdrawn": "taken back; the next run undoes it",
}


@dataclass(frozen=True)
class RulingState:
    """One ruling and how it stands: applied, waiting, unknown, contradicted or withdrawn.

    ``why`` says that in words; of a contradiction it names the whole chain.
    """

    ruling: str
    left: str
    right: str
    ruled_by: str
    ruled_at: str
    note: str | None
    state: str
    why: str

    def as_dict(self) -> dict[str, object]:
        """Everything, for machines."""
        return asdict(self)


def read_ruling_states(snapshot: Snapshot | None, rulings: Rulings) -> list[RulingState]:
    """Every ruling in force, and those taken back that the published run still has; by pair.

    Args:
        snapshot: What was published; null when nothing was.
        rulings: The log.
    """
    said = rulings.frame()
    known, applied = _known(snapshot, said), _applied(snapshot)
    chains = _chains(known, said)
    states = []
    for row in said.to_dicts():
        pair = (row["left"], row["right"])
        told = (row["ruling"], row["ruled_by"], row["ruled_at"])
        why = None
        if missing := [key for key in pair if key not in {*known["key"]}]:
            state, why = "unknown", _missing(missing)
        elif pair in chains:
            state, why = "contradicted", chains[pair]
        else:
            state = "applied" if applied.get(pair) == told else "waiting"
        states.append(_state(*told[:2], pair, told[2], row["note"], state, why))
    last = {ruling.pair: ruling for ruling in rulings.said}
    for pair in sorted(applied.keys() - {(row["left"], row["right"]) for row in said.to_dicts()}):
        kind, by, at = applied[pair]
        by, at = (last[pair].ruled_by, last[pair].ruled_at) if pair in last else (by, at)
        states.append(_state(kind, by, pair, at, None, "withdrawn", None))
    return sorted(states, key=lambda one: (one.left, one.right))


def notices_of(
    placed: pl.DataFrame, records: pl.DataFrame, rulings: Rulings | None = None
) -> list[str]:
    """What a run's end and `cdp status` must not keep silent about rulings, a line each.

    Args:
        placed: ``identity.rulings`` of the run.
        records: record_id, source, source_record_id: the ruled ones at least.
        rulings: The log, where it is to be told what of it waits.
    """
    keys = {
        record: mask_source_key(f"{source}:{key}")
        for record, source, key in records.select(
            "record_id", "source", "source_record_id"
        ).iter_rows()
    }
    notices = [f"Rulings contradict: {_chain(one, keys)}" for one in contradictions(placed)]
    if rulings is None:
        return notices
    if missing := len(rulings.in_force) - placed.height:
        what = (
            "ruling speaks of a record that is"
            if missing == 1
            else "rulings speak of records that are"
        )
        notices.append(f"{missing} {what} not there (yet); `cdp rulings` lists them.")
    return notices + broken_notice(rulings)


def broken_notice(rulings: Rulings) -> list[str]:
    """Lines of the log that broke off."""
    if not rulings.broken_lines:
        return []
    lines = ", ".join(map(str, rulings.broken_lines))
    return [f"Line {lines} of rulings/rulings.jsonl broke off and says nothing; rule again."]


def replaced_notice(rulings: Rulings) -> list[str]:
    """How many rulings a later one on the same two records replaced."""
    replaced = len(rulings.said) - len({ruling.pair for ruling in rulings.said})
    if not replaced:
        return []
    told = "1 earlier ruling was" if replaced == 1 else f"{replaced} earlier rulings were"
    kept = f"{LOG.as_posix()} keeps every one with who said it"
    return [f"{told} replaced by a later one on the same two records; {kept}."]


def near_keys(snapshot: Snapshot | None, state: RulingState) -> list[str]:
    """Of a ruling on a key that no record has: the key that may have been meant, a line each."""
    if snapshot is None or state.state != "unknown":
        return []
    pair = (state.left, state.right)
    there = snapshot.query(_RECORDS, {"keys": [*pair]})
    known = {f"{source}:{key}" for _, source, key in there.iter_rows()}
    near = {
        key: found
        for key in pair
        if key not in known and (found := nearest_key(snapshot, *key.split(":", 1)))
    }
    advice = "if that is meant, withdraw this and rule again"
    return [f"Near to {mask_source_key(key)} is {found}: {advice}." for key, found in near.items()]


def placed_rulings(snapshot: Snapshot) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The published rulings, and the records that they are on; none in a former release's."""
    if not snapshot.has("rulings"):
        return rulings_on(_NOBODY, Rulings().frame()), _NOBODY
    placed = snapshot.query(_PLACED)
    sides = [
        placed.select(
            record_id=f"record_{side}",
            source=f"source_{side}",
            source_record_id=f"source_record_id_{side}",
        )
        for side in "lr"
    ]
    return placed, pl.concat(sides).unique()


_NOBODY = pl.DataFrame(
    schema={"record_id": pl.Int64, "source": pl.String, "source_record_id": pl.String}
)


def _state(
    ruling: str, by: str, pair: tuple[str, str], at: object, note: str | None, state: str,
    why: str | None,
) -> RulingState:  # fmt: skip
    when = f"{at:%Y-%m-%d %H:%M}"
    return RulingState(ruling, *pair, by, when, note, state, why or _STATES[state])


def _missing(keys: Sequence[str]) -> str:
    named = " and ".join(map(mask_source_key, keys))
    return (
        f"no record {named} is there (yet); it holds once {'they come' if keys[1:] else 'it comes'}"
    )


def _known(snapshot: Snapshot | None, said: pl.DataFrame) -> pl.DataFrame:
    keys = sorted({*said["left"], *said["right"]})
    records = snapshot.query(_RECORDS, {"keys": keys}) if snapshot else _NOBODY
    return records.with_columns(key=pl.format("{}:{}", "source", "source_record_id"))


def _applied(snapshot: Snapshot | None) -> dict[tuple[str, str], tuple[str, str, object]]:
    if snapshot is None or not snapshot.has("rulings"):
        return {}
    return {
        (min(one, other), max(one, other)): (ruling, by, at)
        for one, other, ruling, by, at in snapshot.query(_PUBLISHED).iter_rows()
    }


def _chains(known: pl.DataFrame, said: pl.DataFrame) -> dict[tuple[str, str], str]:
    """Each contradicted pair to the chain that it is in."""
    keys = dict(known.select("record_id", "key").iter_rows())
    chains = dict[tuple[str, str], str]()
    for one in contradictions(rulings_on(known, said)):
        told = _chain(one, keys)
        for here, there in zip(one.chain, (*one.chain[1:], one.chain[0]), strict=True):
            left, right = sorted((keys[here], keys[there]))
            chains.setdefault((left, right), told)
    return chains


def _chain(one: Contradiction, keys: dict[int, str]) -> str:
    names = [keys[record] for record in one.chain]
    hops = list(pairwise(names))
    ignored = [
        " and ".join(hop)
        for hop, is_ignored in zip(hops, one.is_ignored, strict=True)
        if is_ignored
    ]
    return (
        f"{names[0]} and {names[-1]} cannot link, yet must links join {' = '.join(names)};"
        f" the cannot link stands, and the must link of {', '.join(ignored)} gives way."
    )
