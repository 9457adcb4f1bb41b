"""The contact list of the CRM, typed by hand and saved by a spreadsheet; and the companies."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from typing import Final

from data.generate import names
from data.generate.clock import Arguments, utc
from data.generate.deliveries import Deliveries, Truth, break_row, is_broken_turn
from data.generate.people import Person, company_domain
from data.generate.statements import Statement, make_statement

STATED: Final = {"email": 0.68, "second_email": 0.12, "phone": 0.72, "landline": 0.25, "given":
                 0.97, "surname": 0.97, "middle": 0.25, "suffix": 0.4, "birth": 0.8, "sex": 0.6,
                 "address": 0.88, "company": 0.6}  # fmt: skip
LISTED: Final = 0.30  # share of the population
TWICE: Final = 0.14  # of them, entered again by a colleague
HEADER: Final = ("Contact ID", "First Name", "Middle", "Last Name", "Suffix", "Sex", "Birth Date",
                 "Email", "Email 2", "Mobile", "Home Phone", "Street", "Unit", "City", "State",
                 "Zip", "Company", "Job Title", "Email Opt In", "SMS Opt In",
                 "Last Modified")  # fmt: skip
COMPANY_HEADER: Final = ("company_id", "name", "domain", "industry", "employees", "city", "region")


@dataclass(slots=True)
class _Entry:
    at: int
    key: str
    person: Person
    opt_ins: tuple[str, str]


def write_contacts(arguments: Arguments, people: list[Person], truth: Truth) -> None:
    """Write `inbox/contacts`: one row an entry or its later correction, four deliveries."""
    chance = arguments.chance("contacts")
    known: set[str] = set()
    with Deliveries(
        arguments,
        "contacts",
        arguments.cuts(400, 240, 100, 0),
        header=HEADER,
        delimiter=";",
        encoding="latin-1",
    ) as deliveries:
        for nth, entry in enumerate(_draw_entries(arguments, chance, people)):
            stated = make_statement(chance, entry.person, entry.at, STATED)
            row = _entry_row(chance, entry, stated)
            deliveries.write(entry.at, row)
            if entry.key not in known:
                known.add(entry.key)
                truth.add("contacts", entry.key, entry.person.person_id)
            if is_broken_turn(nth):
                row[0] = f"X{nth:06d}"
                deliveries.write(entry.at, break_row(row, nth, key=0))


def _draw_entries(
    arguments: Arguments, chance: random.Random, people: list[Person]
) -> list[_Entry]:
    entries: list[_Entry] = []
    for person in people:
        if chance.random() >= LISTED:
            continue
        for _ in range(2 if chance.random() < TWICE else 1):
            opt_ins = (chance.choice(("yes", "yes", "no", "")), chance.choice(("yes", "no", "")))
            key = f"CRM-{chance.randrange(10**8, 10**9)}"
            at = chance.randrange(arguments.start, arguments.end)
            entries.append(_Entry(at, key, person, opt_ins))
            if chance.random() < 0.12:
                entries.append(_Entry(chance.randrange(at, arguments.end), key, person, opt_ins))
    return sorted(entries, key=lambda entry: (entry.at, entry.key))


def _entry_row(chance: random.Random, entry: _Entry, stated: Statement) -> list[str]:
    born = f"{date.fromisoformat(stated.birth):%m/%d/%Y}" if stated.birth else ""
    return [
        entry.key,
        stated.given,
        stated.middle,
        stated.surname,
        stated.suffix,
        stated.sex,
        born,
        stated.email,
        stated.second_email,
        _as_spreadsheet(chance, stated.phone),
        stated.landline,
        stated.street,
        stated.unit,
        stated.city,
        stated.region,
        stated.postcode.lstrip("0") if chance.random() < 0.5 else stated.postcode,
        stated.company,
        stated.job_title,
        *entry.opt_ins,
        f"{utc(entry.at):%m/%d/%Y %H:%M}",
    ]


def _as_spreadsheet(chance: random.Random, phone: str) -> str:
    """Return some plain numbers as a spreadsheet saves them: as a float, or after an apostrophe."""
    if not phone.isdigit():
        return phone
    return chance.choice((phone, f"{phone}.0", f"'{phone}"))


def write_companies(arguments: Arguments) -> None:
    """Write `inbox/companies`: one row a company, one delivery."""
    chance = arguments.chance("companies")
    with Deliveries(arguments, "companies", arguments.cuts(0), header=COMPANY_HEADER) as deliveries:
        for nth in range(arguments.companies):
            city, region = chance.choice(names.CITIES)[:2]
            industry, employees = chance.choice(names.INDUSTRIES), str(chance.randrange(3, 900))
            row = [
                f"CO{nth + 1:05d}",
                names.company_name(nth),
                company_domain(nth),
                industry,
                employees,
                city,
                region,
            ]
            deliveries.write(arguments.start, row)
