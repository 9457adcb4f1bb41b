"""Who is who: identifiers, links, membership over time, identity events."""

from __future__ import annotations

from cdp.tables.contract import (
    DATE,
    FLAG,
    INSTANT,
    INTEGER,
    INTEGERS,
    NUMBER,
    NUMBERS,
    TEXT,
    TEXTS,
    Column,
    Contract,
    key_column,
)

MATCHED_RECORDS = Contract(
    name="identity.records",
    grain="the current version of one record, as matching reads it",
    key=("record_id",),
    columns=(
        key_column("record_id", INTEGER, "stable id of source and source_record_id"),
        key_column("source", TEXT, "the source"),
        key_column("source_record_id", TEXT, "the source's own key", "identifier"),
        key_column("is_inline", FLAG, "the person came inside an event, without a key of its own"),
        Column(
            "given_name", TEXT, "first name, folded: lower case, no accents or signs", "personal"
        ),
        Column("middle_name", TEXT, "middle names, folded", "personal"),
        Column("surname", TEXT, "family name, folded", "personal"),
        Column("suffix", TEXT, "Jr, Sr, II, III, IV", "personal"),
        Column("birth_date", DATE, "date of birth", "personal"),
        Column("sex", TEXT, "F or M", "personal"),
        Column("street", TEXT, "street, folded, abbreviations as one", "personal"),
        Column("unit", TEXT, "apartment or suite, folded", "personal"),
        Column("city", TEXT, "city, folded", "personal"),
        Column("region", TEXT, "state or province, folded", "personal"),
        Column("postcode", TEXT, "postal code", "personal"),
        Column("company", TEXT, "company, folded", "personal"),
        Column("emails", TEXTS, "usable, not generic; mailbox aliases as one", "identifier"),
        Column("phones", TEXTS, "usable, not generic, E.164", "identifier"),
        Column("devices", TEXTS, "usable, not generic", "identifier"),
        Column("handles", TEXTS, "usable, not generic", "identifier"),
        Column("keys", TEXTS, "declared keys, `namespace:key`", "identifier"),
    ),
)

IDENTIFIERS = Contract(
    name="identity.identifiers",
    grain="one record, one kind, one value",
    key=("record_id", "kind", "value"),
    columns=(
        key_column("record_id", INTEGER, "the record that states it"),
        key_column("kind", TEXT, "customer_key, email, phone, device, handle, or an attribute"),
        key_column("value", TEXT, "the value as matching compares it", "identifier"),
        key_column("is_generic", FLAG, "held by too many people to point to one"),
        Column("generic_reason", TEXT, "why it is generic; null when it is not"),
    ),
)

ATTRIBUTES = Contract(
    name="identity.attributes",
    grain="one current record, one attribute of the project's own that matching compares",
    key=("record_id", "attribute"),
    columns=(
        key_column("record_id", INTEGER, "the record that states it"),
        key_column("attribute", TEXT, "its name under `attributes` of a source"),
        key_column("kind", TEXT, "exact, text, date, number or identifier"),
        key_column("value", TEXT, "the value as matching compares it, not generic", "identifier"),
    ),
)

HOLDERS = Contract(
    name="identity.holders",
    grain="one identifier that seems to be held by several people",
    key=("kind", "value"),
    columns=(
        key_column("kind", TEXT, "email, phone, device, handle, or an attribute"),
        key_column("value", TEXT, "the value as matching compares it", "identifier"),
        key_column("people", INTEGER, "as few as the names of its records allow, 2 at least"),
    ),
)

BLOCK_KEYS = Contract(
    name="identity.block_keys",
    grain="one record under one of its blocking keys, but for those that the model refuses",
    key=("block", "record_id"),
    columns=(
        key_column("block", INTEGER, "hash of the blocking key; its last six bits are the rule"),
        key_column("record_id", INTEGER, "the record"),
    ),
)

OUTGROWN_BLOCKS = Contract(
    name="identity.outgrown_blocks",
    grain="one block that the model allowed and that holds more than five times its cap today",
    key=("block",),
    columns=(
        key_column("block", INTEGER, "hash of the blocking key; its last six bits are the rule"),
        key_column("records", INTEGER, "records that share it"),
    ),
)

WEIGHED_PAIRS = Contract(
    name="identity.weighed_pairs",
    grain="one candidate pair that the model weighed by itself, as if no other record were there",
    key=("record_l", "record_r"),
    columns=(
        key_column("record_l", INTEGER, "the smaller record_id"),
        key_column("record_r", INTEGER, "the larger record_id"),
        key_column("found_by", TEXT, "the first blocking rule that found it"),
        key_column(
            "rule_count", INTEGER, "blocking rules that found it; 0: a shared identifier did"
        ),
        key_column("levels", INTEGERS, "gamma of each comparison, in their order; -1: not stated"),
        key_column("bits", NUMBERS, "weight of each comparison; 0 where nothing is stated"),
        key_column("sources", TEXT, "`one + other`, by name"),
        key_column("sources_bits", NUMBER, "what the two sources say"),
        key_column("household_bits", NUMBER, "never positive: it may be two of one home"),
        key_column("match_weight", NUMBER, "bits: log2 of the odds of a match"),
    ),
)

DECLARED_PAIRS = Contract(
    name="identity.declared_pairs",
    grain="two records that a declared key, a rule or a ruling puts into one neighbourhood",
    key=("record_l", "record_r"),
    columns=(
        key_column("record_l", INTEGER, "the smaller record_id"),
        key_column("record_r", INTEGER, "the larger record_id"),
    ),
)

LINKS = Contract(
    name="identity.links",
    grain="one pair of records and what was decided about it",
    key=("record_l", "record_r"),
    columns=(
        key_column("record_l", INTEGER, "the smaller record_id"),
        key_column("record_r", INTEGER, "the larger record_id"),
        key_column("kind", TEXT, "declared, deterministic, probabilistic or ruled"),
        key_column("status", TEXT, "accepted, refused (by a guard) or review"),
        key_column("match_weight", NUMBER, "bits: log2 of the odds of a match; higher = surer"),
        key_column("match_probability", NUMBER, "0 to 1"),
        key_column(
            "rule_count", INTEGER, "blocking rules that found it; 0: none, or a shared identifier"
        ),
        Column("reason", TEXT, "the rule that linked the pair, or the guard that refused it"),
        key_column("evidence", TEXT, "JSON object: comparison to its level and weight in bits"),
    ),
)

RULINGS = Contract(
    name="identity.rulings",
    grain="one pair of current records that a steward ruled on, the ruling in force",
    key=("record_l", "record_r"),
    columns=(
        key_column("record_l", INTEGER, "the smaller record_id"),
        key_column("record_r", INTEGER, "the larger record_id"),
        key_column("ruling", TEXT, "must_link or cannot_link"),
        key_column("ruled_by", TEXT, "who said it", "personal"),
        key_column("ruled_at", INSTANT, "when, UTC"),
        Column("note", TEXT, "why, in the steward's words", "personal"),
        key_column(
            "is_contradicted", FLAG, "a chain of must links would join what a cannot link parts"
        ),
    ),
)

CLUSTERS = Contract(
    name="identity.clusters",
    grain="one current record in the group of records of its person",
    key=("record_id",),
    columns=(
        key_column("record_id", INTEGER, "the record"),
        key_column("cluster", INTEGER, "smallest record_id of its group; changes from run to run"),
    ),
)

MEMBERS = Contract(
    name="identity.members",
    grain="one record in one customer over one span of time",
    key=("record_id", "valid_from"),
    columns=(
        key_column("record_id", INTEGER, "the record"),
        key_column("customer_id", TEXT, "the customer that it belongs to"),
        key_column("valid_from", INSTANT, "as_of of the run that put it there, UTC"),
        Column("valid_to", INSTANT, "as_of of the run that took it away; null while it is so"),
        key_column("run_id", TEXT, "the run that put it there"),
    ),
)

CHANGES = Contract(
    name="identity.changes",
    grain="one identity event of one customer",
    key=("run_id", "customer_id", "kind", "sequence"),
    columns=(
        key_column("run_id", TEXT, "the run that decided it"),
        key_column("sequence", INTEGER, "order within the run, from 1"),
        key_column("changed_at", INSTANT, "as_of of that run, UTC"),
        key_column("customer_id", TEXT, "the customer that it happened to"),
        key_column(
            "kind",
            TEXT,
            "it begins: created or split; is back after it was retired: returned; lives on: "
            "regrouped (has other records than before); "
            "ends: merged, retired or erased. moved: some of its records went to another former "
            "customer. Replayed by changed_at, run_id and sequence: who is there, how large",
        ),
        Column("survivor_id", TEXT, "merged, moved: the customer that the records went to"),
        Column("origin_id", TEXT, "split: the customer that it came out of; one row for each"),
        key_column(
            "record_count",
            INTEGER,
            "created, returned, split, regrouped: records that it has now; merged, moved: "
            "records that went to survivor_id; retired, erased: 0",
        ),
    ),
)

SCORED_PAIRS = Contract(
    name="identity.scored_pairs",
    grain="one candidate pair that a rule or the model would link, before the guards",
    key=("record_l", "record_r"),
    columns=(
        key_column("record_l", INTEGER, "the smaller record_id"),
        key_column("record_r", INTEGER, "the larger record_id"),
        key_column("kind", TEXT, "declared, deterministic or probabilistic"),
        key_column("match_weight", NUMBER, "bits: log2 of the odds of a match; higher = surer"),
        key_column("match_probability", NUMBER, "0 to 1"),
        key_column(
            "rule_count", INTEGER, "blocking rules that found it; 0: none, or a shared identifier"
        ),
        key_column("reason", TEXT, "the rule that proposed the pair"),
        key_column("evidence", TEXT, "JSON object: comparison to its level and weight in bits"),
    ),
)

HOUSEHOLD_PAIRS = Contract(
    name="identity.household_pairs",
    grain="one candidate pair of records that the model takes for two people of one home",
    key=("record_l", "record_r"),
    columns=(
        key_column("record_l", INTEGER, "the smaller record_id"),
        key_column("record_r", INTEGER, "the larger record_id"),
        key_column(
            "household_weight",
            NUMBER,
            "bits: log2 of the odds of one home against one person or strangers",
        ),
    ),
)

HOUSEHOLDS = Contract(
    name="identity.households",
    grain="one customer who seems to share a home with another; an estimate, made anew by each run",
    key=("customer_id",),
    columns=(
        key_column("customer_id", TEXT, "the customer"),
        key_column("household_id", TEXT, "the household, after its smallest customer_id"),
        key_column("customer_count", INTEGER, "its known customers, 2 at least"),
    ),
)

MODEL_LEVELS = Contract(
    name="identity.model_levels",
    grain="one level of one comparison in the model that scored the pairs",
    key=("comparison", "level_number"),
    columns=(
        key_column("comparison", TEXT, "what is compared"),
        key_column("level_number", INTEGER, "Splink's gamma: 0 is the last level"),
        key_column("level", TEXT, "the level's name"),
        key_column("match_share", NUMBER, "m: share of match pairs in the level, 0 to 1"),
        key_column("household_share", NUMBER, "share of household pairs in the level, 0 to 1"),
        key_column("random_share", NUMBER, "u: share of random pairs in the level, 0 to 1"),
        key_column("weight_bits", NUMBER, "log2 of match_share over random_share"),
    ),
)

MODEL_SOURCES = Contract(
    name="identity.model_sources",
    grain="two sources, or one with itself, in the model that scored the pairs",
    key=("sources",),
    columns=(
        key_column("sources", TEXT, "`one + other`, by name"),
        key_column("match_share", NUMBER, "share of all their pairs that are one person, 0 to 1"),
        key_column("household_share", NUMBER, "share that are two of one home or firm, 0 to 1"),
        key_column("weight_bits", NUMBER, "log2 of match_share over that of all pairs"),
    ),
)
