"""Small, single mistakes and habits of writing: one function a habit, chance as an argument."""

from __future__ import annotations

import random
from datetime import date
from typing import Final

from data.generate import names

JUNK_EMAILS: Final = ("test@test.com", "none@none.com", "noemail@noemail.com", "N/A")
JUNK_PHONES: Final = ("0000000000", "9999999999", "1234567890", "N/A")
JUNK_NAMES: Final = (("Guest", ""), ("N/A", "N/A"), ("Unknown", "Unknown"), ("Guest", "Customer"))
JUNK_BIRTH: Final = date(1900, 1, 1)

_NEIGHBOURS: Final = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj",
    "i": "uo", "j": "hk", "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o",
    "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc",
    "y": "tu", "z": "x",
}  # fmt: skip
_PHONE_SHAPES: Final = ("{a}{b}{c}", "({a}) {b}-{c}", "{a}-{b}-{c}", "{a}.{b}.{c}", "+1{a}{b}{c}",
                        "+1 {a} {b} {c}", "1-{a}-{b}-{c}")  # fmt: skip


def mistype(chance: random.Random, text: str) -> str:
    """Return `text` with one slip: a letter left out, doubled, swapped or hit beside.

    The first character stays; texts under three characters stay whole.
    """
    if len(text) < 3:
        return text
    at = chance.randrange(1, len(text) - 1)
    slip = chance.randrange(4)
    if slip == 0:
        return text[:at] + text[at + 1 :]
    if slip == 1:
        return text[:at] + text[at] + text[at:]
    if slip == 2:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    letter = text[at].lower()
    return text[:at] + chance.choice(_NEIGHBOURS.get(letter, letter)) + text[at + 1 :]


def mistype_digits(chance: random.Random, digits: str) -> str:
    """Return `digits` with one digit changed or two neighbours swapped, past the third."""
    at = chance.randrange(3, len(digits) - 1)
    if chance.random() < 0.5:
        return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    return digits[:at] + str((int(digits[at]) + chance.randrange(1, 10)) % 10) + digits[at + 1 :]


def shorten(chance: random.Random, given: str) -> str:
    """Return a nickname of `given`, or `given` when it has none."""
    return chance.choice(names.NICKNAMES.get(given, (given,)))


def alias_gmail(chance: random.Random, email: str) -> str:
    """Return another spelling of the same Gmail mailbox: dots, a +tag, the old domain."""
    local, _, domain = email.partition("@")
    if domain != "gmail.com":
        return email
    habit = chance.randrange(3)
    if habit == 0:
        bare = local.replace(".", "")
        if bare != local:
            return f"{bare}@{domain}"
        at = chance.randrange(1, len(local) - 1)
        return f"{local[:at]}.{local[at:]}@{domain}"
    if habit == 1:
        return f"{local}+{chance.choice(('shop', 'news', 'promo', 'orders'))}@{domain}"
    return f"{local}@googlemail.com"


def mistype_email(chance: random.Random, email: str) -> str:
    """Return `email` with a slip in the mailbox, or a well-known slip in the domain."""
    local, _, domain = email.partition("@")
    if domain == "gmail.com" and chance.random() < 0.3:
        return f"{local}@{chance.choice(('gmial.com', 'gmail.co', 'gamil.com'))}"
    return f"{mistype(chance, local)}@{domain}"


def write_phone(chance: random.Random, digits: str) -> str:
    """Return ten digits as people type them; anything else comes back untouched."""
    if len(digits) != 10 or not digits.isdigit():
        return digits
    return chance.choice(_PHONE_SHAPES).format(a=digits[:3], b=digits[3:6], c=digits[6:])


def write_street(chance: random.Random, street: str) -> str:
    """Return a street line in a habit of writing: short or long kind, with or without a dot."""
    head, _, kind = street.rpartition(" ")
    habit = chance.random()
    if habit < 0.45:
        return street
    short = names.STREET_SHORT.get(kind, kind)
    return f"{head} {short}." if habit > 0.85 else f"{head} {short}"


def confuse_birth(chance: random.Random, born: date) -> date:
    """Return `born` with day and month swapped where possible, else the year off by a few."""
    if born.day <= 12 and born.day != born.month and chance.random() < 0.6:
        return date(born.year, born.day, born.month)
    return date(born.year + chance.choice((-10, -1, 1, 10)), born.month, min(born.day, 28))


def change_case(chance: random.Random, text: str) -> str:
    """Return `text` as it stands, all lower or all upper."""
    roll = chance.random()
    if roll < 0.78:
        return text
    return text.lower() if roll < 0.9 else text.upper()
