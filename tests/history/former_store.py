"""How `former_store.zip` was made: a store of the former release, kept to upgrade from.

``python -m tests.history.former_store`` writes it anew with the code that is checked out. That is
to be done with a *released* version only, never to make a red test green: users have such stores.
The one kept here was made by the code of commit 2ca7e89 (version 0.1.0), which knew no jitter, no
`moved` event, and resolved everything anew in every run.

Three runs of the tiny company of the laws, with a club list beside it that brings

- May: a card that two members hold, so that their customers merge;
- June: that card mended (its customer splits), and a member who has left (a customer retires).
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

from tests.laws.world import CDP_YAML, CRM, CRM_YAML, SHOP, SHOP_YAML, Company, crm_file, shop_file

ZIP = Path(__file__).with_name("former_store.zip")

_CLUB_YAML = """
source: club
path: inbox/club_*.csv
holds: people
sync_mode: full_refresh
record_key: member
delivered_at: {from_name: "%Y%m%d"}
person: {given_name: first, surname: last, email: email}
keys: {crm: crm, card: card, voucher: voucher}
"""
_HEADER = "member,first,last,email,crm,card,voucher"
_BOTH = ["m1,Kate,Marsh,,1,,", "m4,Ivy,Ross,ivy@example.com,,K-4,", "m5,Ivy,Ross,,,,V-5"]
_LEAVES = "m3,Zoe,Quinn,zoe@example.net,,,"

SETTINGS = {
    "cdp.yaml": CDP_YAML + "keep_snapshots: 1\n",
    "sources/crm.yaml": CRM_YAML,
    "sources/shop.yaml": SHOP_YAML,
    "sources/club.yaml": _CLUB_YAML,
}


def club_file(rows: list[str]) -> str:
    """The whole list of the club as it is."""
    return "\n".join([_HEADER, *rows]) + "\n"


RUNS = (
    (
        "20260401T060000-former",
        {
            "inbox/crm_20260401.csv": crm_file(CRM[:5]),
            "inbox/club_20260401.csv": club_file([*_BOTH, _LEAVES]),
        },
    ),
    (
        "20260501T060000-former",
        {
            "inbox/crm_20260501.csv": crm_file(CRM[3:]),
            "inbox/shop_20260501.jsonl": shop_file(SHOP[:5]),
            "inbox/club_20260501.csv": club_file([*_BOTH, "m6,Ivy,Ross,,,K-4,V-5", _LEAVES]),
        },
    ),
    (
        "20260601T060000-former",
        {
            "inbox/shop_20260601.jsonl": shop_file(SHOP[3:]),
            "inbox/club_20260601.csv": club_file([*_BOTH, "m6,Ivy,Ross,,,K-4,"]),
        },
    ),
)


def made(root: Path) -> Company:
    """The company after the three runs."""
    company = Company(root, dict(SETTINGS))
    for run_id, files in RUNS:
        company.deliver(files, run_id, as_of=datetime.strptime(run_id[:15], "%Y%m%dT%H%M%S"))
    return company


def unpacked(root: Path) -> Company:
    """A copy of the kept store, with its project around it."""
    with zipfile.ZipFile(ZIP) as packed:
        packed.extractall(root)
    (run,) = (path for path in (root / "warehouse" / "published").iterdir())
    run.with_name("current").symlink_to(run.name)
    return Company(root, dict(SETTINGS))


def _pack(root: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as packed:
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root)
            if path.is_file() and "current" not in name.parts and path.stat().st_size:
                entry = zipfile.ZipInfo(str(name))  # without the time of the file
                packed.writestr(entry, path.read_bytes(), zipfile.ZIP_LZMA)


def main() -> None:
    """Write `former_store.zip` anew."""
    root = Path(tempfile.mkdtemp())
    try:
        made(root / "company")
        _pack(root / "company", ZIP)
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
