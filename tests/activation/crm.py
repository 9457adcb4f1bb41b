"""What somebody else's tool holds: it loads exports, as their manifests say, and knows no more."""

from __future__ import annotations

from pathlib import Path

from tests.activation.snapshot import lines


class Crm:
    """Contacts by the id they were loaded under, and what was noted of each by those who call.

    A note is the id of a contact when it was new; notes move when contacts are merged, and stay
    where they are when what was merged is parted again: no tool can tell whose they were.
    """

    def __init__(self) -> None:
        self.contacts: dict[str, dict[str, str]] = {}
        self.notes: dict[str, set[str]] = {}

    def load(self, folder: Path) -> dict[str, str]:
        """Upsert the customers, then end the ids that ended; whom it merged, and into whom."""
        merged = {}
        for line in lines(folder / "customers.csv"):
            contact = line["customer_id"]
            self.contacts[contact] = line
            self.notes.setdefault(contact, {contact})
        for line in lines(folder / "ended.csv"):
            old, heir = line["customer_id"], line["survivor_id"]
            assert not heir or heir in self.contacts, "it is told to merge into one it never saw"
            if self.contacts.pop(old, None) is None:
                continue
            notes = self.notes.pop(old)
            if heir:
                self.notes[heir] |= notes
                merged[old] = heir
        return merged
