"""The population: households, their members, and what each of them truly owns.

Households are the hard part of customer data: one address, one landline, a family
mailbox, a shared device, the same surname, fathers and sons of one name, twins.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from data.generate import names
from data.generate.clock import Arguments


@dataclass(frozen=True, slots=True)
class Address:
    """A place to live; `area` is the telephone area code there."""

    street: str
    unit: str
    city: str
    region: str
    postcode: str
    area: str


@dataclass(slots=True)
class Household:
    """People under one roof and what they share; an absent thing is empty."""

    surname: str
    home: Address
    previous: Address | None
    moved_at: int
    landline: str
    mailbox: str
    device: str


@dataclass(slots=True)
class Person:
    """One customer as they truly are; sources state parts of it, often wrongly."""

    person_id: str
    household: Household
    given: str
    middle: str
    surname: str
    former_surname: str
    married_at: int
    suffix: str
    sex: str
    birth: date
    is_child: bool
    company: int | None = None
    job_title: str = ""
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    handle: str = ""
    shop_ids: list[str] = field(default_factory=list)


def weights(count: int, bend: float) -> np.ndarray:
    """Return Zipf-like weights of `count` ranks, adding up to 1; higher `bend`, more uneven."""
    raw = 1.0 / (np.arange(count) + 8.0) ** bend
    return np.asarray(raw / raw.sum())


def company_domain(company: int) -> str:
    """Return the mail domain of a company, under the reserved top-level domain.

    >>> company_domain(0)
    'harborfoods.example'
    """
    return fold(names.company_name(company).lower()) + ".example"


class Registry:
    """Hands out what must be unique: telephone numbers, mailboxes, devices, shop ids."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._lines: dict[str, int] = {}
        self._mailboxes: set[str] = set()
        self._shop = 0

    def phone(self, area: str) -> str:
        """Return a fresh ten-digit number, in the fictional 555 exchange while it lasts."""
        nth = self._lines.get(area, int(area) % 97)
        self._lines[area] = nth + 1
        return f"{area}{555 + nth // 10_000}{(nth * 7_919 + 13) % 10_000:04d}"

    def mailbox(self, local: str, domain: str) -> str:
        """Return a fresh free-mail address; five digits mark it as generated."""
        while True:
            address = f"{local}{self._chance.randrange(10_000, 100_000)}@{domain}"
            if (bare := address.replace(".", "")) not in self._mailboxes:
                self._mailboxes.add(bare)
                return address

    def work_mailbox(self, local: str, domain: str) -> str:
        """Return a fresh address at an employer; a number is added only when taken."""
        address, nth = f"{local}@{domain}", 2
        while address in self._mailboxes:
            address, nth = f"{local}{nth}@{domain}", nth + 1
        self._mailboxes.add(address)
        return address

    def device(self) -> str:
        """Return a fresh cookie id."""
        return f"{self._chance.getrandbits(96):024x}"

    def shop_id(self) -> str:
        """Return a fresh customer id of the shop."""
        self._shop += self._chance.randrange(1, 9)
        return f"C{100_000 + self._shop}"


def build_population(arguments: Arguments) -> list[Person]:
    """Build the people of the demo: one entry a person, `person_id` unique, in a fixed order."""
    chance, registry = arguments.chance("people"), Registry(arguments.chance("registry"))
    people: list[Person] = []
    draws = _draw_households(arguments)
    while len(people) < arguments.people:
        household = _build_household(chance, registry, next(draws), arguments)
        for person in _build_members(chance, household, arguments):
            _make_namesake(chance, person, people)
            person.person_id = f"P{len(people) + 1:07d}"
            if chance.random() < 0.35:
                person.company = chance.randrange(arguments.companies)
                person.job_title = chance.choice(names.JOB_TITLES)
            _equip(chance, registry, person)
            people.append(person)
    return people[: arguments.people]


def _draw_households(arguments: Arguments) -> Iterator[tuple[str, int]]:
    rng = arguments.arrays("households")
    while True:
        surnames = rng.choice(len(names.SURNAMES), 4_096, p=weights(len(names.SURNAMES), 0.75))
        cities = rng.choice(len(names.CITIES), 4_096, p=weights(len(names.CITIES), 0.6))
        yield from zip((names.SURNAMES[at] for at in surnames), cities.tolist(), strict=True)


def _address(chance: random.Random, city: int) -> Address:
    name, region, zip3, area = names.CITIES[city]
    unit = f"Apt {chance.randrange(1, 60)}" if chance.random() < 0.3 else ""
    street = f"{chance.randrange(1, 9_900)} {chance.choice(names.STREETS)}"
    return Address(street, unit, name, region, f"{zip3}{chance.randrange(1, 40):02d}", area)


def _build_household(
    chance: random.Random, registry: Registry, drawn: tuple[str, int], arguments: Arguments
) -> Household:
    surname, city = drawn
    home = _address(chance, city)
    previous_city = city if chance.random() < 0.6 else chance.randrange(len(names.CITIES))
    moved = chance.random() < 0.18
    local = surname.lower().replace("'", "").replace("-", "")
    return Household(
        surname=surname,
        home=home,
        previous=_address(chance, previous_city) if moved else None,
        moved_at=chance.randrange(arguments.start, arguments.end),
        landline=registry.phone(home.area) if chance.random() < 0.35 else "",
        mailbox=registry.mailbox(f"the{fold(local)}s", chance.choice(names.FREE_MAIL))
        if chance.random() < 0.22
        else "",
        device=registry.device() if chance.random() < 0.2 else "",
    )


def _build_members(
    chance: random.Random, household: Household, arguments: Arguments
) -> list[Person]:
    size = chance.choices((1, 2, 3, 4, 5), (42, 32, 13, 10, 3))[0]
    first_is_man = chance.random() < 0.5
    born_in = arguments.as_of.year - chance.randrange(27, 78)
    members = [_person(chance, household, is_man=first_is_man, born_in=born_in)]
    if size > 1:
        born_in += chance.randrange(-6, 7)
        members.append(_person(chance, household, is_man=not first_is_man, born_in=born_in))
        _marry(chance, members, arguments)
    for _ in range(size - 2):
        members.append(_child(chance, members, arguments))
    return members


def _person(chance: random.Random, household: Household, *, is_man: bool, born_in: int) -> Person:
    given_names = names.MEN if is_man else names.WOMEN
    # Squaring favours the head of the list, where the common names are.
    given = given_names[int(len(given_names) * chance.random() ** 1.7)]
    born = date(born_in, 1, 1) + timedelta(days=chance.randrange(365))
    return Person(
        person_id="",
        household=household,
        given=given,
        middle=chance.choice("ABCDEFGHJKLMNPRSTW") if chance.random() < 0.8 else "",
        surname=household.surname,
        former_surname="",
        married_at=0,
        suffix="",
        sex="M" if is_man else "F",
        birth=born,
        is_child=False,
    )


def _marry(chance: random.Random, pair: list[Person], arguments: Arguments) -> None:
    """Give the second of a pair an own name (kept for good, or until the wedding)."""
    second, roll = pair[1], chance.random()
    if roll < 0.18:
        second.surname = chance.choice(names.SURNAMES)
    elif roll < 0.32:
        second.former_surname = chance.choice(names.SURNAMES)
        second.married_at = chance.randrange(arguments.start, arguments.end)


def _child(chance: random.Random, members: list[Person], arguments: Arguments) -> Person:
    parents, siblings = members[:2], members[2:]
    year = arguments.as_of.year
    oldest = max(17, min(year - parents[0].birth.year - 20, 35))
    child = _person(
        chance,
        members[0].household,
        is_man=chance.random() < 0.5,
        born_in=year - chance.randrange(16, oldest + 1),
    )
    child.is_child = True
    father = next((parent for parent in parents if parent.sex == "M"), None)
    if siblings and chance.random() < 0.2:
        child.birth = siblings[-1].birth  # twins
    has_namesake = any(sibling.suffix for sibling in siblings)
    if father and child.sex == "M" and not has_namesake and chance.random() < 0.2:
        child.given, child.suffix, father.suffix = father.given, "Jr", "Sr"
    while child.suffix == "" and any(child.given == other.given for other in members):
        child.given = chance.choice(names.MEN if child.sex == "M" else names.WOMEN)
    return child


def _make_namesake(chance: random.Random, person: Person, people: list[Person]) -> None:
    if people and not person.suffix and chance.random() < 0.012:
        other = people[chance.randrange(len(people))]
        if other.household is not person.household:
            person.given, person.surname, person.sex = other.given, other.surname, other.sex


def _equip(chance: random.Random, registry: Registry, person: Person) -> None:
    """Give a person mailboxes, telephones, devices and a handle."""
    for _ in range(chance.choices((1, 2, 3), (68, 27, 5))[0]):
        local = mailbox_local(chance, person)
        person.emails.append(registry.mailbox(local, chance.choice(names.FREE_MAIL)))
    if person.company is not None and chance.random() < 0.7:
        local = fold(f"{person.given}.{person.surname}".lower())
        person.emails.append(registry.work_mailbox(local, company_domain(person.company)))
    for _ in range(chance.choices((1, 2), (88, 12))[0]):
        person.phones.append(registry.phone(person.household.home.area))
    for _ in range(chance.choices((1, 2, 3), (55, 35, 10))[0]):
        person.devices.append(registry.device())
    for _ in range(chance.choices((0, 1, 2), (50, 46, 4))[0]):
        person.shop_ids.append(registry.shop_id())
    person.handle = f"{mailbox_local(chance, person)}{chance.randrange(100, 10_000)}"


def mailbox_local(chance: random.Random, person: Person) -> str:
    """Return the name part of a mailbox or handle, in one of the styles people use."""
    given, surname = fold(person.given.lower()), fold(person.surname.lower())
    nickname = fold(chance.choice(names.NICKNAMES.get(person.given, (person.given,))).lower())
    return chance.choice(
        (
            f"{given}.{surname}",
            f"{given}{surname}",
            f"{given[0]}{surname}",
            f"{given[0]}.{surname}",
            f"{surname}.{given}",
            f"{nickname}.{surname}",
            nickname,
            chance.choice(names.MAILBOX_WORDS),
        )
    )


_FOLD = str.maketrans("áäãâçéèëêíïñóöôúüž", "aaaaceeeeiinooouuz", "'- ")


def fold(text: str) -> str:
    """Return lower-case `text` without accents, apostrophes, hyphens and blanks.

    >>> fold("o'neil-peña")
    'oneilpena'
    """
    return text.translate(_FOLD)
