"""The web channel: Segment-like identify, track and page calls, mostly of anonymous cookies."""

from __future__ import annotations

import random
from typing import Any, Final

import numpy as np

from data.generate import names
from data.generate.clock import Arguments, draw_times, utc
from data.generate.deliveries import Deliveries, Truth, break_line, dump, is_broken_turn
from data.generate.people import Person
from data.generate.statements import Statement, Voices, pick_device

STATED: Final = {"email": 0.93, "given": 0.85, "surname": 0.8, "phone": 0.18, "city": 0.4,
                 "postcode": 0.4, "birth": 0.2}  # fmt: skip
KNOWN_SESSIONS: Final = 0.55  # sessions of people of the population; the rest are strangers
VISITING: Final = 0.45  # share of the population that visits
LURKING: Final = 0.25  # of them, never identify themselves
LOGIN: Final = 0.5
BOTS: Final = 50  # one more event, of a robot, after so many
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/126.0 Mobile Safari/537.36",
)
_BOT_AGENTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "HeadlessCrawler/1.2",
)
_PAGES = ("/", "/products", "/products/oak-tray", "/sale", "/blog/spring", "/help")
_ACTIONS = ("Product Viewed", "Product Added", "Products Searched", "Checkout Started")


def write_web(arguments: Arguments, people: list[Person], truth: Truth) -> None:
    """Write `inbox/web`: one line an event, in six deliveries that overlap by three days."""
    chance = arguments.chance("web")
    writer = _Writer(arguments, chance, truth)
    voices = Voices(chance, STATED, fresh=0.12)
    days = arguments.cuts(450, 360, 270, 180, 90, 0)
    with Deliveries(arguments, "web", days, suffix="jsonl.gz", overlap_days=3) as deliveries:
        for at, who, device, length in _draw_sessions(arguments, people):
            person = people[who] if who >= 0 else None
            writer.session(deliveries, at, person, device, length, voices)


def _draw_sessions(arguments: Arguments, people: list[Person]) -> list[tuple[int, int, str, int]]:
    """Draw instant, index of the person (-1: stranger), stranger's cookie, number of events."""
    rng, count = arguments.arrays("web"), arguments.touchpoints("web")
    lengths = 1 + rng.poisson(2.4, count)
    sessions = int(np.searchsorted(np.cumsum(lengths), count)) + 1
    lengths = lengths[:sessions]
    lengths[-1] -= int(lengths.sum()) - count
    visitors = rng.choice(len(people), round(len(people) * VISITING), replace=False)
    activity = rng.lognormal(0.0, 0.8, len(visitors))
    who = rng.choice(visitors, sessions, p=activity / activity.sum())
    who[rng.random(sessions) >= KNOWN_SESSIONS] = -1
    strangers = rng.integers(0, max(1, sessions // 4), sessions)
    times = np.sort(draw_times(arguments, rng, sessions), kind="stable")
    cookies = [
        f"{arguments.seed:06x}{nth * 2_654_435_761 % 2**64:018x}" for nth in strangers.tolist()
    ]
    return list(zip(times.tolist(), who.tolist(), cookies, lengths.tolist(), strict=True))


class _Writer:
    def __init__(self, arguments: Arguments, chance: random.Random, truth: Truth) -> None:
        self._chance, self._truth = chance, truth
        self._future = utc(arguments.end + 20 * 365 * 86_400).isoformat()
        self._written = 0

    def session(
        self,
        deliveries: Deliveries,
        at: int,
        person: Person | None,
        device: str,
        length: int,
        voices: Voices,
    ) -> None:
        """Write the events of one visit; a login gives the later ones their `userId`."""
        chance = self._chance
        agent, campaign = chance.choice(_AGENTS), ""
        if chance.random() < 0.2:
            campaign = chance.choice(names.CAMPAIGNS)
        login, user = length, None
        if person is not None:
            device = pick_device(chance, person)
            is_lurker = int(person.devices[0][:4], 16) < LURKING * 0x10000
            if not is_lurker and chance.random() < LOGIN:
                login = chance.randrange(length)
        moment = at * 1_000
        for nth in range(length):
            moment += chance.randrange(2_000, 180_000)
            event = self._event(moment, device, agent, campaign)
            if nth == login and person is not None:
                user = chance.choice(person.shop_ids) if person.shop_ids else None
                event |= {"type": "identify", "traits": _traits(voices.hear(person, at))}
            event["userId"] = user
            self._put(deliveries, at, event, person)

    def _event(self, moment: int, device: str, agent: str, campaign: str) -> dict[str, Any]:
        chance = self._chance
        context: dict[str, Any] = {"userAgent": agent, "device": {"type": _device_type(agent)}}
        if campaign:
            context["campaign"] = {"name": campaign, "source": "newsletter", "medium": "email"}
        event: dict[str, Any] = {
            "type": "page",
            "messageId": f"{chance.getrandbits(64):016x}",
            "anonymousId": device,
            "userId": None,
            "timestamp": f"{utc(moment // 1_000):%Y-%m-%dT%H:%M:%S}.{moment % 1_000:03d}Z",
            "context": context,
        }
        if chance.random() < 0.35:
            product = chance.choice(names.PRODUCTS)
            action = {"event": chance.choice(_ACTIONS), "properties": {"product": product}}
            return event | {"type": "track"} | action
        return event | {"properties": {"path": chance.choice(_PAGES)}}

    def _put(
        self, deliveries: Deliveries, at: int, event: dict[str, Any], person: Person | None
    ) -> None:
        chance, line = self._chance, dump(event)
        deliveries.write(at, line)
        self._truth.add("web", event["messageId"], person.person_id if person else "")
        if chance.random() < 0.006:
            deliveries.write(at, line)  # delivered twice
        nth, self._written = self._written, self._written + 1
        extra = event | {"messageId": f"{chance.getrandbits(64):016x}"}
        if nth % BOTS == BOTS // 2:
            agent = {"userAgent": chance.choice(_BOT_AGENTS)}
            robot = {"anonymousId": f"{chance.getrandbits(96):024x}", "context": agent}
            deliveries.write(at, dump({**extra, **robot, "userId": None, "traits": None}))
        if is_broken_turn(nth):
            deliveries.write(
                at, break_line(extra, nth, key="messageId", time="timestamp", future=self._future)
            )


def _device_type(agent: str) -> str:
    return "mobile" if "Mobile" in agent else "desktop"


def _traits(statement: Statement) -> dict[str, Any]:
    traits = {
        "email": statement.email,
        "firstName": statement.given,
        "lastName": statement.surname,
        "phone": statement.phone,
        "birthday": statement.birth,
    }
    place = {
        "city": statement.city, "state": statement.region, "postalCode": statement.postcode,
    }  # fmt: skip
    address = {name: value for name, value in place.items() if value}
    stated: dict[str, Any] = {name: value for name, value in traits.items() if value}
    return stated | ({"address": address} if address else {})
