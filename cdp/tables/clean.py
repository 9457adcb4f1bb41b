"""What quality makes of the raw rows: records, touchpoints, dispositions, quarantine."""

from __future__ import annotations

from cdp.tables.contract import (
    DATE,
    FLAG,
    INSTANT,
    INTEGER,
    MONEY,
    NUMBER,
    TEXT,
    TEXTS,
    Column,
    Contract,
    key_column,
    long_column,
)

PROVENANCE = (
    key_column("delivery_id", TEXT, "the delivery (file) that brought the row"),
    key_column("source", TEXT, "the source of the delivery"),
    key_column("source_file", TEXT, "path of the file inside the project"),
    key_column("source_row", INTEGER, "line of the file where the row starts, from 1"),
    key_column("delivered_at", INSTANT, "when the source delivered the file"),
)

PERSON_TEXT = {
    "full_name": "the whole name, where a source has no parts",
    "given_name": "first name",
    "middle_name": "middle names or initials",
    "surname": "family name",
    "title": "Dr, Mrs, ...",
    "suffix": "Jr, Sr, II, III, ...",
    "birth_date": "date of birth",
    "sex": "F or M",
    "address": "whole postal address, where a source has no parts",
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
"""Single-valued canonical fields of a person, and what they mean."""

PERSON_LISTS = {
    "emails": ("email", "email addresses"),
    "phones": ("phone", "phone numbers"),
    "devices": ("device", "cookies and device ids"),
    "handles": ("handle", "social handles"),
}
"""Many-valued canonical fields: column, the contract's word for it, meaning."""

CONSENTS = ("email_consent", "sms_consent", "phone_consent", "post_consent")

CONSENT_COLUMNS = tuple(
    Column(name, FLAG, f"true granted, false refused ({name.split('_')[0]}); null unknown")
    for name in CONSENTS
)

PERSON = (
    Column(
        "emails", TEXTS, "usable email addresses, normalised, in the source's order", "identifier"
    ),
    Column("phones", TEXTS, "usable phone numbers, E.164, in the source's order", "identifier"),
    Column("devices", TEXTS, "usable cookies and device ids", "identifier"),
    Column("handles", TEXTS, "usable social handles", "identifier"),
    Column(
        "keys", TEXTS, "declared keys, `namespace:key`, the source's own among them", "identifier"
    ),
    Column("given_name", TEXT, "first name, cleaned", "personal"),
    Column("middle_name", TEXT, "middle names or initials, cleaned", "personal"),
    Column("surname", TEXT, "family name, cleaned", "personal"),
    Column("title", TEXT, "Dr, Mrs, ...", "personal"),
    Column("suffix", TEXT, "Jr, Sr, II, III, IV", "personal"),
    Column("birth_date", DATE, "date of birth", "personal"),
    Column("sex", TEXT, "F or M", "personal"),
    Column("street", TEXT, "street and number, cleaned", "personal"),
    Column("unit", TEXT, "apartment or suite", "personal"),
    Column("city", TEXT, "city, cleaned", "personal"),
    Column("region", TEXT, "state or province, its code where known", "personal"),
    Column("postcode", TEXT, "postal code, normalised for its country", "personal"),
    Column("country", TEXT, "ISO 3166 alpha-2 code", "personal"),
    Column("company", TEXT, "employer or company, cleaned", "personal"),
    Column("job_title", TEXT, "job title", "personal"),
    Column("language", TEXT, "language", "personal"),
    *CONSENT_COLUMNS,
)

TOUCH = (
    Column("occurred_at", INSTANT, "when it happened, UTC"),
    Column("channel", TEXT, "web, email, chat, social, shop, support, ..."),
    Column("event_type", TEXT, "what happened, in the source's word"),
    Column("amount", MONEY, "money, in units of `currency`"),
    Column("currency", TEXT, "ISO 4217 code, upper case"),
    Column("score", NUMBER, "a rating given by the person, in the source's scale"),
    Column("campaign", TEXT, "campaign the contact is put down to"),
)

ROWS = Contract(
    name="clean.rows",
    grain="one row of an accepted, held or revoked delivery, cleaned and judged",
    key=("delivery_id", "source_row"),
    columns=(
        *PROVENANCE,
        key_column("verdict", TEXT, "accepted, quarantined, set_aside or held"),
        Column("reason", TEXT, "the rule or reason behind a verdict other than accepted"),
        Column("source_record_id", TEXT, "the source's own key of the person", "identifier"),
        Column("record_id", INTEGER, "stable id of source and key; null when no person is stated"),
        Column("is_inline", FLAG, "the person came inside an event, without a key of its own"),
        Column("source_touchpoint_id", TEXT, "the source's own key of the contact"),
        Column("touchpoint_id", INTEGER, "stable id of source and touchpoint key"),
        Column("observed_at", INSTANT, "when the source saw the person so, UTC"),
        *TOUCH,
        *PERSON,
        Column(
            "attributes", TEXT, "own and unmapped columns of the person, a JSON object", "personal"
        ),
        long_column("payload", "what no column of the contact takes, a JSON object"),
        long_column("stated", "the person as the source states it, a JSON object"),
        Column("person_hash", TEXT, "fingerprint of what the row says of the person"),
        key_column("content_hash", TEXT, "fingerprint of the whole row"),
    ),
)

RECORDS = Contract(
    name="clean.records",
    grain="one version of what one source says of one person",
    key=("record_id", "version"),
    columns=(
        key_column("record_id", INTEGER, "stable id of source and source_record_id"),
        key_column("version", INTEGER, "1 for the oldest version of the record"),
        key_column("is_current", FLAG, "the latest version of a record that its source still has"),
        key_column("source", TEXT, "the source"),
        key_column("source_record_id", TEXT, "the source's own key", "identifier"),
        key_column("is_inline", FLAG, "the person came inside an event, without a key of its own"),
        key_column("observed_at", INSTANT, "when the source saw the person so, UTC"),
        key_column("delivery_id", TEXT, "the delivery that brought the version"),
        key_column("source_file", TEXT, "path of its file inside the project"),
        key_column("source_row", INTEGER, "line of that file"),
        *PERSON,
        Column("attributes", TEXT, "own and unmapped columns, a JSON object", "personal"),
        long_column("stated", "the person as the source states it, a JSON object"),
    ),
)

TOUCHPOINTS = Contract(
    name="clean.touchpoints",
    grain="one observed contact, its latest delivered wording",
    key=("touchpoint_id",),
    columns=(
        key_column("touchpoint_id", INTEGER, "stable id of source and source_touchpoint_id"),
        key_column("source", TEXT, "the source"),
        key_column("source_touchpoint_id", TEXT, "the source's own key"),
        Column("record_id", INTEGER, "the record of the person; null when none is stated"),
        *(
            key_column(c.name, c.type, c.meaning) if c.name in ("occurred_at", "channel") else c
            for c in TOUCH
        ),
        long_column("payload", "what no column takes, a JSON object"),
        key_column("delivery_id", TEXT, "the delivery that brought it"),
        key_column("source_file", TEXT, "path of its file inside the project"),
        key_column("source_row", INTEGER, "line of that file"),
    ),
)

CORRECTIONS = Contract(
    name="clean.corrections",
    grain="one touchpoint and a record that its rows stated before it was corrected",
    key=("touchpoint_id", "record_id"),
    columns=(
        key_column("touchpoint_id", INTEGER, "the touchpoint"),
        key_column("record_id", INTEGER, "a record without a key of its own, stated no more"),
        key_column("latest_record_id", INTEGER, "the record that the touchpoint states now"),
    ),
)

DISPOSITIONS = Contract(
    name="clean.dispositions",
    grain="one row of a delivery: what became of it",
    key=("delivery_id", "source_row"),
    columns=(
        key_column("delivery_id", TEXT, "the delivery (file) that brought the row"),
        key_column("source", TEXT, "the source"),
        key_column("source_file", TEXT, "path of the file inside the project"),
        key_column("source_row", INTEGER, "line of the file where the row starts, from 1"),
        key_column("disposition", TEXT, "accepted, quarantined, duplicate, set_aside or held"),
        Column(
            "reason",
            TEXT,
            "the rule or reason, where the row was not accepted; line_item for a row after the "
            "first of one touchpoint",
        ),
        Column("source_record_id", TEXT, "the source's own key of the person", "identifier"),
        Column("record_id", INTEGER, "the record that the row speaks of"),
        Column("touchpoint_id", INTEGER, "the touchpoint that the row speaks of"),
    ),
)

QUARANTINE = Contract(
    name="clean.quarantine",
    grain="one rejected row and one rule that it broke",
    key=("delivery_id", "source_row", "rule"),
    columns=(
        *PROVENANCE,
        key_column("rule", TEXT, "the rule's name"),
        key_column("stage", TEXT, "ingest (unreadable) or quality (a rule failed)"),
        key_column("severity", TEXT, "critical"),
        key_column("reason", TEXT, "what is wrong, in words, without the value"),
        key_column("raw", TEXT, "the row's text, verbatim, its line end with it", "personal"),
        key_column(
            "replay_state",
            TEXT,
            "open; replayed, when a mended contract took the row; mended, when a delivery that "
            "mends this one brought it right; superseded, when its source told it again since",
        ),
    ),
)
