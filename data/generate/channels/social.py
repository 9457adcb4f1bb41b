"""The social channel: Facebook and Instagram lead ads, prefixes, offsets and test leads."""

from __future__ import annotations

import random
from datetime import timedelta, timezone
from typing import Final

from data.generate import names
from data.generate.clock import Arguments, draw_schedule, utc
from data.generate.deliveries import Deliveries, Truth, break_row, is_broken_turn
from data.generate.people import Person
from data.generate.statements import Statement, Voices

STATED: Final = { "email": 0.9, "phone": 0.5, "given": 0.93, "surname": 0.85, "city": 0.6,
                 "handle": 0.55 }  # fmt: skip
REACHED: Final = 0.11  # share of the population
HEADER: Final = ("id", "created_time", "ad_id", "campaign_name", "form_name", "is_organic",
                 "platform", "full_name", "phone_number", "email", "city", "instagram",
                 "lead_status")  # fmt: skip
_OFFSETS = tuple(timezone(timedelta(hours=hours)) for hours in (-8, -5, -4, 0, 3))


def write_social(arguments: Arguments, people: list[Person], truth: Truth) -> None:
    """Write `inbox/social`: one row a lead, two deliveries that overlap by three weeks."""
    chance = arguments.chance("social")
    voices = Voices(chance, STATED, fresh=0.3)
    schedule = draw_schedule(arguments, "social", population=len(people), share=REACHED)
    future = f"{utc(arguments.end).year + 9}-05-05T05:05:05+00:00"
    with Deliveries(
        arguments, "social", arguments.cuts(180, 0), header=HEADER, overlap_days=21
    ) as deliveries:
        for nth, (at, who) in enumerate(schedule):
            stated = voices.hear(people[who], at)
            row = _lead_row(chance, stated, at)
            deliveries.write(at, row)
            truth.add("social", row[0], people[who].person_id)
            if is_broken_turn(nth):
                row = _lead_row(chance, stated, at)
                deliveries.write(at, break_row(row, nth, key=0, time=1, future=future))
            if nth % 40 == 20:
                deliveries.write(at, _test_lead(chance, at))


def _lead_row(chance: random.Random, stated: Statement, at: int) -> list[str]:
    digits = "".join(filter(str.isdigit, stated.phone))[-10:]
    return [
        f"l:{chance.randrange(10**15, 10**16)}",
        utc(at).astimezone(chance.choice(_OFFSETS)).isoformat(),
        f"ag:{chance.randrange(10**9, 10**10)}",
        chance.choice(names.CAMPAIGNS),
        "Stay in touch",
        chance.choice(("false", "false", "true")),
        chance.choice(("fb", "ig")),
        stated.full_name,
        f"p:+1{digits}" if len(digits) == 10 else "",
        stated.email,
        stated.city,
        f"@{stated.handle}" if stated.handle else "",
        "CREATED",
    ]


def _test_lead(chance: random.Random, at: int) -> list[str]:
    row = _lead_row(chance, Statement(), at)
    row[7] = "<test lead: dummy data for full_name>"
    row[8] = "p:<test lead: dummy data for phone_number>"
    row[9] = "test@meta.com"
    return row
