"""Versions of the model: what each was trained on, and all that it knows.

What hangs on the amount of records (shares of the levels, how common a name is, values that point
to nobody, blocks too large to compare) belongs to a version, so that records scored today and
tomorrow are scored alike.
"""

from __future__ import annotations

from cdp.tables import identity
from cdp.tables.contract import FLAG, INSTANT, INTEGER, NUMBER, TEXT, Column, Contract, key_column

_MODEL_ID = key_column("model_id", TEXT, "the version")

MODELS = Contract(
    name="ops.models",
    grain="one version of the model",
    key=("model_id",),
    columns=(
        key_column("model_id", TEXT, "m_ and a number; later versions have larger ones"),
        key_column("status", TEXT, "training, candidate, promoted or former"),
        key_column("is_kept", FLAG, "false: of a store so small that each run trains anew"),
        key_column("trained_at", INSTANT, "as_of of the training, UTC"),
        Column("promoted_at", INSTANT, "as_of of the run or command that promoted it, UTC"),
        key_column("compared", TEXT, "fingerprint of the comparisons and their levels"),
        key_column("settings", TEXT, "JSON object: the settings of resolving at the training"),
        Column("records", INTEGER, "records that it was trained on"),
        Column("first_observed_at", INSTANT, "the oldest of them, UTC"),
        Column("last_observed_at", INSTANT, "the newest of them, UTC"),
        Column("match_share", NUMBER, "share of matches among all pairs, 0 to 1"),
        Column("household_share", NUMBER, "share of households among all pairs, 0 to 1"),
    ),
)

LEVELS = Contract(
    name="model.levels",
    grain="one level of one comparison in one version of the model",
    key=("model_id", "comparison", "level_number"),
    columns=(
        _MODEL_ID,
        *identity.MODEL_LEVELS.columns,
    ),
)

SOURCES = Contract(
    name="model.sources",
    grain="two sources, or one with itself, in one version of the model",
    key=("model_id", "sources"),
    columns=(
        _MODEL_ID,
        *identity.MODEL_SOURCES.columns,
        Column("records", INTEGER, "records of a source with itself; null for two sources"),
    ),
)

NAMES = Contract(
    name="model.names",
    grain="one first name or surname that records stated when the version was trained",
    key=("model_id", "half", "name"),
    columns=(
        _MODEL_ID,
        key_column("half", TEXT, "given_name or surname"),
        key_column("name", TEXT, "the name, folded", "personal"),
        key_column("records", INTEGER, "records that state it"),
    ),
)

TERMS = Contract(
    name="model.terms",
    grain="one value whose rarity counts, and how many records held it at the training",
    key=("model_id", "term", "value"),
    columns=(
        _MODEL_ID,
        key_column("term", TEXT, "the column of features that it is a value of"),
        key_column("value", TEXT, "the value, as text", "personal"),
        key_column("records", INTEGER, "records that hold it"),
    ),
)

GENERIC_VALUES = Contract(
    name="model.generic_values",
    grain="one identifier that too many people held when the version was trained",
    key=("model_id", "kind", "value"),
    columns=(
        _MODEL_ID,
        key_column("kind", TEXT, "customer_key, email, phone, device, handle, or an attribute"),
        key_column("value", TEXT, "the value as matching compares it", "identifier"),
        key_column("reason", TEXT, "why it points to nobody"),
    ),
)

REFUSED_BLOCKS = Contract(
    name="model.refused_blocks",
    grain="one block of records too large to be compared when the version was trained",
    key=("model_id", "block"),
    columns=(
        _MODEL_ID,
        key_column("block", INTEGER, "hash of the blocking key; its last six bits are the rule"),
        key_column("records", INTEGER, "records that shared it"),
    ),
)

COUNTS = Contract(
    name="model.counts",
    grain="one count of records, of statements or of likely pairs when the version was trained",
    key=("model_id", "figure", "subject", "source", "band"),
    columns=(
        _MODEL_ID,
        key_column(
            "figure",
            TEXT,
            "stated: records with a field; distinct: values (about), generic: statements that "
            "point to nobody; match_weight: pairs of 0 bits and more",
        ),
        key_column("subject", TEXT, "the field, the kind of identifier, or pairs"),
        key_column("source", TEXT, "the source; empty for all"),
        key_column("band", INTEGER, "match_weight: the bits that its band begins at; else 0"),
        key_column("counted", INTEGER, "how many"),
        key_column("total", INTEGER, "of how many: records, statements or pairs"),
    ),
)

VERSIONED = (LEVELS, SOURCES, NAMES, TERMS, GENERIC_VALUES, REFUSED_BLOCKS, COUNTS)
"""All that a version consists of, beside its row in ``ops.models``."""
