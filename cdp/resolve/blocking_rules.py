"""Which pieces of two records must agree for the two to be compared: many narrow rules.

A rule is the pieces (columns of ``work.block_parts``) that make up its key. None is there to decide
anything: each finds pairs that the others lose, to a typo, a move, a short form or an empty field.
The model leaves the fields that a rule reads out of what it learns from that rule's pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlglot
from sqlglot import exp

from cdp.engine import Statement, built
from cdp.resolve.comparison import Comparison

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "given_name": ("first_name", "initial", "first_letters", "like_first_name"),
    "surname": ("surname", "surname_initial", "surname_letters", "like_surname"),
    "middle_name": ("middle_initial",),
    "birth_date": ("birth_date", "birth_year", "birth_month", "birthday"),
    "sex": ("sex",),
    "email": ("email", "mailbox_name", "plain_mailbox", "email_domain"),
    "phone": ("phone", "phone_end"),
    "device": ("device",),
    "handle": ("handle",),
    "street": ("street", "street_number", "street_name", "street_word", "like_street"),
    "unit": ("unit",),
    "place": ("city", "postcode"),
    "company": ("company",),
}
_BOTH_NAMES = ("full_name", "initials", "like_full_name")
_LISTS = frozenset(
    ("email", "phone", "device", "handle", "mailbox_name", "plain_mailbox", "email_domain",
     "phone_end", "first_name", "full_name")
)  # fmt: skip

_SURE_RULES: tuple[tuple[str, ...], ...] = (("email",), ("phone",), ("device",), ("handle",))
_JOINED = " || '|' || "

RULES: tuple[tuple[str, ...], ...] = (
    # Identifiers, and what is left of them after a slip.
    ("email",), ("phone",), ("device",), ("handle",),
    ("mailbox_name",), ("plain_mailbox",), ("email_domain",), ("phone_end", "initial"),
    # Names with a birth date or a part of it.
    ("first_letters", "surname_letters", "birth_date"),
    ("first_name", "birth_date"), ("surname", "birth_date"), ("initials", "birth_date"),
    ("birth_date", "postcode"), ("birth_date",),
    ("full_name", "birth_year"), ("like_surname", "birth_year"), ("like_first_name", "birth_year"),
    ("initial", "birth_month"), ("surname_initial", "birth_month"), ("birth_month", "city"),
    ("first_letters", "surname_letters", "birthday"), ("initial", "birthday"), ("birthday", "city"),
    ("initials", "birth_year", "city"),
    # Names by themselves.
    ("full_name",), ("full_name", "middle_initial"), ("like_full_name",),
    ("initial", "surname"), ("first_name", "surname_initial"), ("first_name",), ("surname",),
    ("first_name", "middle_initial"), ("first_name", "middle_initial", "sex"),
    # Names with a place.
    ("full_name", "postcode"), ("initial", "surname", "postcode"),
    ("first_letters", "surname_letters", "city"),
    ("surname_letters", "postcode"), ("first_name", "postcode"),
    ("first_name", "city"), ("surname", "city"), ("like_first_name", "city"),
    ("like_surname", "city"),
    # Addresses, with and without a name.
    ("street", "postcode"), ("street", "city"), ("street",), ("street_name", "city"),
    ("first_name", "street"), ("surname_letters", "street"),
    ("initial", "surname_letters", "street_number", "postcode"),
    ("first_letters", "street_number", "street_word"),
    ("like_street", "postcode"),
    ("street_number", "postcode"),
    ("unit", "postcode"), ("unit", "city"), ("unit", "street_number"),
    # Employers.
    ("first_name", "company"),
)  # fmt: skip


WEAK_RULES: frozenset[tuple[str, ...]] = frozenset(
    (
        ("initial", "birth_month"), ("surname_initial", "birth_month"), ("birth_month", "city"),
        ("initial", "birthday"), ("birthday", "city"),
        ("like_first_name", "birth_year"), ("like_surname", "birth_year"),
        ("like_first_name", "city"), ("like_surname", "city"), ("surname", "city"),
        ("street_name", "city"), ("unit", "city"),
    )
)  # fmt: skip
"""Those that find a pair by themselves once in a while: worth it as long as they cost little."""


def rule_name(rule: tuple[str, ...]) -> str:
    """What a person calls a rule.

    >>> rule_name(("first_name", "birth_date"))
    'first name, birth date'
    """
    return ", ".join(part.replace("_", " ") for part in rule)


def rules_of(comparisons: Sequence[Comparison]) -> dict[str, frozenset[str]]:
    """The rules that find candidates, and the comparisons whose fields each reads.

    Work tables name a rule by its position here: at most 63, a bit each of a number. Behind the
    rules of every project is one for each attribute of its own that is an identifier.
    """
    own = [c.name for c in comparisons if c.column and c.is_identifier]
    names = {rule_name(rule): fields_read(rule) for rule in sorted(RULES, key=rule_name)}
    return names | {f"attribute {name}": frozenset([name]) for name in own}


def weak_rules() -> int:
    """The weak rules as one number: rule n as bit n."""
    return _bits(rules_of(()), map(rule_name, WEAK_RULES))


def sure_rules(comparisons: Sequence[Comparison]) -> int:
    """Rules that miss no pair of what they look for, but for values that too many records share.

    Like `weak_rules`, as one number: the identifiers, those of the project's own among them.
    """
    rules = rules_of(comparisons)
    own = [name for name in rules if name not in rules_of(())]
    return _bits(rules, [*map(rule_name, _SURE_RULES), *own])


def _bits(rules: Iterable[str], chosen: Iterable[str]) -> int:
    places = {name: place for place, name in enumerate(rules)}
    return sum(1 << places[name] for name in chosen)


def fields_read(rule: tuple[str, ...]) -> frozenset[str]:
    """The comparisons whose fields a rule reads.

    >>> sorted(fields_read(("full_name", "birth_year")))
    ['birth_date', 'given_name', 'surname']
    """
    fields = {field for field, parts in _FIELDS.items() if set(parts) & set(rule)}
    return frozenset(
        fields | ({"given_name", "surname"} if set(_BOTH_NAMES) & set(rule) else set())
    )


def block_keys(comparisons: Sequence[Comparison]) -> Statement:
    """Each record under each of its keys: block, record_id.

    A block is a hash whose last six bits are its rule (position in `rules_of`). A record that
    lacks a piece has no key of that rule: nothing stated is nothing shared. A rule reads one list
    at most, so no key comes twice.
    """
    places = {name: place for place, name in enumerate(rules_of(comparisons))}
    queries = [_keys_of(rule, places[rule_name(rule)]) for rule in RULES]
    queries += [
        _keys(f"'{c.name}|' || {c.column}", places[f"attribute {c.name}"], "work.features")
        for c in comparisons
        if c.column and c.is_identifier
    ]
    keyed = queries[0].union(*queries[1:], distinct=False).subquery("keyed")
    query = exp.select("block", "record_id").from_(keyed).where("block is not null")
    return built("blocking rules", query, writes="work.block_keys")


def _keys_of(rule: tuple[str, ...], place: int) -> exp.Select:
    pieces = [f"unnest({part})" if part in _LISTS else f"nullif({part}, '')" for part in rule]
    return _keys(f"'{rule_name(rule)}|' || {_JOINED.join(pieces)}", place, "work.block_parts")


def _keys(text: str, place: int, table: str) -> exp.Select:
    block = f"stable_id({text}) // 64 * 64 + {place}"
    return exp.select(
        exp.alias_(sqlglot.parse_one(block, read="duckdb"), "block"), exp.column("record_id")
    ).from_(table)
