"""A made-up company that delivers its files day by day: newcomers, merges, splits, withdrawals.

Nothing here knows how records are matched: it writes files. Bridges are cards of the club that
two members' keys meet in, so that two customers become one until the card is mended.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tests.laws.kept_model import keep_model
from tests.laws.world import CDP_YAML, Company

START = datetime(2026, 4, 1, 6)

_CRM_YAML = """
source: crm
path: inbox/crm_*.csv
holds: people
trust: 7
record_key: id
observed_at: {column: seen, timezone: UTC}
delivered_at: {from_name: "%Y%m%d"}
person: {given_name: first, surname: last, email: email, phone: phone, birth_date: born}
keys: {card: card}
"""
_CLUB_YAML = """
source: club
path: inbox/club_*.csv
holds: people
sync_mode: full_refresh
record_key: member
delivered_at: {from_name: "%Y%m%d"}
person: {given_name: first, surname: last, email: email, device: cookie}
keys: {card: card, voucher: voucher}
"""
_SHOP_YAML = """
source: shop
path: inbox/shop_*.jsonl
holds: events
channel: shop
touchpoint_key: id
occurred_at: at
delivered_at: {from_name: "%Y%m%d"}
event_type: {value: order}
person: {email: email, full_name: name, device: cookie}
"""
SETTINGS = {
    "cdp.yaml": CDP_YAML,
    "sources/crm.yaml": _CRM_YAML,
    "sources/club.yaml": _CLUB_YAML,
    "sources/shop.yaml": _SHOP_YAML,
}
_FIRST = [
    "Ada",
    "Ben",
    "Cleo",
    "Dov",
    "Eva",
    "Finn",
    "Gus",
    "Hana",
    "Ines",
    "Jon",
    "Kai",
    "Lena",
    "Mona",
    "Nils",
    "Otis",
    "Pia",
    "Quin",
    "Rosa",
]
_STARTS = [
    "Bar",
    "Cor",
    "Den",
    "Fal",
    "Gor",
    "Hal",
    "Kim",
    "Lor",
    "Mar",
    "Nor",
    "Pel",
    "Ros",
    "Sal",
    "Tor",
    "Var",
    "Win",
]
_AREAS = [
    "205",
    "209",
    "212",
    "213",
    "303",
    "305",
    "312",
    "315",
    "404",
    "415",
    "503",
    "512",
    "518",
    "602",
    "612",
    "617",
    "646",
    "702",
    "713",
    "806",
]
_ENDS = [
    "berg",
    "croft",
    "dale",
    "field",
    "gate",
    "holm",
    "ley",
    "man",
    "ridge",
    "stone",
    "ton",
    "wick",
]


@dataclass
class Person:
    """One line of the contact list; numbers make values unique."""

    number: int
    first: str
    last: str
    born: str
    phone: str

    @property
    def email(self) -> str:
        """An address of its own."""
        return f"{self.first}.{self.last}{self.number}@example.com".lower()

    def line(self, seen: datetime) -> str:
        return (
            f"{self.number},{self.first},{self.last},{self.email},{self.phone},{self.born},"
            f"K-{self.number},{seen:%Y-%m-%d %H:%M}"
        )


@dataclass
class Town:
    """All that the company's files could say, and the dice that choose what they do say."""

    dice: random.Random
    people: list[Person] = field(default_factory=list)
    club: dict[str, str] = field(default_factory=dict)
    bridges: list[str] = field(default_factory=list)
    orders: int = 0
    slips: random.Random = field(default_factory=lambda: random.Random(11))

    def newcomers(self, count: int) -> list[Person]:
        """So many new people: the last ones of the list."""
        self.people += [self._person(len(self.people) + n) for n in range(count)]
        return self.people[-count:]

    def _person(self, number: int) -> Person:
        return Person(
            number,
            self.dice.choice(_FIRST),
            self.dice.choice(_STARTS) + self.dice.choice(_ENDS),
            f"19{self.dice.randrange(50, 99)}-0{self.dice.randrange(1, 10)}"
            f"-1{self.dice.randrange(10)}",
            self.phone(),
        )

    def phone(self) -> str:
        """A number that nobody has, in one of many places."""
        return f"({self.dice.choice(_AREAS)}) 555-01{self.dice.randrange(100):02}"

    def join(self, count: int) -> None:
        """Some join the club with their card, some nobody else knows, some have only a voucher."""
        for _ in range(count):
            person = self.dice.choice(self.people)
            member = f"m{len(self.club) + len(self.bridges)}x{self.dice.randrange(10**6)}"
            card = self.dice.choice(
                [f"{person.email},,K-{person.number},", f",,,V-{member}", ",,,"]
            )
            name = f"{person.first},{person.last}" if card != ",,," else f"Solo,Only{member}"
            self.club[member] = f"{member},{name},{card}"

    def build_bridge(self) -> None:
        """A card that ties the holder of a voucher to a person of the contact list."""
        vouchers = [line for line in self.club.values() if ",,,V-" in line]
        if not vouchers:
            return
        person, voucher = self.dice.choice(self.people), self.dice.choice(vouchers).split(",")[-1]
        bridge = f"b{len(self.bridges)}"
        self.bridges.append(bridge)
        name = f"{person.first},{person.last}"
        self.club[bridge] = f"{bridge},{name},,,K-{person.number},{voucher}"

    def mend_bridge(self) -> None:
        """The card of a bridge is mended: the voucher is not its holder's."""
        standing = [b for b in self.bridges if b in self.club and not self.club[b].endswith(",")]
        if standing:
            bridge = self.dice.choice(standing)
            self.club[bridge] = self.club[bridge].rpartition(",")[0] + ","

    def leave(self, count: int) -> None:
        for member in self.dice.sample(sorted(self.club), min(count, len(self.club))):
            del self.club[member]

    def visit(self, day: int, at: datetime) -> list[str]:
        """Somebody whom no other list knows joins the club; the one before leaves for good.

        Every other guest has ordered by a cookie, which stays when the guest has left.
        """
        self.club.pop(f"v{day - 2}", None)
        cookie = f"g{day}" if day % 4 == 0 else ""
        self.club[f"v{day}"] = f"v{day},Guest,Visitor{day},guest{day}@example.org,{cookie},,"
        return [self._order(at, {"cookie": cookie})] if cookie else []

    def order(self, at: datetime) -> str:
        person = self.dice.choice(self.people)
        cookie = {"cookie": f"k{person.number}"}
        whole = {"email": person.email, "name": f"{person.first} {person.last}"}
        short = {"email": person.email, "name": f"{person.first[0]}. {person.last}", **cookie}
        return self._order(at, self.dice.choice([whole, short, cookie]))

    def _order(self, at: datetime, who: dict[str, str]) -> str:
        self.orders += 1
        return json.dumps({"id": f"o{self.orders}", "at": f"{at:%Y-%m-%dT%H:%M:%SZ}", **who})

    def correct(self, at: datetime) -> str:
        """A former order told anew: of somebody else, or of a buyer whom nobody knows."""
        person, number = self.slips.choice(self.people), self.slips.randrange(1, self.orders + 1)
        typo = {"email": f"typo{self.slips.randrange(3)}@example.net", "cookie": f"t{number}"}
        whole = {"email": person.email, "name": f"{person.first} {person.last}"}
        who = self.slips.choice([typo, whole, {"cookie": f"k{person.number}"}])
        return json.dumps({"id": f"o{number}", "at": f"{at:%Y-%m-%dT%H:%M:%SZ}", **who})


def deliveries(days: int, *, seed: int = 7) -> Iterator[dict[str, str]]:
    """The files of each day. Some come late under an earlier date, some are delivered again."""
    town = Town(random.Random(seed))
    late: dict[str, str] = {}
    contacts: list[str] = []
    for day in range(days):
        at = START + timedelta(days=day)
        stamp = f"{at:%Y%m%d}"
        lines = [person.line(at) for person in town.newcomers(24 if day == 0 else 4)]
        for person in town.dice.sample(town.people, 2):
            person.phone = town.phone()
            lines.append(person.line(at))
        town.join(16 if day == 0 else 3)
        orders = town.visit(day, at) if day % 2 == 0 else []
        if day % 2 == 1:
            town.build_bridge()
            town.build_bridge()
        elif day:
            town.mend_bridge()
            town.leave(2)
        orders += [town.order(at - timedelta(hours=n)) for n in range(12)]
        orders += [town.correct(at) for _ in range(4)]
        contacts.append("\n".join(["id,first,last,email,phone,born,card,seen", *lines]) + "\n")
        files = {
            f"inbox/club_{stamp}.csv": "\n".join(
                ["member,first,last,email,cookie,card,voucher", *town.club.values()]
            )
            + "\n",
            f"inbox/shop_{stamp}.jsonl": "\n".join(orders) + "\n",
        }
        if day % 3 == 1:  # kept back, and delivered two days later under its own date
            late[f"inbox/crm_{stamp}.csv"] = contacts[-1]
        else:
            files[f"inbox/crm_{stamp}.csv"] = contacts[-1]
        if day % 3 == 0 and day:
            files |= late
            late = {}
        if day % 5 == 4:  # an old file again: what was corrected since is as it was
            files[f"inbox/crm_{stamp}_again.csv"] = contacts[0]
        yield files


def live(root: Path, days: int, *, seed: int = 7) -> Iterator[Company]:
    """The company after the run of each day."""
    company = Company(root, dict(SETTINGS))
    for day, files in enumerate(deliveries(days, seed=seed)):
        as_of = START + timedelta(days=day)
        company.deliver(files, f"day{day:02}", as_of=as_of)
        if day == 0:
            keep_model(company, as_of=as_of)
        yield company
