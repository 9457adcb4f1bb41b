"""Versions of the model, and what trying one has shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from cdp.explain.render.cells import grid
from cdp.resolve import drift_notices

_STATES = {
    "promoted": "in force",
    "candidate": "tried, not in force",
    "former": "was in force",
    "training": "in training",
}


def models(versions: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Every version, the newest first."""
    rows = [
        (
            one["model_id"], _state(one), one["records"], _day(one["first_observed_at"]),
            _day(one["last_observed_at"]), _day(one["trained_at"]),
        )
        for one in versions
    ]  # fmt: skip
    header = ("model", "state", "records", "oldest", "newest", "trained")
    last = "`cdp model train` tries a new one on today's records; `cdp model show ID` tells more."
    if not rows:
        return Text("There is no model yet: the first run trains one.")
    drift = [
        Text(line) for one in versions if one["status"] == "promoted" for line in drift_notices(one)
    ]
    return Group(grid("Versions of the model, newest first", header, rows), *drift, Text(last))


def model_trial(one: Mapping[str, Any]) -> RenderableType:
    """One version, and which customers it would merge or split."""
    return Group(*_lines(one))


def _lines(one: Mapping[str, Any]) -> Iterator[RenderableType]:
    yield Text(f"Model {one['model_id']}: {_state(one)}", style="bold")
    if one["records"]:
        yield Text(
            f"Trained on {one['records']:,} records, observed {_day(one['first_observed_at'])}"
            f" to {_day(one['last_observed_at'])}."
        )
    trial = one.get("trial")
    if trial:
        yield from _trial(one["model_id"], trial)
    elif one["status"] == "promoted":
        yield Text("It is what today's customers were made by. `cdp model train` tries another.")
    if one["status"] == "promoted" and trial:
        yield Text("The next run weighs all pairs by it; customers keep their ids.")


def _trial(model_id: str, trial: Mapping[str, Any]) -> Iterator[RenderableType]:
    yield Text(
        f"Beside {trial['beside'] or 'no other'}: {trial['customers_now']:,} customers would be"
        f" {trial['customers_then']:,}; {trial['would_merge']:,} would merge into others,"
        f" {trial['would_split']:,} would split, {trial['moved_records']:,} records would move."
    )
    merges = [(", ".join(found["customers"]), found["records"]) for found in trial["merges"]]
    if merges:
        yield grid("Would be one customer", ("customers", "records"), merges)
    splits = [
        (found["customer"], " + ".join(map(str, found["records"]))) for found in trial["splits"]
    ]
    if splits:
        yield grid("Would be several", ("customer", "records of each"), splits)
    weights = [(w["comparison"], w["level"], w["now"], w["new"]) for w in trial["weights"]]
    if weights:
        header = ("comparison", "level", "bits now", "bits then")
        yield grid("Weights that would change most", header, weights)
    yield Text(
        f"`cdp show ID` tells who they are; `cdp model promote {model_id}` puts it in force."
    )


def _state(one: Mapping[str, Any]) -> str:
    state = _STATES.get(str(one["status"]), str(one["status"]))
    return state if one["is_kept"] else f"{state}; each run trains anew while records are few"


def _day(instant: object) -> str:
    return str(instant)[:10] if instant else ""
