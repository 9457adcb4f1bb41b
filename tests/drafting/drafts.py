"""Drafts of made-up files, tried on a project of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cdp.drafting import Draft, infer
from cdp.drafting.entries import Entry
from cdp.project import Project, load_project

SETTINGS = "project: acme\ndefault_region: {region}\ntimezone: {zone}\n"


def project(root: Path, *, region: str = "US", zone: str = "UTC") -> Path:
    """A project without sources."""
    (root / "sources").mkdir(parents=True)
    (root / "inbox").mkdir()
    text = SETTINGS.format(region=region, zone=zone)
    (root / "cdp.yaml").write_text(text, encoding="utf-8")
    return root


def drafted(root: Path, file_name: str, content: str | bytes, **more: Any) -> Draft:
    """The draft of one file in the inbox of a project, by columns alone."""
    file = root / "inbox" / file_name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return infer(file, root=root, **{"known": (), **more})


def loaded(root: Path, draft: Draft) -> Project:
    """The project with the draft among its sources; whatever is wrong with it raises."""
    kept = root / draft.path_in_project
    kept.write_text(draft.text, encoding="utf-8")
    return load_project(root)


def said(draft: Draft) -> dict[str, Any]:
    """Dotted key -> what the draft says there."""
    return dict(_said(draft.entries))


def _said(entries: tuple[Entry, ...]) -> Iterator[tuple[str, Any]]:
    for entry in entries:
        key = ".".join(entry.path)
        if isinstance(entry.value, Mapping):
            yield from ((f"{key}.{name}", value) for name, value in entry.value.items())
        else:
            yield key, entry.value


def reasons(draft: Draft) -> dict[str, str]:
    """Dotted key -> why the draft says so."""
    return {".".join(entry.path): entry.comment for entry in draft.entries}


def identifiers(draft: Draft) -> dict[str, frozenset[str]]:
    """What a draft takes for key, time, email, phone, device and whose row it is."""
    found = said(draft)
    whose = [v for k, v in found.items() if k.startswith("keys.") or k == "person_ref.key"]
    taken = {
        "key": found.get("record_key", found.get("touchpoint_key")),
        "time": next(
            (found[k] for at in ("occurred_at", "observed_at") for k in (f"{at}.column", at)
             if k in found), None,
        ),
        "email": found.get("person.email"),
        "phone": found.get("person.phone"),
        "device": found.get("person.device"),
        "whose": whose[0] if whose else None,
    }  # fmt: skip
    return {kind: columns(value) for kind, value in taken.items()}


def columns(value: object) -> frozenset[str]:
    """One column, or several; none."""
    if value is None:
        return frozenset()
    return frozenset(value if isinstance(value, list) else [str(value)])
