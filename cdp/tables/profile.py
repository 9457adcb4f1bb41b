"""What analysts and CRM owners read: golden records, their evidence, timeline, traits."""

from __future__ import annotations

from cdp.tables.clean import CONSENTS, TOUCH
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
)

SURVIVING = (
    Column("given_name", TEXT, "first name", "personal"),
    Column("middle_name", TEXT, "middle names or initials", "personal"),
    Column("surname", TEXT, "family name", "personal"),
    Column("title", TEXT, "Dr, Mrs, ...", "personal"),
    Column("suffix", TEXT, "Jr, Sr, II, III, IV", "personal"),
    Column("birth_date", DATE, "date of birth", "personal"),
    Column("sex", TEXT, "F or M", "personal"),
    Column("email", TEXT, "the email address to use", "identifier"),
    Column("phone", TEXT, "the phone number to use, E.164", "identifier"),
    Column("street", TEXT, "street and number", "personal"),
    Column("unit", TEXT, "apartment or suite", "personal"),
    Column("city", TEXT, "city", "personal"),
    Column("region", TEXT, "state or province", "personal"),
    Column("postcode", TEXT, "postal code", "personal"),
    Column("country", TEXT, "ISO 3166 alpha-2 code", "personal"),
    Column("company", TEXT, "employer or company", "personal"),
    Column("job_title", TEXT, "job title", "personal"),
    Column("language", TEXT, "language", "personal"),
)
"""Columns of the golden record that survivorship chooses, one claim out of many."""

CUSTOMERS = Contract(
    name="profile.customers",
    grain="one customer: the golden record",
    key=("customer_id",),
    columns=(
        key_column("customer_id", TEXT, "stable id of the resolved person"),
        key_column(
            "kind", TEXT, "identified, or anonymous (a cookie or device, or nothing of use)"
        ),
        Column(
            "household_id",
            TEXT,
            "who seem to share a home, an estimate that may change from run to run; null: nobody"
            " else of the home is known",
        ),
        *SURVIVING,
        key_column("emails", TEXTS, "every usable email address, sorted", "identifier"),
        key_column("phones", TEXTS, "every usable phone number, sorted", "identifier"),
        *(
            Column(c, FLAG, "true granted, false refused by any source, null unknown")
            for c in CONSENTS
        ),
        key_column("sources", TEXTS, "sources that know the person, sorted"),
        key_column("record_count", INTEGER, "records that are this person"),
        key_column("touchpoint_count", INTEGER, "observed contacts"),
        key_column("first_seen_at", INSTANT, "first record or touchpoint, UTC"),
        key_column("last_seen_at", INSTANT, "latest record or touchpoint, UTC"),
        key_column(
            "identity_confidence", NUMBER, "0 to 1: the weakest link that holds it together"
        ),
        key_column("attributes", TEXT, "own attributes of the sources, a JSON object", "personal"),
    ),
)

ATTRIBUTE_SOURCES = Contract(
    name="profile.attribute_sources",
    grain="one attribute of one golden record: where its value came from",
    key=("customer_id", "attribute"),
    columns=(
        key_column("customer_id", TEXT, "the customer"),
        key_column("attribute", TEXT, "column of the golden record"),
        key_column("value", TEXT, "the surviving value, as text", "personal"),
        key_column("source", TEXT, "source of the winning claim"),
        key_column("record_id", INTEGER, "record of the winning claim"),
        key_column("source_record_id", TEXT, "its key in the source", "identifier"),
        key_column("observed_at", INSTANT, "when the source saw it, UTC"),
        key_column(
            "rule",
            TEXT,
            "what decided: only claim, fuller value, source trust, recency, frequency, tie",
        ),
        key_column("claim_count", INTEGER, "claims there were, the winner included"),
        key_column(
            "losers", TEXT, "JSON list: the other values, with source and instant", "personal"
        ),
    ),
)

TIMELINE = Contract(
    name="profile.timeline",
    grain="one touchpoint of one customer, in the order of time",
    key=("touchpoint_id",),
    columns=(
        key_column("customer_id", TEXT, "the customer"),
        key_column("position", INTEGER, "1 for the customer's first touchpoint"),
        key_column("touchpoint_id", INTEGER, "stable id of source and source_touchpoint_id"),
        key_column("source", TEXT, "the source"),
        key_column("source_touchpoint_id", TEXT, "the source's own key"),
        key_column("record_id", INTEGER, "the record of the person"),
        *(
            key_column(c.name, c.type, c.meaning) if c.name in ("occurred_at", "channel") else c
            for c in TOUCH
        ),
        Column("payload", TEXT, "what no column takes, a JSON object", "personal"),
    ),
)

COMPUTED_TRAITS = Contract(
    name="profile.computed_traits",
    grain="one customer as of one instant",
    key=("customer_id",),
    columns=(
        key_column("customer_id", TEXT, "the customer"),
        key_column("as_of", INSTANT, "touchpoints up to this instant count, UTC"),
        Column("first_touch_at", INSTANT, "first touchpoint, UTC; null without one"),
        Column("last_touch_at", INSTANT, "latest touchpoint, UTC; null without one"),
        key_column("touch_count", INTEGER, "touchpoints"),
        key_column("channels", TEXTS, "channels used, sorted"),
        key_column("channel_mix", TEXT, "JSON object: channel to its share of touchpoints, 0 to 1"),
        Column("top_channel", TEXT, "most used channel; ties to the first by name"),
        key_column("order_count", INTEGER, "touchpoints with a positive amount"),
        Column("revenue", MONEY, "sum of amounts, in `currency`; null without one"),
        Column("currency", TEXT, "currency with most orders; amounts in others are not summed"),
        Column("average_score", NUMBER, "mean of ratings given, in the source's scale"),
        Column("recency_days", INTEGER, "whole days since the latest order; null without one"),
        Column("rfm_recency", INTEGER, "1 to 5 among customers with an order; 5 = most recent"),
        Column("rfm_frequency", INTEGER, "1 to 5; 5 = most orders"),
        Column("rfm_monetary", INTEGER, "1 to 5 among customers of one currency; 5 = most revenue"),
        Column(
            "rfm_segment",
            TEXT,
            "champion, loyal, promising, at_risk, lapsed; null without an order",
        ),
    ),
)

CLAIMS = Contract(
    name="profile.claims",
    grain="one customer, one attribute, one record that states a value of it",
    key=("customer_id", "attribute", "record_id"),
    columns=(
        key_column("customer_id", TEXT, "the customer"),
        key_column("attribute", TEXT, "what is claimed; an address is one claim, as JSON"),
        key_column("record_id", INTEGER, "the record that states it"),
        key_column("source", TEXT, "its source"),
        key_column("source_record_id", TEXT, "its key in the source", "identifier"),
        key_column("observed_at", INSTANT, "when the source saw it, UTC"),
        key_column("trust", INTEGER, "trust in the source, 1 to 9 = most"),
        key_column("value", TEXT, "the value, as text", "personal"),
        key_column(
            "fullness",
            INTEGER,
            "0 for an initial, an address without a street, a generic email or phone; else 1",
        ),
    ),
)
