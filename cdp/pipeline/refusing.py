"""Refuse a snapshot that is not fit to be published, and name what may be to blame."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cdp.errors import GateError
from cdp.pipeline.run import Run
from cdp.project import project_fingerprint
from cdp.store.gate import check_gate

_MOST_NAMED = 5


def refuse_jump(
    run: Run, last: Mapping[str, object] | None, figures: Mapping[str, int | str | None]
) -> None:
    """Hold the run's figures against the ``last`` published ones, unless a jump is accepted.

    Raises:
        GateError: A law is broken, or a figure jumped; the newest deliveries are named, since no
            snapshot lists them.
    """
    problems = check_gate(run.engine, last, figures)
    if problems and not run.accept_jump:
        raise GateError(
            what="; ".join(problems),
            where="before publishing",
            how_many=len(problems),
            next_step=f"if it is right, run again with --accept-jump;{_settings_told(run, last)} if"
            " a file is to blame, take it back with `cdp deliveries revoke`:"
            f" {_new_since(run, last)}",
        )


def _settings_told(run: Run, last: Mapping[str, object] | None) -> str:
    if last is None or last["settings"] == project_fingerprint(run.project):
        return ""
    return (
        f" the settings (cdp.yaml, sources/) changed since run {last['run_id']}, which was"
        " published: look at what they say now;"
    )


def _new_since(run: Run, last: Mapping[str, object] | None) -> str:
    """The newest deliveries of a run that does not publish, since no snapshot lists them."""
    before = str(last["run_id"]) if last else ""
    entries = run.ledger.deliveries().filter(
        pl.col("run_id") > before, pl.col("status").is_in(["accepted", "held"])
    )
    named = [f"{row[0]} ({row[1]})" for row in entries["delivery_id", "source_file"].iter_rows()]
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return (", ".join(named[-_MOST_NAMED:]) or "none is new") + more
