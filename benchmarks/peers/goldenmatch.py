"""GoldenMatch in a virtual environment of its own, in each of the modes that its docs show.

`zero-config` lets it choose everything; `probabilistic` hands it the Fellegi-Sunter configuration
that it makes itself; `rules` are those of its introduction. Which of them is best is told by the
truth, in its favour: see `benchmarks.quality`.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from functools import partial
from pathlib import Path

import polars as pl

from benchmarks.labelled import LabelledSet
from benchmarks.peers import Answer, Competitor, Environment, NotRunError
from benchmarks.people import first_values

CHILD = Path(__file__).with_name("goldenmatch_child.py")
TIMEOUT_SECONDS = 600
KNOWN_AS = {
    "given_name": "first_name", "surname": "last_name", "birth_date": "date_of_birth",
    "sex": "gender", "street": "address", "region": "state", "postcode": "zip",
    "device": "device_id", "handle": "social_handle", "key": "customer_id",
}  # fmt: skip
"""It reads much from names of columns: these it knows, and it does far better for them."""


def run(labelled: LabelledSet, environment: Environment, *, mode: str) -> Answer:
    """Hand the people over as Parquet, take the clusters back the same way."""
    if not environment.python.exists():
        raise NotRunError("its virtual environment is not there: make bench-peers")
    with tempfile.TemporaryDirectory() as folder:
        people, clusters = Path(folder) / "people.parquet", Path(folder) / "clusters.parquet"
        table = first_values(labelled.people)
        empty = [column for column in table.columns if not table[column].count()]
        table.drop(empty).rename(KNOWN_AS, strict=False).write_parquet(people)
        # -P: the child shall find the library, not this file of the same name.
        command = [str(environment.python), "-P", str(CHILD), mode, str(people), str(clusters)]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=True,
                timeout=TIMEOUT_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired as fault:
            raise NotRunError(f"not done after {TIMEOUT_SECONDS} s") from fault
        except subprocess.CalledProcessError as fault:
            last = (fault.stderr.strip().splitlines() or ["it failed"])[-1]
            raise NotRunError(last.partition(":")[0][:60]) from fault
        told = json.loads(done.stdout.strip().splitlines()[-1])
        note = f"{mode} ({', '.join(told['keys'])} keys)"
        return Answer(pl.read_parquet(clusters), float(told["seconds"]), note)


MODES: dict[str, Competitor] = {
    mode: partial(run, mode=mode) for mode in ("zero-config", "probabilistic", "rules")
}
