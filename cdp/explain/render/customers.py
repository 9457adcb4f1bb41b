"""One customer on a page: who, from where, which records, why they are one, what happened."""

from __future__ import annotations

import json

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cdp.explain.customer import Customer
from cdp.explain.finding import Candidates, Found
from cdp.explain.past import Past
from cdp.explain.render.cells import grid, plain

_NEWEST = 20
_STRONGEST = 10
_CANDIDATES = 50
_TRAITS = (
    "touch_count", "channels", "top_channel", "first_touch_at", "last_touch_at", "order_count",
    "revenue", "currency", "recency_days", "rfm_segment", "average_score",
)  # fmt: skip


def customer(found: Found) -> RenderableType:
    """A customer with the evidence, or the customers that share what was asked for."""
    if isinstance(found, Candidates):
        rows = found.customers.head(_CANDIDATES)
        title = f"Several customers: {rows.height} of {found.customers.height}"
        return Group(
            *(Text(line) for line in found.told),
            grid(title, rows.columns, rows.rows(), right=1),
            Text("Ask again with one of the ids."),
        )
    parts: list[RenderableType] = [_heading(found), _golden(found), _records(found)]
    parts += [part for part in (_links(found), _timeline(found), _changes(found)) if part]
    return Group(*parts)


def past(found: Past) -> RenderableType:
    """Which records an id stood for at a past instant, and where they are today."""
    rows = [
        (_record(r["source"], r["source_record_id"]), r["name"], r["emails"], r["phones"],
         r["address"], r["member_since"], r["customer_today"] or "has left")
        for r in found.records.to_dicts()
    ]  # fmt: skip
    title = f"{found.customer_id} as of {found.as_of:%Y-%m-%d %H:%M} UTC: {len(rows)} records"
    columns = ("record", "name", "emails", "phones", "address", "in it since", "today")
    return Group(grid(title, columns, rows), *(Text(line) for line in (*found.told, found.note)))


def _heading(found: Customer) -> Panel:
    golden = found.golden
    first = (
        f"{golden['customer_id']} · {golden['kind']} · {golden['record_count']} records · "
        f"confidence {golden['identity_confidence']:.3f}"
    )
    lines = [first]
    refused = [c for c in ("email", "sms", "phone", "post") if golden[f"{c}_consent"] is False]
    if refused:
        lines.append(f"opted out of {', '.join(refused)}")
    if golden["household_id"]:
        others = "1 other customer" if found.housemates == 1 else f"{found.housemates} others"
        lines.append(f"household {golden['household_id']} · {others} (an estimate)")
    lines += _came_from(found)
    names = ("given_name", "middle_name", "surname", "suffix")
    name = " ".join(str(golden[n]) for n in names if golden[n]) or "no name"
    return Panel(Text("\n".join(lines)), title=Text(plain(name)), title_align="left", expand=False)


def _came_from(found: Customer) -> list[str]:
    """How the id asked for led here, and what the customer was split off."""
    split_off = [
        f"split off {event['origin_id']} on {event['changed_at']:%Y-%m-%d}"
        for event in found.changes.to_dicts()
        if event["kind"] == "split" and event["customer_id"] == found.golden["customer_id"]
    ]
    return [*found.told, *split_off]


def _golden(found: Customer) -> Table:
    rows: list[tuple[object, ...]] = [
        (s["attribute"], s["value"], _record(s["source"], s["source_record_id"]), s["rule"],
         s["observed_at"], _others(s["losers"]))
        for s in found.sources.to_dicts()
    ]  # fmt: skip
    rows += [
        (name, found.traits[name], "computed", "", None, [])
        for name in _TRAITS
        if found.traits[name] not in (None, [])
    ]
    columns = ("attribute", "value", "from", "won by", "observed", "other values")
    return grid("Golden record", columns, rows)


def _records(found: Customer) -> Table:
    rows = [
        (_record(r["source"], r["source_record_id"]), r["name"], r["emails"], r["phones"],
         r["address"], f"{r['source_file']}:{r['source_row']}")
        for r in found.records.to_dicts()
    ]  # fmt: skip
    return grid("Records", ("record", "name", "emails", "phones", "address", "row"), rows)


def _links(found: Customer) -> Table | None:
    if not found.links.height:
        return None
    rows = []
    for link in found.links.head(_STRONGEST).to_dicts():
        evidence = json.loads(link["evidence"])
        told = ", ".join(
            f"{name}: {part['level']} {part['weight_bits']:+.1f}"
            for name, part in evidence.items()
            if part["weight_bits"]
        )
        left = _record(link["source_l"], link["source_record_id_l"])
        right = _record(link["source_r"], link["source_record_id_r"])
        pair = f"{left}\n{right}"
        rows.append((pair, link["status"], link["reason"], told, link["match_weight"]))
    title = f"Why: {min(found.links.height, _STRONGEST)} of {found.links.height} decisions"
    return grid(title, ("pair", "status", "reason", "evidence (bits)", "weight"), rows, right=1)


def _timeline(found: Customer) -> Table | None:
    if not found.timeline.height:
        return None
    shown = found.timeline.head(_NEWEST)
    title = f"Timeline: newest {shown.height} of {found.timeline.height}"
    columns = ("occurred_at", "channel", "event_type", "campaign", "currency", "amount")
    return grid(title, columns, shown.select(columns).rows(), right=1)


def _changes(found: Customer) -> Table | None:
    rows = [
        (c["changed_at"], c["customer_id"], c["kind"], c["survivor_id"] or c["origin_id"],
         c["run_id"])
        for c in found.changes.tail(_NEWEST).to_dicts()
    ]  # fmt: skip
    title = f"Identity history: newest {len(rows)} of {found.changes.height}"
    columns = ("when", "customer", "what", "into or off", "run")
    return grid(title, columns, rows) if rows else None


def _record(source: str, key: str) -> str:
    """``source:key``; the long made-up key of a person inside an event is cut."""
    return f"{source}:{key[:15]}…" if key.startswith("person:") else f"{source}:{key}"


def _others(losers: str) -> list[str]:
    """Values that did not survive, each once; an address, which survives whole, on one line."""
    values = []
    for loser in json.loads(losers):
        value = str(loser["value"])
        if value.startswith("{"):
            value = " ".join(part for part in json.loads(value).values() if part)
        values.append(value)
    return list(dict.fromkeys(values))
