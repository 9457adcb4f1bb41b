"""Fingerprints of settings: what changes when results may change, and else never.

Defaults are left out, so a setting invented later changes no fingerprint of a project that does
not use it.
"""

from __future__ import annotations

import hashlib
import json

from cdp.project.settings import Project
from cdp.project.source import Source


def fingerprint(source: Source) -> str:
    """Sha256 of all that gives a source's rows their meaning, in hex.

    Owner, description, path, trust, how often files come and whether it has duplicates are left
    out: they change no row; so is the name of a preset, whose settings are among the others. The
    order of keys does not matter; that of columns, words and rules does.
    """
    meaning = source.model_dump(
        mode="json",
        exclude={
            "owner",
            "description",
            "path",
            "preset",
            "trust",
            "expect_every",
            "has_no_duplicates",
        },
        exclude_defaults=True,
    )
    return _sha256(meaning)


def cleaning_fingerprint(project: Project, source: Source) -> str:
    """Sha256 of all that a source's cleaned rows hang on: its contract and the project's defaults.

    A delivery cleaned under another fingerprint is cleaned again.
    """
    defaults = project.model_dump(
        mode="json", include={"default_region", "timezone", "quality"}, exclude_defaults=True
    )
    return _sha256({"source": fingerprint(source), "defaults": defaults})


def project_fingerprint(project: Project) -> str:
    """Sha256 of all settings that results hang on, in hex.

    Where things lie (root, store, paths) and how many snapshots are kept is left out.
    """
    meaning = project.model_dump(
        mode="json",
        include={"name", "default_region", "timezone", "quality", "resolve"},
        exclude_defaults=True,
    )
    meaning["sources"] = {s.name: [fingerprint(s), s.trust] for s in project.sources}
    without = [s.name for s in project.sources if s.has_no_duplicates]
    if without:
        meaning["without_duplicates"] = without
    return _sha256(meaning)


def _sha256(meaning: dict[str, object]) -> str:
    text = json.dumps(meaning, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
