"""What a person says of themself in one source at one time: a part of the truth, with mistakes."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from data.generate import noise
from data.generate.names import company_name
from data.generate.people import Person, company_domain


@dataclass(slots=True)
class Statement:
    """Stated person fields in canonical words; empty text is a field not stated."""

    email: str = ""
    second_email: str = ""
    phone: str = ""
    landline: str = ""
    device: str = ""
    handle: str = ""
    given: str = ""
    middle: str = ""
    surname: str = ""
    suffix: str = ""
    birth: str = ""  # ISO
    sex: str = ""
    street: str = ""
    unit: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    company: str = ""
    job_title: str = ""

    @property
    def full_name(self) -> str:
        """Return the stated names in one text, blank when none is stated."""
        return " ".join(filter(None, (self.given, self.middle, self.surname, self.suffix)))


# How often each mistake or habit shows in a stated value.
FAMILY_MAILBOX: Final = 0.12
CHILD_FAMILY_MAILBOX: Final = 0.3
OFFICE_MAILBOX: Final = 0.02
FIRST_EMAIL: Final = 0.955
GMAIL_ALIAS: Final = 0.09
EMAIL_SLIP: Final = 0.02
JUNK: Final = 0.01
LANDLINE: Final = 0.16
PHONE_SLIP: Final = 0.025
NICKNAME: Final = 0.16
INITIAL: Final = 0.06
NAME_SLIP: Final = 0.035
SWAPPED_NAMES: Final = 0.015
BIRTH_SLIP: Final = 0.03
STREET_SLIP: Final = 0.04
LATE_CHANGE: Final = 0.15  # an old name or address, still used after the change


def make_statement(
    chance: random.Random, person: Person, at: int, stated: Mapping[str, float]
) -> Statement:
    """State a person once.

    Args:
        chance: Random source of the channel.
        person: Who speaks.
        at: When, epoch seconds; before a move or a wedding the old address or name is given.
        stated: Share of statements that give a field: email, second_email, phone, landline,
            device, handle, given, middle, surname, suffix, birth, sex, address, city, postcode,
            company. What is not named is never stated.
    """
    given = {name for name, share in stated.items() if chance.random() < share}
    statement = Statement()
    _state_identifiers(chance, person, statement, given)
    _state_names(chance, person, at, statement, given)
    _state_place(chance, person, at, statement, given)
    if "birth" in given:
        statement.birth = _birth(chance, person)
    if "sex" in given:
        statement.sex = person.sex
    if "company" in given and person.company is not None:
        statement.company = company_name(person.company)
        statement.job_title = person.job_title
    return statement


def _state_identifiers(
    chance: random.Random, person: Person, statement: Statement, given: set[str]
) -> None:
    if "email" in given:
        statement.email = _email(chance, person)
    if "second_email" in given and len(person.emails) > 1:
        statement.second_email = chance.choice(person.emails[1:])
    if "phone" in given:
        statement.phone = _phone(chance, person)
    if "landline" in given:
        statement.landline = noise.write_phone(chance, person.household.landline)
    if "device" in given:
        statement.device = pick_device(chance, person)
    if "handle" in given:
        statement.handle = person.handle


def pick_device(chance: random.Random, person: Person) -> str:
    """Return a cookie the person browses with: own ones mostly, the family's at times."""
    if person.household.device and chance.random() < 0.15:
        return person.household.device
    return person.devices[int(len(person.devices) * chance.random() ** 2)]


def _email(chance: random.Random, person: Person) -> str:
    roll = chance.random()
    if roll < JUNK:
        return chance.choice(noise.JUNK_EMAILS)
    family = CHILD_FAMILY_MAILBOX if person.is_child else FAMILY_MAILBOX
    if person.household.mailbox and chance.random() < family:
        email = person.household.mailbox
    elif person.company is not None and chance.random() < OFFICE_MAILBOX:
        email = f"info@{company_domain(person.company)}"
    elif len(person.emails) == 1 or chance.random() < FIRST_EMAIL:
        email = person.emails[0]
    else:
        email = chance.choice(person.emails[1:])
    if chance.random() < GMAIL_ALIAS:
        email = noise.alias_gmail(chance, email)
    if chance.random() < EMAIL_SLIP:
        email = noise.mistype_email(chance, email)
    return email.upper() if chance.random() < 0.03 else email


def _phone(chance: random.Random, person: Person) -> str:
    if chance.random() < JUNK:
        return chance.choice(noise.JUNK_PHONES)
    if person.household.landline and chance.random() < LANDLINE:
        digits = person.household.landline
    else:
        digits = person.phones[0] if chance.random() < 0.9 else person.phones[-1]
    if chance.random() < PHONE_SLIP:
        digits = noise.mistype_digits(chance, digits)
    return noise.write_phone(chance, digits)


def _state_names(
    chance: random.Random, person: Person, at: int, statement: Statement, given: set[str]
) -> None:
    has_given, has_surname = "given" in given, "surname" in given
    if (has_given or has_surname) and chance.random() < JUNK / 2:
        statement.given, statement.surname = chance.choice(noise.JUNK_NAMES)
        return
    first, last = _written_given(chance, person), _written_surname(chance, person, at)
    if has_given and has_surname and chance.random() < SWAPPED_NAMES:
        first, last = last, first
    if has_given:
        statement.given = noise.change_case(chance, first)
    if has_surname:
        statement.surname = noise.change_case(chance, last)
        statement.middle = person.middle if "middle" in given else ""
        statement.suffix = person.suffix if "suffix" in given else ""


def _written_given(chance: random.Random, person: Person) -> str:
    name, roll = person.given, chance.random()
    if roll < NICKNAME:
        name = noise.shorten(chance, name)
    elif roll < NICKNAME + INITIAL:
        name = name[0] + chance.choice(("", "."))
    return noise.mistype(chance, name) if chance.random() < NAME_SLIP else name


def _written_surname(chance: random.Random, person: Person, at: int) -> str:
    name = person.surname
    if person.former_surname and (at < person.married_at or chance.random() < LATE_CHANGE):
        name = person.former_surname
    return noise.mistype(chance, name) if chance.random() < NAME_SLIP else name


def _birth(chance: random.Random, person: Person) -> str:
    if chance.random() < JUNK:
        return noise.JUNK_BIRTH.isoformat()
    if chance.random() < BIRTH_SLIP:
        return noise.confuse_birth(chance, person.birth).isoformat()
    return person.birth.isoformat()


def _state_place(
    chance: random.Random, person: Person, at: int, statement: Statement, given: set[str]
) -> None:
    household = person.household
    is_old = at < household.moved_at or chance.random() < LATE_CHANGE
    place = household.previous if household.previous and is_old else household.home
    if "address" in given:
        street = noise.write_street(chance, place.street)
        has_slip = chance.random() < STREET_SLIP
        statement.street = noise.mistype(chance, street) if has_slip else street
        statement.unit = place.unit if chance.random() < 0.85 else ""
    if given & {"address", "city"}:
        statement.city, statement.region = place.city, place.region
    if given & {"address", "postcode"}:
        statement.postcode = place.postcode


class Voices:
    """The statements one channel has heard: a person mostly repeats the last one."""

    def __init__(
        self, chance: random.Random, stated: Mapping[str, float], *, fresh: float = 0.2
    ) -> None:
        """Remember nothing yet; `fresh` is the share of repeats that are said anew."""
        self._chance, self._stated, self._fresh = chance, stated, fresh
        self._heard: dict[str, Statement] = {}

    def hear(self, person: Person, at: int) -> Statement:
        """Return what `person` states at `at`: the last statement, or a fresh one."""
        last = self._heard.get(person.person_id)
        if last is None or self._chance.random() < self._fresh:
            last = make_statement(self._chance, person, at, self._stated)
            self._heard[person.person_id] = last
        return last
