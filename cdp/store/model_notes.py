"""What people may know of the versions of the model without opening the warehouse: a JSON note.

Only the writer opens the warehouse; it leaves this note whenever a version comes or changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cdp.engine import Engine
from cdp.errors import NotFoundError
from cdp.project import nearest
from cdp.store.layout import Layout
from cdp.tables.model import MODELS
from cdp.tables.ops import RUNS

Note = Mapping[str, object]
_SHOWN = """
    select model_id, status, is_kept, trained_at, promoted_at, records, first_observed_at,
        last_observed_at, match_share, household_share
    from ops.models order by model_id desc
"""
_DRIFT = """
    select model_drift from ops.runs where status = 'published' order by run_id desc limit 1
"""


def note_models(
    engine: Engine, layout: Layout, *, trials: Mapping[str, Note] | None = None
) -> None:
    """Leave the note of all versions; ``trials`` adds what trying one of them has shown."""
    engine.ensure(MODELS)
    engine.ensure(RUNS)
    versions = engine.query(_SHOWN).to_dicts()
    drift = engine.query(_DRIFT)["model_drift"].to_list()
    note = {
        "versions": versions,
        "drift": drift[0] if drift else None,
        "trials": {**_read(layout.models).trials, **(trials or {})},
    }
    fresh = layout.models.with_suffix(".next")
    fresh.write_text(json.dumps(note, default=str, indent=2), encoding="utf-8")
    fresh.replace(layout.models)


def read_versions(layout: Layout) -> list[dict[str, object]]:
    """All versions, the newest first; each with its trial, if it had one, and its drift.

    ``model_drift`` is that of the published run, where it was made by this version.
    """
    note = _read(layout.models)
    weighing = json.loads(note.drift)["model_id"] if note.drift else None
    return [
        {
            **told,
            "trial": note.trials.get(str(told["model_id"])),
            "model_drift": note.drift if told["model_id"] == weighing else None,
        }
        for told in note.versions
    ]


def version_of(layout: Layout, model_id: str) -> dict[str, object]:
    """One version.

    Raises:
        NotFoundError: There is none of this id.
    """
    versions = {str(version["model_id"]): version for version in read_versions(layout)}
    if model_id not in versions:
        near = nearest(model_id, versions)
        raise NotFoundError(
            what=f"there is no version {model_id} of the model",
            where=layout.store.name,
            next_step=f"did you mean {near}?" if near else "`cdp model list` tells which there are",
        )
    return versions[model_id]


@dataclass(frozen=True)
class _Notes:
    versions: Sequence[Note] = ()
    trials: Mapping[str, Note] = field(default_factory=dict)
    drift: str | None = None


def _read(path: Path) -> _Notes:
    return _Notes(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else _Notes()
