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


def main() -> None:
    """Deduplicate in a mode: `zero-config`, or `probabilistic` with its own configuration."""
    logging.disable(logging.WARNING)
    mode, people, clusters = sys.argv[1:]
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    goldenmatch = import_module("goldenmatch")
    table = parquet.read_table(people)
    columns = table.drop_columns(["record"])
    started = time.perf_counter()
    chosen: dict[str, Any] = {}
    if mode == "probabilistic":
        autoconfig = import_module("goldenmatch.core.autoconfig")
        chosen["config"] = autoconfig.auto_configure_probabilistic_df(columns)
    found = goldenmatch.dedupe_df(columns, confidence_required=False, **chosen)
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
