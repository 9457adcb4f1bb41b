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

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison; ``condition`` is SQL over columns ``_l`` and ``_r``.

    ``is_term`` levels weigh more the rarer the value is (term frequency).
    """

    name: str
    condition: str
    match: float
    random: float
    household: float
    is_term: bool = False


@dataclass(frozen=True)
class Comparison:
    """Levels in the order in which they are tried; the last takes whatever is left.

    ``is_shared`` fields are those that a household shares. ``is_identifier`` fields hold values
    so rare among strangers that random pairs never show one: see model.py.
    """

    name: str
    null: str
    levels: tuple[Level, ...]
    term: str | None = None
    is_shared: bool = False
    is_identifier: bool = False

    @property
    def level_names(self) -> tuple[str, ...]:
        """Names of the levels by Splink's gamma: the last level is 0."""
        return tuple(level.name for level in reversed(self.levels))


_SWAPPED = "(given_l = surname_r and surname_l = given_r and given_l <> surname_l)"
_OTHER = "else"

GIVEN_NAME = Comparison(
    "given_name",
    "given_l is null or given_r is null",
    (
        Level("swapped with surname", _SWAPPED, 0.005, 0.00001, 0.00001),
        Level("same", "given_l = given_r and length(given_l) > 1",
              0.815, 0.008, 0.008, is_term=True),
        Level("short form", "length(given_l) > 1 and length(given_r) > 1"
              " and list_has_any(given_forms_l, given_forms_r)", 0.06, 0.003, 0.003),
        Level("initial", "(length(given_l) = 1 or length(given_r) = 1)"
              " and substr(given_l, 1, 1) = substr(given_r, 1, 1)", 0.05, 0.008, 0.008),
        Level("similar", "jaro_winkler_similarity(given_l, given_r) >= 0.9"
              " or (length(given_l) > 3 and damerau_levenshtein(given_l, given_r) <= 1)",
              0.055, 0.006, 0.006),
        Level("different", _OTHER, 0.015, 0.975, 0.975),
    ),
    term="given",
)  # fmt: skip

SURNAME = Comparison(
    "surname",
    f"surname_l is null or surname_r is null or {_SWAPPED}",
    (
        Level("same", "surname_l = surname_r", 0.85, 0.002, 0.80, is_term=True),
        Level("similar", "jaro_winkler_similarity(surname_l, surname_r) >= 0.92"
              " or (length(surname_l) > 3 and damerau_levenshtein(surname_l, surname_r) <= 1)",
              0.06, 0.003, 0.05),
        Level("part of the other",
              "list_has_any(string_split(surname_l, ' '), string_split(surname_r, ' '))",
              0.02, 0.0005, 0.02),
        Level("different", _OTHER, 0.07, 0.9945, 0.13),
    ),
    term="surname",
    is_shared=True,
)  # fmt: skip

MIDDLE_NAME = Comparison(
    "middle_name",
    "middle_l is null or middle_r is null",
    (
        Level("same initial", "middle_l = middle_r", 0.93, 0.08, 0.08),
        Level("different", _OTHER, 0.07, 0.92, 0.92),
    ),
)

BIRTH_DATE = Comparison(
    "birth_date",
    "birth_date_l is null or birth_date_r is null",
    (
        Level("same", "birth_date_l = birth_date_r", 0.93, 0.00004, 0.01),
        Level("one slip", "damerau_levenshtein(birth_date_l, birth_date_r) <= 1"
              " or (substr(birth_date_l, 1, 4) = substr(birth_date_r, 1, 4)"
              " and substr(birth_date_l, 6, 2) = substr(birth_date_r, 9, 2)"
              " and substr(birth_date_l, 9, 2) = substr(birth_date_r, 6, 2))", 0.04, 0.001, 0.002),
        Level("two parts of three",
              "cast(substr(birth_date_l, 1, 4) = substr(birth_date_r, 1, 4) as int)"
              " + cast(substr(birth_date_l, 6, 2) = substr(birth_date_r, 6, 2) as int)"
              " + cast(substr(birth_date_l, 9, 2) = substr(birth_date_r, 9, 2) as int) = 2",
              0.015, 0.004, 0.005),
        Level("different", _OTHER, 0.015, 0.99496, 0.983),
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
)

EMAIL = Comparison(
    "email",
    "emails_l is null or emails_r is null",
    (
        Level("same, of one person", "list_has_any(emails_own_l, emails_own_r)", 0.50, 2e-7, 0.04),
        Level("same, of several people", "list_has_any(emails_l, emails_r)", 0.05, 2e-7, 0.12),
        Level("same mailbox name", "list_has_any(locals_l, locals_r)", 0.05, 2e-6, 0.002),
        Level("one slip", "damerau_levenshtein(emails_l[1], emails_r[1]) <= 1",
              0.05, 2e-5, 0.01),
        Level("different", _OTHER, 0.35, 0.9999776, 0.828),
    ),
    is_shared=True,
    is_identifier=True,
)  # fmt: skip

PHONE = Comparison(
    "phone",
    "phones_l is null or phones_r is null",
    (
        Level("same, of one person", "list_has_any(phones_own_l, phones_own_r)", 0.55, 2e-7, 0.06),
        Level("same, of several people", "list_has_any(phones_l, phones_r)", 0.10, 2e-7, 0.30),
        Level("similar", "damerau_levenshtein(phones_l[1], phones_r[1]) <= 1", 0.04, 2e-6, 0.01),
        Level("different", _OTHER, 0.31, 0.9999976, 0.63),
    ),
    is_shared=True,
    is_identifier=True,
)

DEVICE = Comparison(
    "device",
    "devices_l is null or devices_r is null",
    (
        Level(
            "same, of one person", "list_has_any(devices_own_l, devices_own_r)", 0.35, 2e-7, 0.03
        ),
        Level("same, of several people", "list_has_any(devices_l, devices_r)", 0.07, 2e-7, 0.12),
        Level("different", _OTHER, 0.58, 0.9999996, 0.85),
    ),
    is_shared=True,
    is_identifier=True,
)

HANDLE = Comparison(
    "handle",
    "handles_l is null or handles_r is null",
    (
        Level("same", "list_has_any(handles_l, handles_r)", 0.80, 1e-7, 1e-7),
        Level("similar", "damerau_levenshtein(handles_l[1], handles_r[1]) <= 1", 0.05, 1e-6, 1e-6),
        Level("different", _OTHER, 0.15, 0.9999989, 0.9999989),
    ),
    is_identifier=True,
)

STREET = Comparison(
    "street",
    "street_l is null or street_r is null",
    (
        Level("same", "street_l = street_r", 0.60, 0.00005, 0.72),
        Level("similar", "jaro_winkler_similarity(street_l, street_r) >= 0.93"
              " or (street_number_l <> '' and street_number_l = street_number_r"
              " and jaro_winkler_similarity(street_l, street_r) >= 0.85)", 0.15, 0.0005, 0.15),
        Level("different", _OTHER, 0.25, 0.99945, 0.13),
    ),
    is_shared=True,
)  # fmt: skip

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
    EMAIL, PHONE, DEVICE, HANDLE, STREET, PLACE, COMPANY,
)  # fmt: skip
