"""Columns that hold keys: the row's own, those of people, those of other things."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

from cdp.drafting.headers import has_words, leaf_of, plain
from cdp.drafting.sample import Column, Sample
from cdp.drafting.times import is_epoch, is_time, says_time
from cdp.drafting.value_tests import is_masked
from cdp.drafting.vocabulary import roles, word_lists, words

MOST_IN_A_KEY = 4
FEWEST_ROWS = 20
"""Of fewer rows it may be luck that all values of a column differ."""
_A = {"person": "a person", "event": "an event", "container": "a thing"}
_TOKEN = re.compile(r"[^\s]{1,120}")
_DECIMAL = re.compile(r"[-+]?\d+[.,]\d+")
_TRUTH = frozenset(["true", "false", "yes", "no", "t", "f", "y", "n"])


@dataclass(frozen=True)
class KeyColumn:
    """A column whose header and values are those of a key.

    ``entity`` is what it is a key of, as its header says: person, event, container, or empty
    where the header is a bare id; ``word`` is the very word, ``is_id`` says that the header
    calls it a key at all.
    """

    column: Column
    entity: str
    word: str
    is_id: bool

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name


@dataclass(frozen=True)
class OwnKey:
    """The columns by which a row is known; ``score`` 0 to 1, higher = surer."""

    columns: tuple[str, ...]
    score: float
    reason: str
    entity: str = ""
    repeats: bool = False
    """Whether rows share it: versions of one thing, told apart by their time."""


def key_columns(sample: Sample) -> list[KeyColumn]:
    """The columns that hold keys, in the order of the file."""
    found = (_key_column(column) for column in sample.columns)
    return [one for one in found if one is not None]


def _key_column(column: Column) -> KeyColumn | None:
    header, leaf = plain(column.name), plain(leaf_of(column.name))
    # Of `phone.number` the leaf alone says nothing.
    called = leaf if " " in leaf else header
    is_code = called.endswith((" code", " number", " no", " nr", " num", " key", " nummer"))
    if is_code and has_words(called, words("no_keys")):
        return None
    if has_words(header, words("technical")) or not _like_keys(column):
        return None
    before, is_id = _parted(leaf)
    if not is_id and not before:
        return None
    entity, word = _entity(before, header)
    # An order may be called just that; "event" may be anything, so its values must look so, too.
    ends_so = before == word or before.endswith(f" {word}")
    digits = any(any(sign.isdigit() for sign in v) for v in column.tested) or not column.tested
    is_named = entity in ("event", "person") and ends_so and digits and not is_masked(column)
    if not is_id and not is_named:
        return None
    return KeyColumn(column, entity, word or before, is_id)


def _parted(leaf: str) -> tuple[str, bool]:
    """A header without the word that makes it an id, and whether it has one.

    >>> _parted("customer no"), _parted("numero de client"), _parted("custid")
    (('customer', True), ('client', True), ('cust', True))
    >>> _parted("code postal"), _parted("postcode"), _parted("paid")
    (('code postal', False), ('postcode', False), ('paid', False))
    """
    ids, parts = words("id_words"), leaf.split()
    if parts and parts[-1] in ids:
        return " ".join(parts[:-1]), True
    known = {word for listed in word_lists("entities").values() for word in listed}
    known -= {*words("no_keys")}
    # In French and Spanish the word stands before what it is of.
    if parts and parts[0] in words("id_words_before"):
        rest = " ".join(part for part in parts[1:] if part not in words("joining_words"))
        if rest in known:
            return rest, True
    glued = (leaf.removesuffix(one) for one in ids if leaf.endswith(one))
    found = next((one for one in glued if one in known), None)
    return (found, True) if found else (leaf, False)


def _like_keys(column: Column) -> bool:
    """Whether values are single words that are no times, decimals or truths; none will do."""
    tested = column.tested
    good = [v for v in tested if _TOKEN.fullmatch(v) and not _DECIMAL.fullmatch(v)]
    if len(good) < 0.9 * len(tested) or ({v.casefold() for v in tested} <= _TRUTH and tested):
        return False
    if tested and any("@" in v and "." in v for v in tested[:5]):
        return False
    is_moment = says_time(plain(column.name)) and all(map(is_epoch, tested))
    return not (tested and (is_time(tested[0]) or is_moment))


def _entity(before: str, header: str) -> tuple[str, str]:
    """What the words before an id are of: the entity whose word stands last in them."""
    if not before:
        parent = header.rpartition(" ")[0]
        return _entity(parent, "") if parent and header else ("", "")
    best: tuple[int, int, str, str] | None = None
    for entity, known in word_lists("entities").items():
        for word in known:
            place = f" {before} ".rfind(f" {word} ")
            if place >= 0:
                found = (place + len(word), len(word), entity, word)
                best = max(best, found) if best else found
    return (best[2], best[3]) if best else ("other", "")


def is_foreign_to(key: KeyColumn, wanted: str) -> bool:
    """Whether it is the key of an agent, an owner, or a thing that rows are not."""
    if has_words(plain(key.name), roles().others):
        return True
    return key.entity == "container" != wanted


def person_keys(found: Sequence[KeyColumn], *, without: Collection[str] = ()) -> list[KeyColumn]:
    """Keys of people, the customer's own words first; agents and empty columns are left out."""
    order = {word: place for place, word in enumerate(words("entities", "person"))}
    kept = [
        key
        for key in found
        if key.entity == "person"
        and (key.column.values or not key.column.rows)
        and (key.is_id or key.word == plain(key.name))
        and key.name not in without
        and not has_words(plain(key.name), roles().others)
    ]
    return sorted(kept, key=lambda k: (order.get(k.word, 99), k.column.place))


def own_key(
    sample: Sample, found: Sequence[KeyColumn], *, wanted: str, people_repeat: bool = False
) -> OwnKey | None:
    """The column, or columns, by which a row is known.

    A column called id wins, then one named after the thing that rows are (``wanted``: person or
    event), then another that is unique; ties go to the first in the file. When no column is
    unique by itself, the fewest that are together. Null when there are none. Where
    ``people_repeat``, a key of a person that never does is one of the rows: of an attendance.
    """
    history = has_history(sample.column_names)
    ranked = sorted(
        (key for key in found if len(key.column.values) == key.column.rows),
        key=lambda k: (-_own_score(k, wanted), k.column.place),
    )
    for key in ranked:
        score = _own_score(key, wanted)
        if score < 0.3:
            break
        column = key.column
        if not column.rows:
            return OwnKey((key.name,), score * 0.6, f"no row to tell by; {_named(key, wanted)}")
        if column.is_unique:
            said = f"all {column.rows} values differ and none is empty; {_named(key, wanted)}"
            return OwnKey((key.name,), _by_size(score, column), said, key.entity)
        if column.rows and ((history and score >= 0.7) or (score >= 0.9 and _nearly(column))):
            said = f"{column.distinct} values in {column.rows} rows: versions of one row"
            return OwnKey((key.name,), 0.7, said, key.entity, repeats=True)
    spare = (k for k in ranked if k.is_id and k.entity == "person" and k.column.is_unique)
    other = next(spare, None) if people_repeat and len(sample.rows) >= FEWEST_ROWS else None
    if other is not None:
        said = "all values differ, though people come several times"
        return OwnKey((other.name,), 0.7, said, other.entity)
    return _together(sample, found)


def _own_score(key: KeyColumn, wanted: str) -> float:
    if is_foreign_to(key, wanted):
        return 0.0
    header = plain(key.name)
    is_filler = has_words(header, words("bare_words"))
    bare = key.is_id and (key.entity == "" or (key.entity == "other" and is_filler))
    if bare and (" " not in header or is_filler):
        return 0.95
    if key.entity == wanted and key.is_id:
        return 0.9
    if key.entity == wanted:
        return 0.5
    if key.is_id and key.entity in ("other", ""):
        return 0.4 if " " in header and key.entity else 0.6
    return 0.2


def _nearly(column: Column) -> bool:
    return column.distinct > 0.5 * column.rows


def _by_size(score: float, column: Column) -> float:
    """Few rows prove little: that all of five values differ may be luck."""
    return score if column.rows >= FEWEST_ROWS else score * (0.8 + 0.01 * column.rows)


def _named(key: KeyColumn, wanted: str) -> str:
    if key.entity == wanted:
        return f"named after {_A[wanted]}"
    return "called an id" if key.is_id else "named after what it is of"


def has_history(names: Sequence[str]) -> bool:
    """Whether columns of validity stand beside: rows are versions."""
    marks = (
        "fivetran active",
        "fivetran start",
        "valid from",
        "valid to",
        "is current",
        "dbt valid from",
        "updated at",
    )
    return any(has_words(plain(name), marks) for name in names)


def _together(sample: Sample, found: Sequence[KeyColumn]) -> OwnKey | None:
    """The fewest columns that are unique together: keys first, then times and words of a kind."""
    rows = len(sample.rows)
    if rows < 2:
        return None
    names = {key.name for key in found}
    full = [c for c in sample.columns if len(c.values) == rows and c.distinct > 1]
    ids = [c for c in full if c.name in names]
    times = [c for c in full if c not in ids and c.tested and is_time(c.tested[0])
             and not has_words(plain(c.name), words("technical"))]  # fmt: skip
    kinds = [c for c in full if c not in ids and c not in times and c.distinct <= max(20, rows / 4)]
    candidates = sorted(ids, key=lambda c: -c.distinct)[:5] + times[:3] + kinds[:4]
    for size in range(2, MOST_IN_A_KEY + 1):
        for chosen in combinations(candidates, size):
            if not any(c in ids for c in chosen):
                continue
            if _differ(sample, [c.name for c in chosen]):
                said = f"no column alone is unique; together all {rows} rows differ"
                return OwnKey(tuple(c.name for c in chosen), 0.5, said)
    return None


def _differ(sample: Sample, names: Sequence[str]) -> bool:
    seen = {tuple(row.get(name, "") for name in names) for row in sample.rows}
    return len(seen) == len(sample.rows)


def stand_in(sample: Sample, columns: Sequence[Column]) -> OwnKey | None:
    """What people are known by where no column is a key: email, phone, names, in this order.

    The first that nobody lacks and nobody shares; else the fewest that differ together, empty
    cells allowed as long as no row is empty in all.
    """
    for column in columns:
        if column.is_unique:
            said = "there is no id; nobody lacks this and nobody shares it"
            return OwnKey((column.name,), 0.5, said)
    for size in range(1, len(columns) + 1):
        names = [column.name for column in columns[:size]]
        has_some = all(any(row.get(n, "").strip() for n in names) for row in sample.rows)
        if has_some and (size == len(columns) or _differ(sample, names)):
            said = "there is no id: one who changes these becomes another record"
            return OwnKey(tuple(names), 0.4, said)
    return None
