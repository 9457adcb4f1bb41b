"""The shop channel: orders with the buyer inline, some with a customer id, some as a guest."""

from __future__ import annotations

import random
from typing import Final
from zoneinfo import ZoneInfo

from data.generate import names
from data.generate.clock import Arguments, draw_schedule, utc
from data.generate.deliveries import Deliveries, Truth, break_row, is_broken_turn
from data.generate.people import Person
from data.generate.statements import Statement, Voices

STATED: Final = {"email": 0.93, "phone": 0.68, "given": 0.98, "surname": 0.97, "middle": 0.12,
                 "suffix": 0.4, "address": 0.95}  # fmt: skip
BUYING: Final = 0.32  # share of the population
SIGNED_IN: Final = 0.6  # orders of account holders that carry their customer id
HEADER: Final = ("Name", "Email", "Financial Status", "Created at", "Currency", "Total",
                 "Lineitem quantity", "Lineitem name", "Customer Id", "Billing Name",
                 "Billing Address1", "Billing Address2", "Billing City", "Billing Zip",
                 "Billing Province", "Billing Country", "Billing Phone", "Campaign")  # fmt: skip
NEW_YORK: Final = ZoneInfo("America/New_York")


def write_shop(arguments: Arguments, people: list[Person], truth: Truth) -> None:
    """Write `inbox/shop`: one row an order, four deliveries that overlap by a week."""
    chance = arguments.chance("shop")
    voices = Voices(chance, STATED, fresh=0.28)
    schedule = draw_schedule(arguments, "shop", population=len(people), share=BUYING)
    key, time, amount = HEADER.index("Name"), HEADER.index("Created at"), HEADER.index("Total")
    future = f"{utc(arguments.end).year + 15}-02-03 10:00:00"
    with Deliveries(
        arguments,
        "shop",
        arguments.cuts(360, 180, 90, 0),
        header=HEADER,
        overlap_days=7,
        encoding="utf-8-sig",
    ) as deliveries:
        for nth, (at, who) in enumerate(schedule):
            person = people[who]
            row = _order_row(chance, person, voices.hear(person, at), at, f"#{2 * nth + 1_001}")
            deliveries.write(at, row)
            truth.add("shop", row[key], person.person_id)
            if is_broken_turn(nth):
                row[key] = f"#{2 * nth + 1_002}"
                broken = break_row(row, nth, key=key, time=time, future=future, amount=amount)
                deliveries.write(at, broken)


def _order_row(
    chance: random.Random, person: Person, stated: Statement, at: int, order: str
) -> list[str]:
    is_signed_in = bool(person.shop_ids) and chance.random() < SIGNED_IN
    return [
        order,
        stated.email,
        chance.choices(("paid", "refunded", "pending"), (92, 5, 3))[0],
        f"{utc(at).astimezone(NEW_YORK):%Y-%m-%d %H:%M:%S}",
        "USD",
        f"{chance.lognormvariate(3.9, 0.7):.2f}",
        str(chance.randrange(1, 4)),
        chance.choice(names.PRODUCTS),
        chance.choice(person.shop_ids) if is_signed_in else "",
        stated.full_name,
        stated.street,
        stated.unit,
        stated.city,
        f"'{stated.postcode}" if stated.postcode else "",
        stated.region,
        "US" if stated.street else "",
        stated.phone,
        chance.choice(names.CAMPAIGNS) if chance.random() < 0.25 else "",
    ]
