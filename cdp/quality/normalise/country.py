"""Countries, as ISO 3166 alpha-2 codes."""

from __future__ import annotations

from phonenumbers import SUPPORTED_REGIONS

from cdp.quality.normalise.junk import is_junk
from cdp.quality.normalise.text import collapsed

_NAMES = {
    "united states": "US",
    "united states of america": "US",
    "usa": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "america": "US",
    "canada": "CA",
    "can": "CA",
    "mexico": "MX",
    "united kingdom": "GB",
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "gbr": "GB",
    "ireland": "IE",
    "france": "FR",
    "fra": "FR",
    "germany": "DE",
    "deutschland": "DE",
    "deu": "DE",
    "austria": "AT",
    "switzerland": "CH",
    "schweiz": "CH",
    "italy": "IT",
    "italia": "IT",
    "spain": "ES",
    "españa": "ES",
    "portugal": "PT",
    "netherlands": "NL",
    "the netherlands": "NL",
    "nederland": "NL",
    "belgium": "BE",
    "luxembourg": "LU",
    "denmark": "DK",
    "sweden": "SE",
    "norway": "NO",
    "finland": "FI",
    "iceland": "IS",
    "poland": "PL",
    "polska": "PL",
    "czech republic": "CZ",
    "czechia": "CZ",
    "slovakia": "SK",
    "hungary": "HU",
    "romania": "RO",
    "bulgaria": "BG",
    "greece": "GR",
    "turkey": "TR",
    "türkiye": "TR",
    "ukraine": "UA",
    "israel": "IL",
    "united arab emirates": "AE",
    "saudi arabia": "SA",
    "india": "IN",
    "pakistan": "PK",
    "china": "CN",
    "hong kong": "HK",
    "taiwan": "TW",
    "japan": "JP",
    "south korea": "KR",
    "korea": "KR",
    "singapore": "SG",
    "malaysia": "MY",
    "indonesia": "ID",
    "philippines": "PH",
    "thailand": "TH",
    "vietnam": "VN",
    "australia": "AU",
    "aus": "AU",
    "new zealand": "NZ",
    "south africa": "ZA",
    "nigeria": "NG",
    "kenya": "KE",
    "egypt": "EG",
    "brazil": "BR",
    "brasil": "BR",
    "argentina": "AR",
    "chile": "CL",
    "colombia": "CO",
    "peru": "PE",
}


def normalise_country(text: str) -> str | None:
    """A country's code, from its code or a common name; nothing when it is not known.

    >>> normalise_country("usa"), normalise_country("de"), normalise_country("Atlantis")
    ('US', 'DE', None)
    """
    plain = collapsed(text)
    if is_junk(plain):
        return None
    if plain.upper() in SUPPORTED_REGIONS:
        return plain.upper()
    return _NAMES.get(plain.casefold())
