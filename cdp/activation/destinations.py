"""What each destination takes: its columns, its limits, how a file is loaded there.

Every value is written verbatim, also one that begins with ``=``, ``+``, ``-`` or ``@``: a file for
an import that carries a spreadsheet's escape would store the escape, and a phone number in E.164
begins with ``+``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Destination:
    """One tool that imports a file of customers.

    ``name`` is also the SQL file that selects its columns. ``key`` is the column that finds a
    customer again at the next import. ``required`` columns are never empty, ``longest`` counts
    the characters that a column takes, ``shapes`` says what a value must look like and
    ``clears`` is the word that empties a field; rows that break one of these are rejected.
    ``opt_outs`` says which column carries the refusals of a channel; a channel without one
    cannot be told. ``notes`` are what the one who loads the file has to know beforehand.
    """

    name: str
    file_name: str
    key: str
    how_to_load: str
    opt_outs: Mapping[str, str]
    notes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    longest: Mapping[str, int] = field(default_factory=dict)
    shapes: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    clears: str | None = None
    max_bytes: int | None = None

    def refusal(self, row: Mapping[str, object]) -> str | None:
        """Why the destination would not take a row, in columns and limits; null when it would.

        >>> SALESFORCE.refusal(dict.fromkeys(SALESFORCE.longest) | {"LastName": "Lee"})
        >>> SALESFORCE.refusal(dict.fromkeys(SALESFORCE.longest) | {"Email": "ann@example"})
        'LastName is missing; Email is malformed'
        """
        said = {name: str(value) for name, value in row.items() if value is not None}
        reasons = [f"{name} is missing" for name in self.required if not said.get(name, "").strip()]
        reasons += [
            f"{name} is longer than {limit} characters"
            for name, limit in self.longest.items()
            if len(said.get(name, "")) > limit
        ]
        reasons += [
            f"{name} is malformed"
            for name, shape in self.shapes.items()
            if said.get(name) and not shape.fullmatch(said[name])
        ]
        reasons += [
            f"{name} is {self.clears}, which would empty the field"
            for name, value in said.items()
            if value == self.clears
        ]
        return "; ".join(reasons) or None


CSV = Destination(
    name="csv",
    file_name="customers",
    key="customer_id",
    how_to_load="read it as UTF-8 CSV with commas, LF line ends and RFC 4180 quotes, the first "
    "line naming the columns of the published table `customers`",
    notes=(
        "lists are joined by `;`",
        "an empty cell is an unknown value",
        "values are verbatim: import them as text into a spreadsheet, or it runs = + - @",
    ),
    opt_outs={c: f"{c}_consent" for c in ("email", "sms", "phone", "post")},
)

# Salesforce allows dots in a row and at the end of the local part, and letters of any alphabet.
_SALESFORCE_EMAIL = re.compile(
    r"(?!\.)[^\s@\"(),:;<>\[\]\\]+@(?:[^\W_](?:(?:[^\W_]|-)*[^\W_])?\.)+[^\W_](?:[^\W_]|-)*[^\W_]"
)

SALESFORCE = Destination(
    name="salesforce",
    file_name="Contact",
    key="Cdp_Id__c",
    how_to_load="make one Bulk API 2.0 job a file: operation upsert, object Contact, "
    "externalIdFieldName Cdp_Id__c, contentType CSV, lineEnding LF, columnDelimiter COMMA",
    notes=(
        "Cdp_Id__c is a Text(18) field of yours on Contact, marked External ID and unique",
        "MiddleName and Suffix must be switched on in Setup, User Interface",
        "where state and country are picklists, MailingState is MailingStateCode, country likewise",
        "an empty cell leaves a field as it is: nothing is emptied, no opt-out is taken back",
    ),
    opt_outs={
        "email": "HasOptedOutOfEmail",
        "sms": "DoNotCall",
        "phone": "DoNotCall",
    },
    required=("LastName",),
    longest={
        "Salutation": 40,
        "FirstName": 40,
        "MiddleName": 40,
        "LastName": 80,
        "Suffix": 40,
        "Email": 80,
        "Phone": 40,
        "Title": 128,
        "MailingStreet": 255,
        "MailingCity": 40,
        "MailingState": 80,
        "MailingPostalCode": 20,
        "MailingCountry": 80,
    },
    shapes={"Email": _SALESFORCE_EMAIL},
    clears="#N/A",
    max_bytes=100_000_000,
)
"""Salesforce asks for files of at most 100 MB: it takes 150 MB of them in base64."""

DESTINATIONS: Mapping[str, Destination] = {d.name: d for d in (CSV, SALESFORCE)}
