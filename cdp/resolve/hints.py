"""Hints: what must hold of two records' codes for a comparison to come out in a level.

A hint is implied by the condition of its level (a test tells), but costs next to nothing. It may
hold where the condition does not. So the weight of a pair is at most the sum of the best levels
whose hints hold; a comparison without hints is taken to come out in its best one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cdp.resolve.comparison import Comparison


@dataclass(frozen=True)
class Hints:
    """SQL over columns ``_l`` and ``_r`` of ``work.codes``.

    Where a side lacks the code ``stated``, the comparison says nothing; where ``doubt`` holds, it
    may say nothing. A level without an entry in ``needs`` may always be. Of a level that weighs by
    how rare its value is, the entry is no looser than the condition: a common value weighs little.
    """

    stated: str
    needs: Mapping[str, str] = field(default_factory=dict)
    doubt: str = ""


def _same(name: str) -> str:
    return f"{name}_l = {name}_r"


def _shared(name: str) -> str:
    return f"({name}_l = {name}_r or {name}_l = 0 or {name}_r = 0)"


def _slips(name: str, most: int) -> str:
    """A slip adds one letter, takes one away, or both: two bits at most."""
    return f"bit_count(xor({name}_letters_l, {name}_letters_r)) <= {2 * most}"


def _alike(name: str, least: float, *, is_prefix_any: bool = False) -> str:
    """A Jaro-Winkler similarity of ``least`` is possible.

    Letters that the other text lacks match nothing. With a share of x of the one and y of the
    other, Jaro is at most 1 - (x + y) / 3; a common prefix takes away four tenths of the distance
    to 1 at most, and where there is none, nothing.
    """
    lacking = " + ".join(
        f"bit_count({name}_letters_{one} & ~{name}_letters_{other}) * {name}_length_{other}"
        for one, other in ("lr", "rl")
    )
    part = "5e0" if is_prefix_any else f"case when {_same(name + '_initial')} then 5e0 else 3e0 end"
    room = f"{1 - least + 1e-6:.6e} * {part}"
    return f"{lacking} <= {room} * {name}_length_l * {name}_length_r"


_CROSSED = "(given_l = surname_r or given_r = surname_l)"
_HELD = ("same, of one person", "same, of two people", "same, of several people")


def hints_of(comparison: Comparison) -> Hints | None:
    """The hints of a comparison; those of a project's own attribute are made from its column."""
    column = comparison.column
    if column is None:
        return HINTS.get(comparison.name)
    needs = {"same": _same(column), "one slip": _slips(column, 1)}
    if comparison.is_identifier:
        needs["similar"] = _slips(column, 1)
    return Hints(column, needs)


HINTS: Mapping[str, Hints] = {
    "given_name": Hints(
        "given",
        {
            "swapped with surname": _CROSSED,
            "the other's surname": "((surname_l is null and given_l = surname_r)"
            " or (surname_r is null and given_r = surname_l))",
            "same": f"{_same('given')} and not is_given_initial_l",
            "short form": "(given_forms_l & given_forms_r) <> 0",
            "initial": "(is_given_initial_l or is_given_initial_r)"
            " and given_initial_l = given_initial_r",
            "similar": f"({_slips('given', 1)} or {_alike('given', 0.9)})",
            "alike": _alike("given", 0.8),
        },
        doubt="is_given_inferred_l or is_given_inferred_r",
    ),
    "surname": Hints(
        "surname",
        {
            "same": _same("surname"),
            "similar": f"({_slips('surname', 1)} or {_alike('surname', 0.92)})",
            "part of the other": "(surname_words_l & surname_words_r) <> 0",
            "alike": _alike("surname", 0.84),
        },
        doubt=f"is_surname_inferred_l or is_surname_inferred_r or {_CROSSED}",
    ),
    "middle_name": Hints(
        "middle",
        {"same": _same("middle"), "same initial": _same("middle_initial")},
    ),
    "birth_date": Hints(
        "birth_date",
        # Day and month that changed places have the same digits.
        {"same": _same("birth_date"), "one slip": _slips("birth_date", 1)},
    ),
    "sex": Hints("sex", {"same": _same("sex")}),
    "suffix": Hints("suffix", {"same": _same("suffix")}),
    "email": Hints(
        "emails",
        dict.fromkeys(_HELD, _shared("emails"))
        | {
            "same mailbox name": _shared("locals"),
            "similar": f"email_tail_l = email_tail_r and {_slips('email', 2)}",
        },
    ),
    "phone": Hints(
        "phones",
        dict.fromkeys(_HELD, _shared("phones"))
        | {
            # One half of the number is the same.
            "similar": f"({_shared('phone_start')} or {_shared('phone_end')})"
            f" and {_slips('phone', 1)}"
        },
    ),
    "device": Hints("devices", dict.fromkeys(_HELD, _shared("devices"))),
    "handle": Hints("handles", {"same": _shared("handles"), "similar": _slips("handle", 1)}),
    "street": Hints(
        "street",
        {
            "same": _same("street"),
            "similar": f"({_alike('street', 0.93, is_prefix_any=True)}"
            " or (street_number_l = street_number_r"
            f" and {_alike('street', 0.85, is_prefix_any=True)}))",
            "same street, other number": _same("street_name"),
        },
    ),
    "unit": Hints("unit", {"same": _same("unit")}),
    "place": Hints(
        "place",
        {
            "same postcode": _same("postcode"),
            "same city": _same("city"),
            "same region": _same("region"),
        },
        doubt="coalesce(postcode_l = postcode_r, city_l = city_r, region_l = region_r) is null",
    ),
    "company": Hints("company", {"same": _same("company")}),
}
