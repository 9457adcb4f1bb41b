"""A source that delivers every day, in memory: figures of columns and rules on them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from cdp import ingest, quality
from cdp.quality.batches import check_batches, note_batches
from tests.quality.world import AS_OF, World

DAILY_YAML = """
source: shop
path: inbox/shop_*.csv
holds: events
channel: shop
touchpoint_key: id
occurred_at: at
delivered_at: {from_name: "%Y%m%d"}
event_type: {column: kind}
amount: total
person: {email: mail}
attributes: {level: level}
"""

HEADER = ("id", "at", "total", "kind", "mail", "level", "note")

Row = Mapping[str, str]


def rows(day: int, count: int, *, seed: int = 0) -> list[dict[str, str]]:
    """Rows of an ordinary day."""
    dice = random.Random(1000 * seed + day)
    return [
        {
            "id": f"{day}-{n}",
            "at": f"2026-01-{day:02}",
            "total": f"{dice.randint(100, 99_900) / 100:.2f}",
            "kind": dice.choices(["order", "return", "visit"], [6, 1, 3])[0],
            "mail": "" if dice.random() < 0.1 else f"p{n}@example.com",
            "level": dice.choice(["gold", "silver"]),
            "note": dice.choice(["", "gift", "late"]),
        }
        for n in range(count)
    ]


def delivery(day: int, told: Sequence[Row], header: Sequence[str] = HEADER) -> dict[str, str]:
    """The file of a day."""
    lines = [",".join(header), *(",".join(row.get(c, "") for c in header) for row in told)]
    return {f"shop_202601{day:02}.csv": "\n".join(lines) + "\n"}


def note(world: World, files: Mapping[str, str]) -> list[str]:
    """Land files and make their figures, without the rules on rows; their deliveries in order."""
    for name, text in files.items():
        (world.root / "inbox").mkdir(exist_ok=True)
        (world.root / "inbox" / name).write_text(text, encoding="utf-8")
    source, engine = world.source, world.engine
    ids = ingest.land_source(engine, world.project, source, as_of=AS_OF, run_id="r").delivery_ids
    ingest.map_rows(engine, source, delivery_ids=ids)
    quality.parse_rows(engine, world.project, source, as_of=AS_OF)
    note_batches(engine, source, ids)
    found = engine.query("select delivery_id from ops.deliveries order by delivered_at")
    return [one for one in found["delivery_id"] if one in ids]


def broken(world: World, delivery_ids: Sequence[str]) -> dict[str, str]:
    """Rule -> message, of the rules that the last of some deliveries breaks beside the others."""
    results = check_batches(world.engine, world.source, delivery_ids, without=[])
    return {
        r.rule.name: r.message
        for r in results
        if r.delivery_id == delivery_ids[-1] and not r.passed
    }
