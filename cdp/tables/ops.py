"""The ledger: deliveries, runs, check results."""

from __future__ import annotations

from cdp.tables.contract import FLAG, INSTANT, INTEGER, NUMBER, TEXT, Column, Contract, key_column

DELIVERIES = Contract(
    name="ops.deliveries",
    grain="one file that a source delivered",
    key=("delivery_id",),
    columns=(
        key_column("delivery_id", TEXT, "stable id of source, file, content and occurrence"),
        key_column("source", TEXT, "the source"),
        key_column("source_file", TEXT, "path of the file inside the project"),
        key_column("sha256", TEXT, "fingerprint of the file's bytes"),
        key_column("size_bytes", INTEGER, "size of the file"),
        Column("modified_at", INSTANT, "when the file was last written, UTC; null where not noted"),
        key_column(
            "delivered_at",
            INSTANT,
            "from the file's name or time, UTC; orders deliveries; of one that mends another: "
            "that of the other",
        ),
        key_column("landed_at", INSTANT, "as_of of the run that landed it, UTC"),
        key_column("run_id", TEXT, "the run that landed it"),
        key_column("status", TEXT, "landed, accepted, held, revoked, repeat or unreadable"),
        key_column("format", TEXT, "JSON object: how its contract read it"),
        Column(
            "header",
            TEXT,
            "JSON list: columns that the file names; null where it names none",
            "personal",
        ),
        Column("head", TEXT, "verbatim text before the first row; null where none is", "personal"),
        Column(
            "read_as",
            TEXT,
            "JSON object: `format` with what the file itself shows, such as its encoding; null "
            "where it was not read",
        ),
        Column("mends", TEXT, "the delivery whose rejected rows it mends; null for all others"),
        Column("contract", TEXT, "fingerprint of the source contract that cleaned it"),
        Column("reason", TEXT, "why it is held, revoked (by whom), a repeat or unreadable"),
        key_column("rows_read", INTEGER, "rows of the file"),
        key_column("rows_accepted", INTEGER, "rows that speak of a record or a touchpoint"),
        key_column("rows_quarantined", INTEGER, "rows that broke a rule"),
        key_column("rows_duplicate", INTEGER, "rows that repeat what was said before"),
        key_column("rows_set_aside", INTEGER, "rows of bots, agents, test leads"),
        key_column("rows_held", INTEGER, "rows of a batch that awaits a decision"),
    ),
)

RUNS = Contract(
    name="ops.runs",
    grain="one run of the pipeline",
    key=("run_id",),
    columns=(
        key_column("run_id", TEXT, "the run; sorts by its start"),
        key_column("started_at", INSTANT, "UTC"),
        Column("finished_at", INSTANT, "UTC; null while it runs or when it was killed"),
        key_column("as_of", INSTANT, "the run's own clock: traits and histories stand at it, UTC"),
        key_column(
            "status", TEXT, "running, published, partial, unchanged, rehearsed, failed or killed"
        ),
        key_column("settings", TEXT, "fingerprint of the project's settings"),
        Column(
            "inputs",
            TEXT,
            "fingerprint of settings, deliveries and rulings; equal inputs, equal results",
        ),
        Column("customers", INTEGER, "customers published, identified and anonymous"),
        Column("identified", INTEGER, "identified customers published"),
        Column("largest_customer", INTEGER, "records of the largest customer"),
        Column("records", INTEGER, "current records resolved"),
        Column("merges", INTEGER, "customers merged away by the run"),
        Column(
            "moved_records",
            INTEGER,
            "records known to the published run before whose customer is another now; null for "
            "the first run",
        ),
        Column(
            "jitter",
            NUMBER,
            "their share of the records that were known then and are now, 0 to 1; null for none",
        ),
        Column(
            "model_drift",
            TEXT,
            "JSON object: model_id, and in `moved` what has left its training behind; null where "
            "the run trained",
        ),
    ),
)

CHECKS = Contract(
    name="ops.checks",
    grain="one rule on one delivery",
    key=("delivery_id", "rule"),
    columns=(
        key_column("delivery_id", TEXT, "the delivery"),
        key_column("source", TEXT, "the source"),
        key_column("rule", TEXT, "the rule's name"),
        key_column("expectation", TEXT, "the Great Expectations class that ran"),
        Column("column", TEXT, "canonical column that it looks at; null for a whole batch"),
        key_column("severity", TEXT, "critical, warning or info"),
        key_column("passed", FLAG, "false when more rows failed than are tolerated"),
        key_column("rows_checked", INTEGER, "rows that the rule looked at"),
        key_column("rows_failed", INTEGER, "rows that broke it"),
        key_column("tolerated_share", NUMBER, "share of failing rows that still passes, 0 to 1"),
        key_column("sample_rows", TEXT, "JSON list: first lines of the file that failed"),
        key_column("message", TEXT, "the result in words, without any cell value"),
        key_column("run_id", TEXT, "the run that checked it"),
    ),
)

BATCH_COLUMNS = Contract(
    name="ops.batch_columns",
    grain="one column of one delivery: what came in it",
    key=("delivery_id", "place", "column"),
    columns=(
        key_column("delivery_id", TEXT, "the delivery"),
        key_column("source", TEXT, "the source"),
        key_column(
            "place",
            TEXT,
            "file: a column as it came; canonical or attribute: what its contract read",
        ),
        key_column("column", TEXT, "its name, or its place if the name looks like a value"),
        key_column(
            "rows",
            INTEGER,
            "readable rows that were looked at: all, or of a large file 20,000 or so",
        ),
        key_column("stated", INTEGER, "those of them in which the column is not blank"),
        key_column("distinct_values", INTEGER, "different values among these"),
        Column(
            "kind",
            TEXT,
            "what most values are: text, number, time, boolean or nested; null where none is",
        ),
        Column("kind_share", NUMBER, "share of the stated values that are of this kind, 0 to 1"),
        Column(
            "shares",
            TEXT,
            "JSON object: share of each of at most 20 values that many rows state; only of columns "
            "that tell nothing of a person, and of attributes under fingerprints; else null",
        ),
    ),
)

TOUCHED = Contract(
    name="ops.touched",
    grain="one record that a step has yet to look at again",
    key=("step", "record_id"),
    columns=(
        key_column("step", TEXT, "the step"),
        key_column("record_id", INTEGER, "the record, known or gone"),
    ),
)

STEPS = Contract(
    name="ops.steps",
    grain="one step, and what its tables were made under",
    key=("step",),
    columns=(
        key_column("step", TEXT, "the step"),
        key_column("made_under", TEXT, "fingerprint of settings, model and code version"),
    ),
)
