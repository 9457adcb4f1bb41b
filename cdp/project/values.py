"""Types of single settings: what a value must be, and what to say when it is not."""

from __future__ import annotations

import codecs
import re
import zoneinfo
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from cdp.project.vocabulary import (
    CONSENT_CHANNELS,
    PERSON_FIELDS,
    did_you_mean,
    nearest,
)

INSTANT_FORMATS = ("auto", "iso", "epoch_s", "epoch_ms", "epoch_us")
"""Formats of a time that have a name; any other is a strptime pattern."""

_CODES = frozenset("aAbBcdfGHIjmMpSuUVwWxXyYzZ%")
_YEAR_CODES = frozenset("yYGcx")


def refusal(message: str, hint: str = "") -> PydanticCustomError:
    """An error of ours inside a model: what is wrong, and how to mend it."""
    return PydanticCustomError("setting", "{message}", {"message": message, "hint": hint})


def as_list(written: object) -> object:
    """One text where a list may stand."""
    return (written,) if isinstance(written, str) else written


def as_column(written: object) -> object:
    """A bare column name where more may be said of it."""
    return {"column": written} if isinstance(written, str) else written


def _as_written(columns: tuple[str, ...]) -> str | tuple[str, ...]:
    # One column is written as a text, and so fingerprints have it.
    return columns[0] if len(columns) == 1 else columns


def _one_of(known: Mapping[str, str] | tuple[str, ...], what: str) -> Callable[[str], str]:
    def checked(word: str) -> str:
        if word not in known:
            raise refusal(f"no {what}", did_you_mean(word, known))
        return word

    return checked


def _time_zone(zone: str) -> str:
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(zone, zoneinfo.available_timezones(), similarity=0.75)
        hint = f"did you mean `{near}`?" if near else "a name like America/New_York, or UTC"
        raise refusal(f"unknown time zone `{zone}`", hint) from None
    return zone


def _region(region: str) -> str:
    # phonenumbers knows every region that has telephones; pydantic alone knows none.
    from phonenumbers import SUPPORTED_REGIONS

    if region not in SUPPORTED_REGIONS:
        upper = region.upper()
        hint = f"did you mean `{upper}`?" if upper in SUPPORTED_REGIONS else "two letters, e.g. US"
        raise refusal(f"unknown region `{region}`", hint)
    return region


def _encoding(name: str) -> str:
    try:
        is_text = codecs.lookup(name)._is_text_encoding  # noqa: SLF001 - what open() itself asks
    except (LookupError, ValueError):
        is_text = False
    if not is_text:
        raise refusal(f"unknown encoding `{name}`", "e.g. utf-8, latin-1, cp1252, utf-16")
    return name


@cache
def _regex(pattern: str) -> str:
    # DuckDB runs it, so DuckDB judges it: RE2 has no look-around and no back-references.
    import duckdb

    try:
        with duckdb.connect() as connection:
            connection.execute("select regexp_matches('', $1)", [pattern]).fetchall()
    except duckdb.Error as fault:
        reason = str(fault).rpartition("Error: ")[2]
        raise refusal(f"`{pattern}` is no regular expression: {reason}", "RE2 syntax") from None
    return pattern


def _time_pattern(pattern: str) -> str:
    codes = re.findall(r"%-?(.?)", pattern)
    unknown = sorted({code for code in codes if code not in _CODES})
    if unknown:
        raise refusal(f"unknown code `%{unknown[0]}` in `{pattern}`", "e.g. %Y-%m-%d %H:%M:%S")
    if not _YEAR_CODES.intersection(codes):
        raise refusal(f"`{pattern}` names no year", "a strptime pattern, e.g. %Y%m%d")
    return pattern


def _instant_format(name: str) -> str:
    if name in INSTANT_FORMATS:
        return name
    if "%" not in name:
        hint = f"{did_you_mean(name, INSTANT_FORMATS)} Or a strptime pattern, e.g. %Y-%m-%d"
        raise refusal(f"unknown format `{name}`", hint)
    return _time_pattern(name)


def _glob(pattern: str) -> str:
    parts = PurePosixPath(pattern).parts
    if not parts or parts[0] == "/" or ".." in parts or "\\" in pattern:
        raise refusal(f"`{pattern}` leaves the project folder", "e.g. inbox/newsletter/*.csv")
    if any("**" in part and part != "**" for part in parts):
        raise refusal(f"`**` stands for whole folders in `{pattern}`", "e.g. inbox/**/*.csv")
    return pattern


def _lower(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.strip().lower() for word in words)


def _dotted_path(path: str) -> str:
    if any(not part for part in path.split(".")):
        raise refusal(f"`{path}` is no path of dots", "e.g. conversations.messages")
    return path


_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def duration_of(text: str) -> timedelta:
    """The length of time that a duration tells.

    >>> duration_of("36h"), duration_of("1w")
    (datetime.timedelta(days=1, seconds=43200), datetime.timedelta(days=7))
    """
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


def _duration(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,3}[hdw]", text):
        raise refusal(f"`{text}` is no length of time", "hours, days or weeks: 36h, 1d, 2w")
    return text


def _one_character(text: str) -> str:
    if len(text) == 1 and text in "\r\n":
        raise refusal("a line end parts rows, not cells", 'e.g. ";"')
    if len(text) != 1:
        hint = 'a tab is "\\t", in double quotes' if text == "\\t" else 'e.g. ";"'
        raise refusal(f"`{text}` must be one character", hint)
    return text


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
AttributeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
ExpectationName = Annotated[str, StringConstraints(pattern=r"^Expect[A-Za-z]+$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Column = Annotated[str, StringConstraints(min_length=1)]
Key = Annotated[
    tuple[Column, ...],
    BeforeValidator(as_list),
    Field(min_length=1),
    PlainSerializer(_as_written),
]
"""The columns that make one key: mostly one; several are joined by ``|`` in their order."""
DottedPath = Annotated[Column, AfterValidator(_dotted_path)]
Duration = Annotated[str, AfterValidator(_duration)]
Character = Annotated[str, AfterValidator(_one_character)]
Share = Annotated[float, Field(ge=0, le=1)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Region = Annotated[str, AfterValidator(_region)]
Encoding = Annotated[str, AfterValidator(_encoding)]
Regex = Annotated[Column, AfterValidator(_regex)]
TimePattern = Annotated[str, AfterValidator(_time_pattern)]
InstantFormat = Annotated[str, AfterValidator(_instant_format)]
Glob = Annotated[Text, AfterValidator(_glob)]
Globs = Annotated[tuple[Glob, ...], BeforeValidator(as_list), Field(min_length=1)]
Words = Annotated[tuple[Text, ...], BeforeValidator(as_list), AfterValidator(_lower)]
PersonField = Annotated[str, AfterValidator(_one_of(PERSON_FIELDS, "field of a person"))]
ConsentChannel = Annotated[str, AfterValidator(_one_of(CONSENT_CHANNELS, "channel of consent"))]
