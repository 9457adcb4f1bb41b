"""The email channel: a Mailchimp-like audience list, and what its members did with mailings."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from data.generate import names
from data.generate.clock import Arguments, draw_schedule, utc
from data.generate.deliveries import Deliveries, Truth, break_row, is_broken_turn
from data.generate.people import Person
from data.generate.statements import Statement, make_statement

STATED: Final = {"email": 1.0, "given": 0.8, "surname": 0.7, "phone": 0.06, "postcode": 0.35}
SUBSCRIBED: Final = 0.34  # share of the population
TWICE: Final = 0.12  # of them, under a second address
LEAVING: Final = 0.03  # of them, missing from the later lists
LIST_DAYS: Final = (120, 60, 0)
HEADER: Final = ("Email Address", "First Name", "Last Name", "Phone Number", "ZIP",
                 "MEMBER_RATING", "OPTIN_TIME", "STATUS", "LAST_CHANGED", "LEID", "EUID",
                 "TAGS")  # fmt: skip
ACTIVITY_HEADER: Final = ("activity_id", "action", "campaign_title", "member_id", "timestamp",
                          "ip", "url")  # fmt: skip


@dataclass(slots=True)
class _Member:
    euid: str
    person: Person
    joined_at: int
    opted_out_at: int
    left_at: int
    changed_at: int
    stated: Statement
    changed: Statement


def write_newsletter(arguments: Arguments, people: list[Person], truth: Truth) -> None:
    """Write `inbox/newsletter` (three whole lists) and `inbox/newsletter_activity`."""
    chance = arguments.chance("newsletter")
    members = _build_members(arguments, chance, people)
    schedule = draw_schedule(arguments, "newsletter_activity", population=len(members), share=0.75)
    for at, who in reversed(schedule):
        members[who].joined_at = at - chance.randrange(86_400, 30 * 86_400)
    first_list = arguments.instant(arguments.cuts(*LIST_DAYS)[0])
    last_seen = {who: at for at, who in schedule}
    for who, member in enumerate(members):
        if member.joined_at < first_list and chance.random() < LEAVING:
            member.left_at = max(first_list, last_seen.get(who, 0) + 1)
    _write_lists(arguments, chance, members, truth)
    _write_activity(arguments, chance, members, schedule)


def _build_members(
    arguments: Arguments, chance: random.Random, people: list[Person]
) -> list[_Member]:
    members = []
    for person in people:
        if chance.random() >= SUBSCRIBED:
            continue
        for _ in range(2 if chance.random() < TWICE else 1):
            joined_at = chance.randrange(arguments.start, arguments.end)
            later = arguments.end + 1
            opted_out = chance.randrange(joined_at, later) if chance.random() < 0.14 else later
            stated = make_statement(chance, person, joined_at, STATED)
            changed_at, changed = later, stated
            if chance.random() < 0.1:
                changed_at = chance.randrange(joined_at, later)
                changed = make_statement(chance, person, changed_at, STATED)
            euid = f"{chance.getrandbits(48):012x}"
            members.append(
                _Member(euid, person, joined_at, opted_out, later, changed_at, stated, changed)
            )
    return members


def _write_lists(
    arguments: Arguments, chance: random.Random, members: list[_Member], truth: Truth
) -> None:
    seen: set[str] = set()
    members = sorted(members, key=lambda member: (member.joined_at, member.euid))
    for day in arguments.cuts(*LIST_DAYS):
        until = arguments.instant(day)
        listed = [member for member in members if member.joined_at < until <= member.left_at]
        with Deliveries(arguments, "newsletter", [day], header=HEADER) as deliveries:
            for nth, member in enumerate(listed):
                row = _list_row(member, until)
                deliveries.write(until - 1, row)
                if member.euid not in seen:
                    seen.add(member.euid)
                    truth.add("newsletter", member.euid, member.person.person_id)
                if is_broken_turn(nth):
                    row[HEADER.index("EUID")] = f"{chance.getrandbits(48):012x}"
                    deliveries.write(until - 1, break_row(row, nth, key=HEADER.index("EUID")))


def _list_row(member: _Member, until: int) -> list[str]:
    stated = member.changed if member.changed_at < until else member.stated
    passed = [at for at in (member.opted_out_at, member.changed_at) if at < until]
    has_left = member.opted_out_at < until
    status = "subscribed"
    if has_left:
        status = "cleaned" if member.opted_out_at % 5 == 0 else "unsubscribed"
    return [
        stated.email,
        stated.given,
        stated.surname,
        stated.phone,
        stated.postcode,
        str(1 + int(member.euid[:2], 16) % 5),
        f"{utc(member.joined_at):%Y-%m-%d %H:%M:%S}",
        status,
        f"{utc(max([member.joined_at, *passed])):%Y-%m-%d %H:%M:%S}",
        str(int(member.euid[2:8], 16)),
        member.euid,
        '"VIP","Blog"' if int(member.euid[-1], 16) < 2 else "",
    ]


def _write_activity(
    arguments: Arguments,
    chance: random.Random,
    members: list[_Member],
    schedule: list[tuple[int, int]],
) -> None:
    days, key, time = arguments.cuts(360, 180, 0), 0, 4
    future = f"{utc(arguments.end) + timedelta(days=9_000):%Y-%m-%d %H:%M:%S}"
    with Deliveries(
        arguments, "newsletter_activity", days, header=ACTIVITY_HEADER, overlap_days=2
    ) as deliveries:
        for nth, (at, who) in enumerate(schedule):
            row = _activity_row(chance, members[who], at)
            deliveries.write(at, row)
            if is_broken_turn(nth):
                row = _activity_row(chance, members[who], at)
                deliveries.write(at, break_row(row, nth, key=key, time=time, future=future))


def _activity_row(chance: random.Random, member: _Member, at: int) -> list[str]:
    action = chance.choices(("send", "open", "click", "bounce"), (40, 42, 16, 2))[0]
    return [
        f"{chance.getrandbits(64):016x}",
        action,
        chance.choice(names.CAMPAIGNS),
        member.euid,
        f"{utc(at):%Y-%m-%d %H:%M:%S}",
        f"192.0.2.{chance.randrange(256)}",
        f"https://shop.example/c/{chance.randrange(40)}" if action == "click" else "",
    ]
