"""The chat channel: Intercom-like contacts (leads, users, and the agents) and their messages."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Final

from data.generate.clock import Arguments, draw_schedule, utc
from data.generate.deliveries import (
    Deliveries,
    Truth,
    break_line,
    break_row,
    dump,
    is_broken_turn,
)
from data.generate.people import Person
from data.generate.statements import Statement, make_statement

STATED: Final = { "email": 0.92, "phone": 0.4, "given": 0.85, "surname": 0.65, "device": 0.45,
                 "city": 0.4 }  # fmt: skip
CHATTING: Final = 0.13  # share of the population
NEW_CONTACT: Final = 0.22  # another browser: the same person becomes another lead
DAYS: Final = (300, 120, 0)
HEADER: Final = ("id", "external_id", "role", "email", "phone", "name", "anonymous_id",
                 "created_at", "updated_at", "location_city", "location_region",
                 "unsubscribed_from_emails")  # fmt: skip
_MESSAGES = ("Where is my order?", "Do you ship abroad?", "Thanks, that helped.",
             "Can I return this?", "The code does not work.",
             "Is the tray dishwasher safe?")  # fmt: skip


@dataclass(slots=True)
class _Contact:
    contact_id: str
    person: Person | None
    role: str
    external_id: str
    created_at: int
    stated: Statement


def write_chat(arguments: Arguments, people: list[Person], truth: Truth) -> None:
    """Write `inbox/chat` (one line a message) and `inbox/chat_contacts` (whoever wrote one)."""
    chance = arguments.chance("chat")
    agents = [_build_agent(chance, arguments, nth) for nth in range(6)]
    contacts = _write_messages(arguments, chance, people, agents)
    _write_contacts(arguments, chance, [*agents, *contacts], truth)


def _build_agent(chance: random.Random, arguments: Arguments, nth: int) -> _Contact:
    stated = Statement(email=f"agent{nth + 1}@acme.example", given="Agent", surname=str(nth + 1))
    return _Contact(f"{chance.getrandbits(96):024x}", None, "admin", "", arguments.start, stated)


def _build_contact(chance: random.Random, person: Person, at: int) -> _Contact:
    stated = make_statement(chance, person, at, STATED)
    is_user = bool(person.shop_ids) and chance.random() < 0.4
    return _Contact(
        contact_id=f"{chance.getrandbits(96):024x}",
        person=person,
        role="user" if is_user else "lead",
        external_id=chance.choice(person.shop_ids) if is_user else "",
        created_at=at,
        stated=stated,
    )


def _write_messages(
    arguments: Arguments, chance: random.Random, people: list[Person], agents: list[_Contact]
) -> list[_Contact]:
    """Write the messages in time order; return the contacts in order of their first one."""
    contacts: list[_Contact] = []
    current: dict[str, _Contact] = {}
    schedule = draw_schedule(arguments, "chat", population=len(people), share=CHATTING)
    future = arguments.end + 20 * 365 * 86_400
    with Deliveries(
        arguments, "chat", arguments.cuts(*DAYS), suffix="jsonl", overlap_days=1
    ) as deliveries:
        for nth, (at, who) in enumerate(schedule):
            person = people[who]
            contact = current.get(person.person_id)
            if contact is None or chance.random() < NEW_CONTACT:
                contact = current[person.person_id] = _build_contact(chance, person, at)
                contacts.append(contact)
            deliveries.write(at, dump(_message(chance, contact, at)))
            if chance.random() < 0.4:
                deliveries.write(at, dump(_message(chance, chance.choice(agents), at)))
            if is_broken_turn(nth):
                extra = _message(chance, contact, at)
                line = break_line(extra, nth, key="id", time="created_at", future=future)
                deliveries.write(at, line)
    return contacts


def _message(chance: random.Random, contact: _Contact, at: int) -> dict[str, Any]:
    return {
        "id": f"part_{chance.getrandbits(56):014x}",
        "conversation_id": f"{contact.contact_id[:6]}{at // 86_400}",
        "part_type": "comment",
        "created_at": at,
        "author": {"type": contact.role, "id": contact.contact_id},
        "body": chance.choice(_MESSAGES),
        "rating": chance.randrange(1, 6) if chance.random() < 0.15 else None,
    }


def _write_contacts(
    arguments: Arguments, chance: random.Random, contacts: list[_Contact], truth: Truth
) -> None:
    """Write each contact into the delivery after its birth; some come again in a later one."""
    rows = [(contact.created_at, contact.created_at, contact) for contact in contacts]
    for contact in contacts:
        if contact.person is not None and chance.random() < 0.15:
            seen_at = chance.randrange(contact.created_at, arguments.end)
            rows.append((seen_at, seen_at, contact))
    rows.sort(key=lambda row: (row[0], row[2].contact_id))
    known: set[str] = set()
    with Deliveries(arguments, "chat_contacts", arguments.cuts(*DAYS), header=HEADER) as deliveries:
        for nth, (at, updated_at, contact) in enumerate(rows):
            row = _contact_row(contact, updated_at)
            deliveries.write(at, row)
            if contact.person is not None and contact.contact_id not in known:
                known.add(contact.contact_id)
                truth.add("chat_contacts", contact.contact_id, contact.person.person_id)
            if is_broken_turn(nth):
                row[0] = f"{chance.getrandbits(96):024x}"
                deliveries.write(at, break_row(row, nth, key=0))


def _contact_row(contact: _Contact, updated_at: int) -> list[str]:
    stated = contact.stated
    return [
        contact.contact_id,
        contact.external_id,
        contact.role,
        stated.email,
        stated.phone,
        stated.full_name,
        stated.device,
        f"{utc(contact.created_at):%Y-%m-%d %H:%M:%S}",
        f"{utc(updated_at):%Y-%m-%d %H:%M:%S}",
        stated.city,
        stated.region,
        "TRUE" if int(contact.contact_id[0], 16) == 0 else "FALSE",
    ]
