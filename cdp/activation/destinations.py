"""What each destination takes: its columns, its limits, how a file is loaded there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Destination:
    """One tool that imports a file of customers.

    ``name`` is also the SQL file that selects its columns. ``key`` is the column that finds a
    customer again at the next import. ``required`` columns are never empty, ``longest`` counts
    the characters that a column takes; rows that break either are rejected. ``opt_outs`` says
    which column carries the refusals of a channel; a channel without one cannot be told.
    """

    name: str
    file_name: str
    key: str
    how_to_load: str
    opt_outs: Mapping[str, str]
    required: tuple[str, ...] = ()
    longest: Mapping[str, int] = field(default_factory=dict)
    max_bytes: int | None = None


CSV = Destination(
    name="csv",
    file_name="customers",
    key="customer_id",
    how_to_load="UTF-8, comma, LF, RFC 4180 quotes; lists are joined by `;`; values are verbatim, "
    "so open it in a spreadsheet as text",
    opt_outs={c: f"{c}_consent" for c in ("email", "sms", "phone", "post")},
)

SALESFORCE = Destination(
    name="salesforce",
    file_name="Contact",
    key="Cdp_Id__c",
    how_to_load="Bulk API 2.0: operation upsert, object Contact, externalIdFieldName Cdp_Id__c (a "
    "Text(18) field of yours, External ID, unique), lineEnding LF, columnDelimiter COMMA; an "
    "empty cell leaves a field as it is",
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
    max_bytes=100_000_000,
)
"""Salesforce asks for files of at most 100 MB: it takes 150 MB of them in base64."""

DESTINATIONS: Mapping[str, Destination] = {d.name: d for d in (CSV, SALESFORCE)}
