"""Normalisers beside the libraries they stand on: `python -m benchmarks.normalisers`.

Phones and emails of every country that has them, clean as the library knows them and messy as
exports hold them. Told are the values on which the two disagree, by kind, and values per second.
What is refused on purpose (fillers, role words, masks) is not among them: nobody is called so.
"""

from __future__ import annotations

import argparse
import json
import random
import string
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from rich.console import Console

from benchmarks.versions import own_versions
from cdp.explain.render.cells import grid
from cdp.quality.normalise import normalise_email, normalise_phone

RESULTS = Path(__file__).parent / "results" / "normalisers.json"
out = Console(width=120)

Case = tuple[str, str, str | None]
"""A text as an export holds it, the region or kind it came from, and what the library says."""

_FORMATS = (
    PhoneNumberFormat.E164,
    PhoneNumberFormat.INTERNATIONAL,
    PhoneNumberFormat.NATIONAL,
    PhoneNumberFormat.RFC3966,
)
_MESS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("as it is", lambda text: text),
    ("spaces around", lambda text: f"  {text} "),
    ("apostrophe", lambda text: f"'{text}"),
    ("p: before", lambda text: f"p:{text}"),
    ("extension", lambda text: f"{text} ext. 12"),
    ("no-break spaces", lambda text: text.replace(" ", "\u00a0")),
)
_LABELS = (
    "example", "mail", "post-amt", "a1b2", "bücher", "straße", "почта", "例え", "παράδειγμα",
    "مثال", "éxample", "ñandu",
)  # fmt: skip
_ENDINGS = ("com", "org", "co.uk", "de", "com.au", "рф", "中国", "museum", "info", "fr")
_BROKEN = (
    "{0}", "@{1}", "{0}@", "{0}@@{1}", "{0} x@{1}", "{0}..x@{1}", ".{0}@{1}", "{0}.@{1}",
    "{0}@-{1}", "{0}@{1}-.com", "{0}@localhost", "{0}@10.0.0.1", "{0},x@{1}", "{0}@exa_mple.com",
)  # fmt: skip


def main() -> None:
    """Compare, print a table, write JSON; 1 when anything disagrees."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.normalisers", description=__doc__)
    parser.add_argument("--values", type=int, default=200_000, help="of phones, and of emails")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--date", help="written into the results")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the results go")
    parser.add_argument("--show", type=int, default=0, help="disagreements to print")
    chosen = parser.parse_args()
    dice = random.Random(chosen.seed)
    found = {
        "phones": compare(list(phones(chosen.values, dice)), normalise_phone, chosen.show),
        "emails": compare(
            list(emails(chosen.values, dice)), lambda text, _: normalise_email(text), chosen.show
        ),
    }
    header = ("values of", "compared", "disagreeing", "values per second", "library's own")
    rows = [
        (
            name,
            f["values"],
            f["disagreeing"],
            f"{f['per_second']:,}",
            f"{f['library_per_second']:,}",
        )
        for name, f in found.items()
    ]
    out.print(grid("Normalisers beside their libraries", header, rows, right=4))
    dated = {"date": chosen.date} if chosen.date else {}
    versions = own_versions() | {n: version(n) for n in ("phonenumbers", "email-validator")}
    report = dated | {"seed": chosen.seed, "versions": versions, "found": found}
    chosen.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    sys.exit(any(figures["disagreeing"] for figures in found.values()))


def compare(
    cases: Sequence[Case], normalise: Callable[[str, str], str | None], show: int
) -> dict[str, object]:
    """Values that ours reads otherwise than the library does, by where they came from."""
    started = time.perf_counter()
    ours = [normalise(text, region) for text, region, _ in cases]
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    for text, region, _ in cases:
        _library(text, region)
    library_seconds = time.perf_counter() - started
    differing = [
        (text, region, said, mine)
        for (text, region, said), mine in zip(cases, ours, strict=True)
        if said != mine
    ]
    for text, region, said, mine in differing[:show]:
        out.print(f"  {text!r} ({region}): library {said}, ours {mine}")
    return {
        "values": len(cases),
        "distinct": len({case[:2] for case in cases}),
        "usable": sum(value is not None for value in ours),
        "disagreeing": len(differing),
        "by_kind": dict(Counter(region for _, region, *_ in differing).most_common(20)),
        "per_second": round(len(cases) / seconds),
        "library_per_second": round(len(cases) / library_seconds),
    }


def phones(count: int, dice: random.Random) -> Iterator[Case]:
    """Numbers of every region and kind of line, in every way of writing them, with mess around."""
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    kinds = sorted(PhoneNumberType.values())
    made = 0
    while made < count:
        region = dice.choice(regions)
        example = phonenumbers.example_number_for_type(region, dice.choice(kinds))
        if example is None:
            continue
        number = _another(example, dice)
        canonical = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        # What the mess hides is the number as the library reads it where nothing hides it.
        written = phonenumbers.format_number(number, dice.choice(_FORMATS))
        said = _phone(written, region)
        if said != canonical or not phonenumbers.is_valid_number(number):
            continue
        # Refused on purpose.
        if is_no_persons(number, canonical):
            continue
        _, mess = dice.choice(_MESS)
        made += 1
        yield mess(written), region, said


def _another(example: phonenumbers.PhoneNumber, dice: random.Random) -> phonenumbers.PhoneNumber:
    digits = str(example.national_number)
    tail = "".join(dice.choice(string.digits) for _ in range(min(4, len(digits) - 3)))
    number = phonenumbers.PhoneNumber()
    number.merge_from(example)
    number.national_number = int(digits[: len(digits) - len(tail)] + tail)
    return number


def is_no_persons(number: phonenumbers.PhoneNumber, canonical: str) -> bool:
    """Whether a number is no person's: for one town, of fewer than 7 digits, a run of the keys."""
    reason = phonenumbers.is_possible_number_with_reason(number)
    digits = str(number.national_number)[-10:]
    is_run = digits in string.digits * 2 or digits in string.digits[::-1] * 2
    return reason != phonenumbers.ValidationResult.IS_POSSIBLE or len(canonical) < 8 or is_run


def _phone(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def emails(count: int, dice: random.Random) -> Iterator[Case]:
    """Addresses of many scripts and endings in any case, and a fifth of them broken."""
    letters = string.ascii_lowercase + string.digits
    while count > 0:
        count -= 1
        local = "".join(dice.choice(letters) for _ in range(dice.randint(4, 12)))
        if "xxxx" in local:  # a mask, refused on purpose
            continue
        if dice.random() < 0.4:
            local += dice.choice((".", "-", "_", "+", "'")) + "".join(dice.choices(letters, k=4))
        domain = f"{dice.choice(_LABELS)}{dice.randint(0, 999)}.{dice.choice(_ENDINGS)}"
        text = f"{local}@{domain}"
        if dice.random() < 0.2:
            text = dice.choice(_BROKEN).format(local, domain)
        text = dice.choice((str, str.upper, str.title))(text)
        yield dice.choice(("{}", " {} ", "{}\t")).format(text), "email", _email(text)


def _email(text: str) -> str | None:
    try:
        found = validate_email(text.strip().lower(), check_deliverability=False)
    except EmailNotValidError:
        return None
    return f"{found.local_part}@{found.ascii_domain}".casefold()


def _library(text: str, region: str) -> str | None:
    return _email(text) if region == "email" else _phone(text, region)


if __name__ == "__main__":
    main()
