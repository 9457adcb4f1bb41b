"""Which records each step has yet to look at again: what makes a run cost what is new.

A step that changes records enters them for the steps that come after; a step that has looked at
its records takes them off. Both happen in the transaction in which its tables change, so a kill
loses nothing. A step whose settings, model or code changed looks at everything.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cdp.engine import Engine
from cdp.tables import CONTRACTS

Records = pl.Series | None
"""Some records; null for all there are."""

_TOUCHED, _STEPS = CONTRACTS["ops.touched"], CONTRACTS["ops.steps"]


class Touched:
    """Reads and writes ``ops.touched`` and ``ops.steps`` through an engine."""

    def __init__(self, engine: Engine) -> None:
        """Open the lists of an engine, made empty where there are none yet."""
        self._engine = engine
        for contract in (_TOUCHED, _STEPS):
            engine.ensure(contract)

    def waiting(self, step: str, made_under: str) -> Records:
        """Records that a step has yet to look at, sorted; null when it must look at all."""
        known = self._engine.query(
            "select made_under from ops.steps where step = $step", {"step": step}
        )
        if known["made_under"].to_list() != [made_under]:
            return None
        waiting = self._engine.query(
            "select record_id from ops.touched where step = $step order by record_id",
            {"step": step},
        )
        return waiting["record_id"]

    def enter(self, step: str, records: Records) -> None:
        """Enter records for a step; null makes it look at all there are."""
        if records is None:
            self._engine.delete("ops.steps", "step", [step])
            return
        rows = records.cast(pl.Int64).unique().to_frame("record_id")
        listed = self._engine.query(
            "select record_id from ops.touched where step = $step", {"step": step}
        )
        fresh = rows.join(listed, on="record_id", how="anti").select(
            step=pl.lit(step), record_id="record_id"
        )
        self._engine.store_frame(_TOUCHED, fresh, append=True, is_key_checked=False)

    def settle(self, step: str, made_under: str) -> None:
        """A step has looked at all that waited for it."""
        for table in ("ops.touched", "ops.steps"):
            self._engine.delete(table, "step", [step])
        entry = pl.DataFrame({"step": [step], "made_under": [made_under]})
        self._engine.store_frame(_STEPS, entry, append=True)


def both(one: Records, other: Records) -> Records:
    """Records of either; all if either means all.

    >>> both(pl.Series([2]), pl.Series([1, 2])).to_list(), both(None, pl.Series([1]))
    ([1, 2], None)
    """
    if one is None or other is None:
        return None
    return pl.concat([one.cast(pl.Int64), other.cast(pl.Int64)]).unique().sort()


Onward = Mapping[str, Records]
"""Steps, and the records that each must look at next."""
