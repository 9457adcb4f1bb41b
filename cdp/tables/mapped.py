"""What quality reads raw rows as, one run at a time, before it makes clean tables of them."""

from __future__ import annotations

from cdp.tables.clean import (
    CONSENT_COLUMNS,
    CONSENTS,
    PERSON,
    PERSON_LISTS,
    PERSON_TEXT,
    PROVENANCE,
    TOUCH,
)
from cdp.tables.contract import (
    FLAG,
    INSTANT,
    INTEGER,
    TEXT,
    TEXTS,
    Column,
    Contract,
    key_column,
    long_column,
)

ROWS = Contract(
    name="mapped.rows",
    grain="one row of a delivery that this run cleans, as its source contract reads it",
    key=("delivery_id", "source_row"),
    columns=(
        *PROVENANCE,
        Column("fault", TEXT, "why the row could not be read; null when it could"),
        Column("set_aside", TEXT, "why the row is no customer's (bot, agent, test lead)"),
        Column("record_key", TEXT, "the source's own key of the person", "identifier"),
        Column("touchpoint_key", TEXT, "the source's own key of the contact"),
        Column("ref_source", TEXT, "source whose key the row carries instead of a person"),
        Column("ref_key", TEXT, "that source's key", "identifier"),
        Column("observed_at_stated", TEXT, "when the source saw this, in its own text"),
        Column("occurred_at_stated", TEXT, "when it happened, in the source's own text"),
        Column("channel", TEXT, "channel of the source"),
        Column("event_type", TEXT, "what happened, in the source's word"),
        Column("amount_stated", TEXT, "the source's own text of the amount"),
        Column("currency", TEXT, "currency as stated"),
        Column("score_stated", TEXT, "the source's own text of the rating"),
        Column("campaign", TEXT, "campaign as stated"),
        *(Column(n, TEXTS, m, "identifier") for n, (_, m) in PERSON_LISTS.items()),
        Column("keys", TEXTS, "declared keys, `namespace:key`", "identifier"),
        *(Column(n, TEXT, m, "personal") for n, m in PERSON_TEXT.items()),
        *CONSENT_COLUMNS,
        Column("declared", TEXT, "the contract's own attributes, a JSON object", "personal"),
        long_column("extra", "what no column of the contract takes, a JSON object"),
        Column("person_hash", TEXT, "fingerprint of `stated`; null when no person is stated"),
        long_column("stated", "the person as the source states it, a JSON object"),
        Column("content_hash", TEXT, "fingerprint of the whole row"),
    ),
)

PERSONS = Contract(
    name="mapped.persons",
    grain="one distinct person as a source states one, normalised",
    key=("person_hash",),
    columns=(
        key_column("person_hash", TEXT, "fingerprint of what the source states"),
        *(c for c in PERSON if c.name not in (*CONSENTS, "keys")),
        key_column("emails_refused", INTEGER, "stated email addresses that are of no use"),
        key_column("emails_disposable", INTEGER, "usable addresses of throw-away domains"),
        key_column("phones_refused", INTEGER, "stated phone numbers that are of no use"),
        key_column("birth_date_refused", FLAG, "a birth date is stated that is of no use"),
    ),
)

CHECKED = Contract(
    name="mapped.checked",
    grain="one mapped row with its values parsed, as the rules look at it",
    key=("delivery_id", "source_row"),
    columns=(
        *PROVENANCE,
        Column("fault", TEXT, "why the row could not be read; null when it could"),
        Column("set_aside", TEXT, "why the row is no customer's"),
        Column("record_key", TEXT, "the source's own key of the person", "identifier"),
        Column("touchpoint_key", TEXT, "the source's own key of the contact"),
        Column("ref_key", TEXT, "the other source's key", "identifier"),
        Column("person_hash", TEXT, "fingerprint of the person stated; null when none is"),
        Column("observed_at", INSTANT, "parsed, UTC"),
        Column("is_observed_at_read", FLAG, "null when not stated"),
        *TOUCH,
        Column("is_occurred_at_stated", FLAG, "the row has a text for it"),
        Column("is_amount_read", FLAG, "null when not stated"),
        Column("is_score_read", FLAG, "null when not stated"),
        *(c for c in PERSON if c.name != "keys"),
        # What is of no use in a person; null where no person is stated.
        *(Column(c.name, c.type, c.meaning) for c in PERSONS.columns[-4:]),
        Column("keys", TEXTS, "declared keys", "identifier"),
        Column("declared", TEXT, "the contract's own attributes, a JSON object", "personal"),
        Column("ref_source", TEXT, "source whose key the row carries instead of a person"),
        long_column("extra", "what no column of the contract takes, a JSON object"),
        long_column("stated", "the person as the source states it, a JSON object"),
        Column("content_hash", TEXT, "fingerprint of the whole row"),
    ),
)

FAILURES = Contract(
    name="mapped.failures",
    grain="one row that broke one rule",
    key=("delivery_id", "source_row", "rule"),
    columns=(
        key_column("delivery_id", TEXT, "the delivery"),
        key_column("source_row", INTEGER, "line of its file"),
        key_column("rule", TEXT, "the rule's name"),
        key_column("severity", TEXT, "critical, warning or info"),
        key_column("reason", TEXT, "what is wrong, in words, without the value"),
    ),
)
