"""Great Expectations is there with all it has, but imports no more than is asked of it."""

from __future__ import annotations

import subprocess
import sys

_DISTRIBUTION = """
import sys
from cdp.quality.expectations import known_expectations

known = known_expectations()
assert "scipy.stats" not in sys.modules, "imported before it is needed"

import great_expectations as gx
import pandas as pd

weights = {"values": ["a", "b"], "weights": [0.5, 0.5]}
rule = known.ExpectColumnKLDivergenceToBeLessThan(
    column="letter", partition_object=weights, threshold=0.1
)
rows = gx.get_context(mode="ephemeral").data_sources.add_pandas("rows").add_dataframe_asset("rows")
batch = rows.add_batch_definition_whole_dataframe("all").get_batch
told = [
    batch({"dataframe": pd.DataFrame({"letter": list(letters)})}).validate(rule).success
    for letters in ("abab", "aaab", "aaaa")
]
print(told, "scipy.stats" in sys.modules, sys.modules["scipy.stats"].entropy([0.5, 0.5]) > 0.69)
"""


def test_an_expectation_about_distributions_finds_the_statistics_that_were_left_for_later() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _DISTRIBUTION], capture_output=True, text=True, check=False
    )
    # A column of one letter only is as far from the weights as can be; the distance is infinite.
    assert done.stdout.splitlines()[-1:] == ["[True, False, False] True True"], done.stderr[-600:]
