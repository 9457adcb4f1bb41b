"""Command line: `python -m data.generate --size 20000 --seed 7 --out data/`."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from data.generate.channels.chat import write_chat
from data.generate.channels.contacts import write_companies, write_contacts
from data.generate.channels.newsletter import write_newsletter
from data.generate.channels.shop import write_shop
from data.generate.channels.social import write_social
from data.generate.channels.support import write_support
from data.generate.channels.web import write_web
from data.generate.clock import Arguments
from data.generate.deliveries import Truth, write_homes
from data.generate.people import build_population

SOURCES = ("web", "newsletter", "newsletter_activity", "chat", "chat_contacts", "shop", "support",
           "social", "contacts", "companies")  # fmt: skip


def generate(arguments: Arguments) -> None:
    """Write all deliveries below `out/inbox` and the truth below `out/truth`.

    Files of an earlier generation are replaced; files of other names stay.
    """
    for source in SOURCES:
        for stale in (arguments.out / "inbox" / source).glob(f"{source}_[0-9]*"):
            stale.unlink()
    people = build_population(arguments)
    write_homes(arguments.out, [(person.person_id, person.household) for person in people])
    with Truth(arguments.out) as truth:
        for write in (
            write_web, write_newsletter, write_chat, write_shop,
            write_support, write_social, write_contacts,
        ):  # fmt: skip
            write(arguments, people, truth)
    write_companies(arguments)


def main() -> None:
    """Read the command line and generate."""
    parser = argparse.ArgumentParser(prog="python -m data.generate", description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="touchpoints (default 20000)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path("data"), help="project folder")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 6, 30))
    chosen = parser.parse_args()
    arguments = Arguments(chosen.size, chosen.seed, chosen.out, chosen.as_of)
    generate(arguments)
    written = sorted((arguments.out / "inbox").rglob("*.*"))
    print(f"{chosen.size:,} touchpoints in {len(written)} deliveries under {arguments.out}/inbox")


if __name__ == "__main__":
    main()
