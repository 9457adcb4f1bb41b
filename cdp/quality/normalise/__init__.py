"""Normalisers: pure functions from a source's text to one form, or to nothing when it is junk."""

from __future__ import annotations

from cdp.quality.normalise.address import (
    PostalAddress,
    normalise_city,
    normalise_postcode,
    normalise_region,
    normalise_street,
    split_address,
)
from cdp.quality.normalise.amount import parse_amount
from cdp.quality.normalise.country import normalise_country
from cdp.quality.normalise.date import normalise_birth_date, parse_instant
from cdp.quality.normalise.email import emails_in, is_disposable, normalise_email
from cdp.quality.normalise.handle import normalise_handle
from cdp.quality.normalise.name import (
    PersonName,
    normalise_given_name,
    normalise_suffix,
    normalise_surname,
    split_full_name,
)
from cdp.quality.normalise.phone import normalise_phone, phones_in
from cdp.quality.normalise.sex import normalise_sex
from cdp.quality.normalise.text import normalise_device, normalise_language, normalise_text

__all__ = [
    "PersonName",
    "PostalAddress",
    "emails_in",
    "is_disposable",
    "normalise_birth_date",
    "normalise_city",
    "normalise_country",
    "normalise_device",
    "normalise_email",
    "normalise_given_name",
    "normalise_handle",
    "normalise_language",
    "normalise_phone",
    "normalise_postcode",
    "normalise_region",
    "normalise_sex",
    "normalise_street",
    "normalise_suffix",
    "normalise_surname",
    "normalise_text",
    "parse_amount",
    "parse_instant",
    "phones_in",
    "split_address",
    "split_full_name",
]
