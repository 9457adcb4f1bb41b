"""Postal addresses."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from cdp.quality.normalise.junk import POSTCODES, STREETS, is_digest, is_junk
from cdp.quality.normalise.text import collapsed

_US_STATES = {
    "alabama": "AL",
    "alaska": "AK",
    "arizona": "AZ",
    "arkansas": "AR",
    "california": "CA",
    "colorado": "CO",
    "connecticut": "CT",
    "delaware": "DE",
    "district of columbia": "DC",
    "florida": "FL",
    "georgia": "GA",
    "hawaii": "HI",
    "idaho": "ID",
    "illinois": "IL",
    "indiana": "IN",
    "iowa": "IA",
    "kansas": "KS",
    "kentucky": "KY",
    "louisiana": "LA",
    "maine": "ME",
    "maryland": "MD",
    "massachusetts": "MA",
    "michigan": "MI",
    "minnesota": "MN",
    "mississippi": "MS",
    "missouri": "MO",
    "montana": "MT",
    "nebraska": "NE",
    "nevada": "NV",
    "new hampshire": "NH",
    "new jersey": "NJ",
    "new mexico": "NM",
    "new york": "NY",
    "north carolina": "NC",
    "north dakota": "ND",
    "ohio": "OH",
    "oklahoma": "OK",
    "oregon": "OR",
    "pennsylvania": "PA",
    "rhode island": "RI",
    "south carolina": "SC",
    "south dakota": "SD",
    "tennessee": "TN",
    "texas": "TX",
    "utah": "UT",
    "vermont": "VT",
    "virginia": "VA",
    "washington": "WA",
    "west virginia": "WV",
    "wisconsin": "WI",
    "wyoming": "WY",
    "puerto rico": "PR",
}
_FLOAT = re.compile(r"^(\d+)\.0$")
_AFTER_NUMBER = re.compile(r"(?<=\d)(?:St|Nd|Rd|Th)\b|(?<=\w['\u2019])S\b")
_UNIT = re.compile(
    r"[,\s]+((?:apt|apartment|unit|suite|ste|#|floor|fl|room|rm)\.?\s*[\w-]+)$", re.IGNORECASE
)
_US_TAIL = re.compile(r"^(?P<region>[A-Za-z. ]+?)\s+(?P<postcode>\d{5}(?:-\d{4})?)$")
FIVE_DIGITS = frozenset(["DE", "ES", "FI", "FR", "IT", "LT", "MX", "TR", "UA"])
"""Countries whose codes are five digits and may begin with the zero that spreadsheets drop."""
_DIGITS = re.compile(r"(?:[A-Z]{1,3}[- ])?(\d{4,5})$")
_CA = re.compile(r"^([A-Z]\d[A-Z])\s*(\d[A-Z]\d)$")
_GB = re.compile(r"^([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})$")


@dataclass(frozen=True)
class PostalAddress:
    """The parts of an address; null where there is none."""

    street: str | None = None
    unit: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None


def normalise_street(text: str) -> str | None:
    """A street with its number; nothing when it means nothing."""
    plain = collapsed(text, ",")
    if is_junk(plain) or is_digest(plain) or plain.casefold() in STREETS:
        return None
    return _cased(plain)


def normalise_city(text: str) -> str | None:
    """A city."""
    plain = collapsed(text, ",")
    is_word = re.search(r"[^\W\d_]", plain) and not is_digest(plain)
    return None if is_junk(plain) or not is_word else _cased(plain)


def normalise_region(text: str, country: str) -> str | None:
    """A state or province; in the United States its two-letter code.

    >>> normalise_region("california", "US"), normalise_region("ca", "US")
    ('CA', 'CA')
    """
    plain = collapsed(text, ",.")
    if is_junk(plain):
        return None
    if country == "US" and plain.casefold() in _US_STATES:
        return _US_STATES[plain.casefold()]
    cased = _cased(plain)
    return cased.upper() if cased.isascii() and len(cased) <= 3 else cased


def normalise_postcode(text: str, country: str) -> str | None:
    """A postal code in its country's form; a lost leading zero comes back.

    >>> normalise_postcode("'97201-1234", "US"), normalise_postcode("2116.0", "US")
    ('97201', '02116')
    >>> normalise_postcode("sw1a1aa", "GB"), normalise_postcode("1067", "DE")
    ('SW1A 1AA', '01067')
    """
    plain = collapsed(unicodedata.normalize("NFKC", text)).upper()
    plain = _FLOAT.sub(r"\1", plain)
    if is_junk(plain) or plain.casefold() in POSTCODES or not plain.isascii():
        return None
    if country == "US":
        digits = re.match(r"^(\d{3,5})(?:[- ]\d{0,4})?$|^(\d{5})\d{4}$", plain)
        code = (digits.group(1) or digits.group(2)).zfill(5) if digits else None
        return None if code is None or code in POSTCODES else code
    if country in FIVE_DIGITS and (digits := _DIGITS.match(plain)):
        code = digits.group(1).zfill(5)
        return None if code in POSTCODES else code
    for pattern in (_CA, _GB):
        halves = pattern.match(plain)
        if halves:
            return f"{halves.group(1)} {halves.group(2)}"
    return plain if re.search(r"\d", plain) and len(plain) <= 10 else None


def split_address(text: str, region: str) -> PostalAddress | None:
    """The parts of an address in one line: "7548 Center St, Apt 2, San Diego, CA 92101".

    Only what its commas part for sure is taken; a line without commas is a street.

    >>> split_address("7548 Center St Apt 2, San Diego, CA 92101", "US")
    PostalAddress(street='7548 Center St', unit='Apt 2', city='San Diego', region='CA',
        postcode='92101', country=None)
    """
    parts = [part for part in (collapsed(p) for p in re.split(r"[,\n]", text)) if part]
    if not parts or is_junk(text):
        return None
    unit = city = state = postcode = None
    if len(parts) > 2:
        tail = _US_TAIL.match(parts[-1])
        if tail:
            state = normalise_region(tail["region"], region)
            postcode = normalise_postcode(tail["postcode"], region)
            city, parts = normalise_city(parts[-2]), parts[:-2]
    line = ", ".join(parts)
    found = _UNIT.search(line)
    if found:
        unit, line = collapsed(found.group(1)), line[: found.start()]
    place = PostalAddress(normalise_street(line), unit, city, state, postcode, None)
    return None if place == PostalAddress() else place


def _cased(text: str) -> str:
    """Case mended only where there is none; "5th" and "Mary's" keep their small letters."""
    if not (text.isupper() or text.islower()):
        return text
    titled = _AFTER_NUMBER.sub(lambda end: end.group().lower(), text.title())
    return unicodedata.normalize("NFC", titled)
