"""What is compared, in which levels, and how likely each level is for three kinds of pairs.

*Match*: two records of one person. *Random*: of two people who have nothing to do with each
other. *Household*: of two people of one home or firm, who share surname, address, phone and
mailbox, but not the first name or the birthday. A model that knows only the first two must
call a household a match.

The shares are defaults: of all pairs of that kind in which both sides state the field, how
many fall into the level. They come from general experience with contact data (how often people
move, marry, mistype, use a short form), not from any one data set. Shares of random pairs are
estimated from the records wherever there are enough of them (see model.py).
"""

from __future__ import annotations

from cdp.resolve.comparison import Comparison, Level

_RARE_BESIDE = 10
"""A spelling that this many times fewer records state is a slip of the other."""


def _crossed(one: str, other: str) -> str:
    """The first name of one is the surname of the other, and the other half is at least alike."""
    return (
        f"(given_{one} = surname_{other} and given_{one} <> given_{other}"
        f" and (list_has_any(surname_forms_{one}, given_forms_{other})"
        f" or jaro_winkler_similarity(surname_{one}, given_{other}) >= 0.85))"
    )


def _one_slip(one: str, other: str) -> str:
    """At most one slip parts two texts.

    Counting slips is slow; but one slip leaves the half before it or the half behind it as it was.
    """
    half = f"(length({one}) - 1) // 2"
    halves = [f"{side}({one}, {half}) = {side}({other}, {half})" for side in ("left", "right")]
    return f"(({' or '.join(halves)}) and damerau_levenshtein({one}, {other}) <= 1)"


def _is_slip(half: str) -> str:
    """One of two names is rare beside the other: two that are both common are two names."""
    both = f"({half}_records_l, {half}_records_r)"
    return f"least{both} <= greatest(2, greatest{both} // {_RARE_BESIDE})"


_SWAPPED = f"({_crossed('l', 'r')} or {_crossed('r', 'l')})"
_OTHER = "else"


def _inferred(half: str) -> str:
    return (
        f"((is_{half}_inferred_l or is_{half}_inferred_r) and list_has_any(accounts_l, accounts_r))"
    )


GIVEN_NAME = Comparison(
    "given_name",
    f"given_l is null or given_r is null or {_inferred('given')}",
    (
        Level("swapped with surname", _SWAPPED, 0.005, 0.00001, 0.00001),
        Level("the other's surname", "(surname_l is null and given_l = surname_r)"
              " or (surname_r is null and given_r = surname_l)", 0.005, 0.001, 0.01),
        Level("same", "given_l = given_r and length(given_l) > 1",
              0.81, 0.007, 0.008, is_term=True),
        Level("short form", "length(given_l) > 1 and length(given_r) > 1"
              " and list_has_any(given_forms_l, given_forms_r)", 0.06, 0.003, 0.003),
        Level("initial", "(length(given_l) = 1 or length(given_r) = 1)"
              " and substr(given_l, 1, 1) = substr(given_r, 1, 1)", 0.05, 0.008, 0.008),
        Level("similar", f"{_is_slip('given')}"
              " and (jaro_winkler_similarity(given_l, given_r) >= 0.9"
              f" or (length(given_l) > 2 and {_one_slip('given_l', 'given_r')}))",
              0.05, 0.006, 0.006),
        Level("alike", "length(given_l) > 1 and length(given_r) > 1"
              " and jaro_winkler_similarity(given_l, given_r) >= 0.8", 0.01, 0.01, 0.01),
        Level("different", _OTHER, 0.01, 0.965, 0.965),
    ),
    term="given",
)  # fmt: skip

SURNAME = Comparison(
    "surname",
    f"surname_l is null or surname_r is null or {_SWAPPED} or {_inferred('surname')}",
    (
        Level("same", "surname_l = surname_r", 0.85, 0.002, 0.80, is_term=True),
        Level("similar", f"{_is_slip('surname')}"
              " and (jaro_winkler_similarity(surname_l, surname_r) >= 0.92"
              f" or (length(surname_l) > 2 and {_one_slip('surname_l', 'surname_r')}))",
              0.06, 0.003, 0.05),
        Level("part of the other",
              "list_has_any(string_split(surname_l, ' '), string_split(surname_r, ' '))",
              0.02, 0.0005, 0.02),
        Level("alike", "jaro_winkler_similarity(surname_l, surname_r) >= 0.84", 0.01, 0.006, 0.01),
        Level("different", _OTHER, 0.06, 0.9885, 0.12),
    ),
    term="surname",
    is_shared=True,
)  # fmt: skip

MIDDLE_NAME = Comparison(
    "middle_name",
    "middle_l is null or middle_r is null",
    (
        Level("same", "middle_l = middle_r and length(middle_l) > 1", 0.40, 0.01, 0.01),
        Level("same initial", "substr(middle_l, 1, 1) = substr(middle_r, 1, 1)", 0.53, 0.07, 0.07),
        Level("different", _OTHER, 0.07, 0.92, 0.92),
    ),
)

BIRTH_DATE = Comparison(
    "birth_date",
    "birth_date_l is null or birth_date_r is null",
    (
        Level("same", "birth_date_l = birth_date_r", 0.93, 0.00004, 0.015),
        Level("one slip", "damerau_levenshtein(birth_date_l, birth_date_r) <= 1"
              " or (substr(birth_date_l, 1, 4) = substr(birth_date_r, 1, 4)"
              " and substr(birth_date_l, 6, 2) = substr(birth_date_r, 9, 2)"
              " and substr(birth_date_l, 9, 2) = substr(birth_date_r, 6, 2))", 0.04, 0.001, 0.002),
        Level("two parts of three",
              "cast(substr(birth_date_l, 1, 4) = substr(birth_date_r, 1, 4) as int)"
              " + cast(substr(birth_date_l, 6, 2) = substr(birth_date_r, 6, 2) as int)"
              " + cast(substr(birth_date_l, 9, 2) = substr(birth_date_r, 9, 2) as int) = 2",
              0.012, 0.004, 0.005),
        Level("two slips", "damerau_levenshtein(birth_date_l, birth_date_r) <= 2"
              " or abs(date_diff('day', cast(birth_date_l as date), cast(birth_date_r as date)))"
              " <= 31",
              0.005, 0.015, 0.015),
        Level("different", _OTHER, 0.013, 0.97996, 0.963),
    ),
)  # fmt: skip

SEX = Comparison(
    "sex",
    "sex_l is null or sex_r is null",
    (
        Level("same", "sex_l = sex_r", 0.985, 0.5, 0.45),
        Level("different", _OTHER, 0.015, 0.5, 0.55),
    ),
)

SUFFIX = Comparison(
    "suffix",
    "suffix_l is null or suffix_r is null",
    (
        Level("same", "suffix_l = suffix_r", 0.98, 0.45, 0.2),
        Level("different", _OTHER, 0.02, 0.55, 0.8),
    ),
    # A father and a son of one name look like one person who states it wrongly.
    is_learned=False,
)

_Shares = tuple[float, float]


def _held(values: str, own: _Shares, of_two: _Shares, of_more: _Shares) -> tuple[Level, ...]:
    """Levels of one shared value, by how many people hold it; shares of match and household."""
    lists = {
        "one person": (f"{values}_own", own),
        "two people": (f"{values}_of_two", of_two),
        "several people": (values, of_more),
    }
    return tuple(
        # The first condition is implied by the second, and one look settles all three levels.
        Level(f"same, of {who}", f"list_has_any({values}_l, {values}_r)"
              f" and list_has_any({column}_l, {column}_r)", match, 2e-7, household, is_found=True)
        for who, (column, (match, household)) in lists.items()
    )  # fmt: skip


EMAIL = Comparison(
    "email",
    "emails_l is null or emails_r is null",
    (
        *_held("emails", (0.50, 0.04), (0.04, 0.10), (0.01, 0.02)),
        Level("same mailbox name", "list_has_any(locals_l, locals_r)",
              0.05, 2e-6, 0.002, is_found=True),
        # Another number is another mailbox.
        Level("similar",
              # The first condition is implied by the last, and far cheaper.
              "jaro_winkler_similarity(emails_l[1], emails_r[1]) >= 0.7"
              r" and regexp_extract(emails_l[1], '\d*@') = regexp_extract(emails_r[1], '\d*@')"
              " and damerau_levenshtein(emails_l[1], emails_r[1])"
              " <= least(2, length(emails_l[1]) // 8)", 0.05, 2e-5, 0.01),
        Level("different", _OTHER, 0.35, 0.9999774, 0.828),
    ),
    is_shared=True,
    is_identifier=True,
)  # fmt: skip

PHONE = Comparison(
    "phone",
    "phones_l is null or phones_r is null",
    (
        *_held("phones", (0.55, 0.06), (0.07, 0.22), (0.03, 0.08)),
        Level("similar", _one_slip("phones_l[1]", "phones_r[1]"), 0.04, 2e-6, 0.01),
        Level("different", _OTHER, 0.31, 0.9999974, 0.63),
    ),
    is_shared=True,
    is_identifier=True,
)

DEVICE = Comparison(
    "device",
    "devices_l is null or devices_r is null",
    (
        *_held("devices", (0.35, 0.03), (0.05, 0.08), (0.02, 0.04)),
        Level("different", _OTHER, 0.58, 0.9999994, 0.85),
    ),
    is_shared=True,
    is_identifier=True,
)

HANDLE = Comparison(
    "handle",
    "handles_l is null or handles_r is null",
    (
        Level("same", "list_has_any(handles_l, handles_r)", 0.80, 1e-7, 1e-7, is_found=True),
        Level("similar", _one_slip("handles_l[1]", "handles_r[1]"), 0.05, 1e-6, 1e-6),
        Level("different", _OTHER, 0.15, 0.9999989, 0.9999989),
    ),
    is_identifier=True,
)

STREET = Comparison(
    "street",
    "street_l is null or street_r is null",
    (
        Level("same", "street_l = street_r", 0.60, 0.00005, 0.72, is_term=True),
        Level("similar", "jaro_winkler_similarity(street_l, street_r) >= 0.93"
              " or (street_number_l <> '' and street_number_l = street_number_r"
              " and jaro_winkler_similarity(street_l, street_r) >= 0.85)", 0.15, 0.0005, 0.15),
        Level("same street, other number",
              "length(street_name_l) > 4 and street_name_l = street_name_r", 0.01, 0.001, 0.01),
        Level("different", _OTHER, 0.24, 0.99845, 0.12),
    ),
    term="street",
    is_shared=True,
)  # fmt: skip

UNIT = Comparison(
    "unit",
    "unit_l is null or unit_r is null",
    (
        Level("same", "unit_l = unit_r", 0.70, 0.01, 0.70, is_term=True),
        Level("similar", "jaro_winkler_similarity(unit_l, unit_r) >= 0.9", 0.10, 0.01, 0.05),
        Level("different", _OTHER, 0.20, 0.98, 0.25),
    ),
    term="unit",
    is_shared=True,
)

PLACE = Comparison(
    "place",
    "coalesce(postcode_l = postcode_r, city_l = city_r, region_l = region_r) is null",
    (
        Level("same postcode", "postcode_l = postcode_r", 0.62, 0.001, 0.80),
        Level("same city", "city_l = city_r", 0.14, 0.004, 0.09, is_term=True),
        Level("similar", "jaro_winkler_similarity(city_l, city_r) >= 0.92"
              " or damerau_levenshtein(postcode_l, postcode_r) <= 1", 0.07, 0.004, 0.05),
        Level("same region", "region_l = region_r", 0.08, 0.05, 0.03),
        Level("different", _OTHER, 0.09, 0.941, 0.03),
    ),
    term="city",
    is_shared=True,
)  # fmt: skip

COMPANY = Comparison(
    "company",
    "company_l is null or company_r is null",
    (
        Level("same", "company_l = company_r", 0.55, 0.002, 0.15, is_term=True),
        Level(
            "similar", "jaro_winkler_similarity(company_l, company_r) >= 0.92", 0.08, 0.002, 0.03
        ),
        Level("different", _OTHER, 0.37, 0.996, 0.82),
    ),
    term="company",
    is_shared=True,
)

COMPARISONS: tuple[Comparison, ...] = (
    GIVEN_NAME, SURNAME, MIDDLE_NAME, BIRTH_DATE, SEX, SUFFIX,
    EMAIL, PHONE, DEVICE, HANDLE, STREET, UNIT, PLACE, COMPANY,
)  # fmt: skip
