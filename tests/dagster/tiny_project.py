"""A tiny project of two sources; `secret@example.org` stands wherever a value can stand."""

import json
from pathlib import Path
from typing import Any

from cdp.project import Project, load_project

SECRET = "secret@example.org"
AS_OF = "2026-03-01T00:00:00"

CDP = """
project: tiny
default_region: US
timezone: America/New_York
quality: {max_rejected_share: 0.2, on_critical: hold}
"""

CRM = """
source: crm
description: Contacts of the sales team
owner: sales@example.com
path: inbox/crm*.csv
holds: people
record_key: id
observed_at: {column: updated, timezone: UTC}
person: {email: Email, full_name: Name, phone: Phone}
attributes: {rating: Rating}
expect:
  - {expect: ExpectColumnValuesToBeBetween, column: rating, min_value: 1, max_value: 5}
"""

WEB = """
source: web
path: [inbox/web*.jsonl, inbox/web*.jsonl.gz]
format: jsonl
holds: events
channel: web
touchpoint_key: id
occurred_at: {column: ts, timezone: UTC}
amount: total
currency: {value: USD}
person: {email: email, device: device}
keys: {crm: user}
"""

NAMES = ("Ann Lee", "Bob Ray", "Cat Moe", "Dan Poe", "Eve Fox", "Gus Orr", "Hal Ives", "Ida Nash")


def write_project(folder: Path) -> Project:
    """Contracts and inbox of the tiny project in an empty folder.

    Of crm.csv all but two rows are good; web_1 is good, web_2 is to be held for its times, and
    web_3 cannot be unpacked.
    """
    (folder / "sources").mkdir(parents=True)
    (folder / "inbox").mkdir()
    (folder / "cdp.yaml").write_text(CDP, encoding="utf-8")
    (folder / "sources" / "crm.yaml").write_text(CRM, encoding="utf-8")
    (folder / "sources" / "web.yaml").write_text(WEB, encoding="utf-8")
    (folder / "inbox" / "crm.csv").write_text(contacts(), encoding="utf-8")
    write_events(folder / "inbox" / "web_1.jsonl", [event(n, total="9.50") for n in range(8)])
    (folder / "inbox" / "web_3.jsonl.gz").write_bytes(b"\x1f\x8b no gzip " + SECRET.encode())
    write_events(
        folder / "inbox" / "web_2.jsonl",
        [event(n, ts=SECRET if n < 13 else None) for n in range(10, 15)],
    )
    return load_project(folder)


def contacts() -> str:
    """Eight good rows, one with a secret for a rating, one that cannot be read."""
    lines = ["id,Email,Name,Phone,Rating,updated"]
    for n, name in enumerate(NAMES):
        mail = name.lower().replace(" ", ".")
        lines.append(
            f"{n},{mail}@example.com,{name},+1 650 555 01{n:02},{n % 5 + 1},2026-01-0{n + 1}"
        )
    lines.append(f"{SECRET},{SECRET},Sec Ret,{SECRET},{SECRET},2026-01-09")
    lines.append(f"10,{SECRET}")
    return "\n".join(lines) + "\n"


def event(number: int, *, ts: str | None = None, total: str | None = None) -> dict[str, Any]:
    """One page view of the contact of the same number."""
    at = ts or f"2026-02-01T10:{number:02}:00Z"
    return {"id": f"e{number}", "ts": at, "device": f"device-{number}", "user": str(number % 8),
            "email": SECRET, "total": total}  # fmt: skip


def write_events(path: Path, events: list[dict[str, Any]]) -> None:
    """One event a line."""
    path.write_text("".join(json.dumps(found) + "\n" for found in events), encoding="utf-8")
