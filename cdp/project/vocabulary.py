"""The words a source contract may use for what it says of a person."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

PERSON_FIELDS = {
    "email": "email address; several columns allowed",
    "phone": "phone number; several columns allowed",
    "device": "cookie or device id; several columns allowed",
    "handle": "social handle or profile URL; several columns allowed",
    "full_name": "whole name, where there are no parts",
    "given_name": "first name",
    "middle_name": "middle names or initials",
    "surname": "family name",
    "title": "Dr, Mrs, ...",
    "suffix": "Jr, Sr, II, ...",
    "birth_date": "date of birth; may state its order: ymd, mdy or dmy",
    "sex": "sex or gender",
    "address": "whole postal address in one column, where there are no parts",
    "street": "street and number",
    "unit": "apartment, suite",
    "city": "city",
    "region": "state or province",
    "postcode": "postal code",
    "country": "country",
    "company": "employer or company",
    "job_title": "job title",
    "language": "language",
}
"""Canonical field of a person -> its meaning."""

MANY_VALUED = frozenset({"email", "phone", "device", "handle"})
"""The person fields that take several columns, each a value of its own."""

JOINED = frozenset({"full_name", "middle_name", "surname", "address", "street", "unit"})
"""The person fields that take several columns as parts of one value: number and street."""

MATCHED_FIELDS = (
    *sorted(MANY_VALUED),
    *("given_name", "middle_name", "surname", "suffix", "birth_date", "sex", "company"),
    *("street", "unit", "city", "region", "postcode"),
)
"""The person fields that matching reads, and rules of a project may name."""

OWN_WORDS = (
    "place", "prior", "sources", "household", "rivals", "declared_key", "customer_key",
    "all_stated",
)  # fmt: skip
"""Words of matching that are no field: an attribute that is compared is called otherwise."""

CONSENT_CHANNELS = ("email", "sms", "phone", "post")
"""The channels that consent is stated for."""

GRANTED_WORDS = ("yes", "true", "1", "y", "subscribed", "opted_in")
REFUSED_WORDS = ("no", "false", "0", "n", "unsubscribed", "opted_out")
"""What consent columns say unless a contract says otherwise; compared in lower case."""


def nearest(word: str, known: Iterable[str], *, similarity: float = 0.6) -> str | None:
    """The known word that was most likely meant, or none; ties end in the alphabet.

    ``similarity`` is difflib's ratio, 0 to 1; higher = fewer suggestions. Case is ignored.

    >>> nearest("Emial", PERSON_FIELDS)
    'email'
    >>> nearest("shoe_size", PERSON_FIELDS) is None
    True
    """
    spelt = {one.lower(): one for one in known}
    found = difflib.get_close_matches(word.lower(), spelt, n=1, cutoff=similarity)
    return spelt[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, else all of them.

    >>> did_you_mean("phon", CONSENT_CHANNELS)
    'did you mean `phone`?'
    >>> did_you_mean("pigeon", CONSENT_CHANNELS)
    'one of: email, sms, phone, post'
    """
    words = list(known)
    near = nearest(word, words)
    return f"did you mean `{near}`?" if near else f"one of: {', '.join(words)}"
