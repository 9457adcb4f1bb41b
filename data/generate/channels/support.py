"""The support channel: tickets with day-first dates, and a last file that nobody should load."""

from __future__ import annotations

import random
from typing import Final
from zoneinfo import ZoneInfo

from data.generate.clock import Arguments, draw_schedule, utc
from data.generate.deliveries import Deliveries, Truth, break_row, is_broken_turn
from data.generate.people import Person
from data.generate.statements import Statement, Voices

STATED: Final = {"email": 0.95, "phone": 0.6, "given": 0.9, "surname": 0.82}
ASKING: Final = 0.15  # share of the population
SPOILED_DAYS: Final = 21  # the last delivery: a spreadsheet turned 40 % of its dates into numbers
HEADER: Final = ("ticket_id", "created_at", "requester_name", "requester_email",
                 "requester_phone", "subject", "priority", "status", "satisfaction")  # fmt: skip
LONDON: Final = ZoneInfo("Europe/London")
_SUBJECTS = ("Late delivery", "Damaged item", "Change of address", "Refund", "Invoice copy",
             "Password reset")  # fmt: skip


def write_support(arguments: Arguments, people: list[Person], truth: Truth) -> None:
    """Write `inbox/support`: one row a ticket, three sound deliveries and a spoiled one."""
    chance = arguments.chance("support")
    voices = Voices(chance, STATED, fresh=0.35)
    schedule = draw_schedule(arguments, "support", population=len(people), share=ASKING)
    spoiled_from = arguments.end - SPOILED_DAYS * 86_400
    days = arguments.cuts(360, 180, SPOILED_DAYS, 0)
    tickets = iter(range(70_001, 70_001 + 4 * len(schedule)))
    future = f"01/02/{utc(arguments.end).year + 12} 09:30"
    with Deliveries(arguments, "support", days, header=HEADER) as deliveries:
        for nth, (at, who) in enumerate(schedule):
            stated = voices.hear(people[who], at)
            row = _ticket_row(chance, stated, at, f"T{next(tickets)}")
            deliveries.write(at, row)
            truth.add("support", row[0], people[who].person_id)
            if at >= spoiled_from and nth % 3 < 2:
                row = _ticket_row(chance, stated, at, f"T{next(tickets)}")
                row[1] = f"{at / 86_400 + 25_569:.4f}"
                deliveries.write(at, row)
            elif at < spoiled_from and is_broken_turn(nth):
                row = _ticket_row(chance, stated, at, f"T{next(tickets)}")
                deliveries.write(at, break_row(row, nth, key=0, time=1, future=future))
            if at < spoiled_from and nth % 60 == 30:
                agent = Statement(email="agent2@acme.example", given="Agent", surname="2")
                deliveries.write(at, _ticket_row(chance, agent, at, f"T{next(tickets)}"))


def _ticket_row(chance: random.Random, stated: Statement, at: int, ticket: str) -> list[str]:
    return [
        ticket,
        f"{utc(at).astimezone(LONDON):%d/%m/%Y %H:%M}",
        stated.full_name,
        stated.email,
        stated.phone,
        chance.choice(_SUBJECTS),
        chance.choice(("low", "normal", "high")),
        chance.choice(("solved", "solved", "open")),
        str(chance.choices((1, 2, 3, 4, 5), (8, 7, 15, 30, 40))[0])
        if chance.random() < 0.4
        else "",
    ]
