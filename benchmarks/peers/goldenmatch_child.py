"""Runs inside the peers' virtual environment: a Parquet file of people in, one of clusters out.

`python goldenmatch_child.py MODE PEOPLE CLUSTERS`. Prints one JSON object: the seconds, and the
kinds of match keys that were used. It imports nothing of this project, which is not installed
there.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from importlib import import_module
from typing import Any

os.environ["GOLDENMATCH_AUTOCONFIG_MEMORY"] = "0"  # nothing is learnt from one set for another


EXACT = ("email", "phone")
FUZZY = {"first_name": 0.85, "last_name": 0.85, "address": 0.80}
BLOCKING = ("zip", "city")


def by_itself(_people: Any) -> dict[str, Any]:
    """It chooses everything."""
    return {}


def by_probability(people: Any) -> dict[str, Any]:
    """Its Fellegi-Sunter model, configured by itself."""
    autoconfig = import_module("goldenmatch.core.autoconfig")
    return {"config": autoconfig.auto_configure_probabilistic_df(people)}


def by_rules(people: Any) -> dict[str, Any]:
    """The rules of its introduction: exact identifiers, fuzzy names and street, one block."""
    names = people.schema.names
    return {
        "exact": [name for name in EXACT if name in names],
        "fuzzy": {name: least for name, least in FUZZY.items() if name in names},
        "blocking": [name for name in BLOCKING if name in names][:1],
    }


MODES = {"zero-config": by_itself, "probabilistic": by_probability, "rules": by_rules}


def main() -> None:
    """Deduplicate in a mode of `MODES`."""
    logging.disable(logging.WARNING)
    mode, people, clusters = sys.argv[1:]
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    goldenmatch = import_module("goldenmatch")
    table = parquet.read_table(people)
    columns = table.drop_columns(["record"])
    started = time.perf_counter()
    found = goldenmatch.dedupe_df(columns, confidence_required=False, **MODES[mode](columns))
    labels = [f"alone {row}" for row in range(table.num_rows)]
    for name, cluster in found.clusters.items():
        for row in cluster["members"]:
            labels[row] = f"cluster {name}"
    seconds = time.perf_counter() - started
    answer = arrow.table({"record": table["record"], "cluster": arrow.array(labels)})
    parquet.write_table(answer, clusters)
    keys = sorted({key.type for key in found.config.get_matchkeys()})
    print(json.dumps({"seconds": seconds, "keys": keys}))


if __name__ == "__main__":
    main()
