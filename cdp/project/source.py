"""A source contract: how the files of one source are read, and what they say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    model_validator,
)

from cdp.project.closed import Settings
from cdp.project.file_format import FileFormat, with_type
from cdp.project.values import (
    AttributeName,
    Column,
    ConsentChannel,
    Duration,
    ExpectationName,
    Globs,
    InstantFormat,
    Key,
    Name,
    PersonField,
    Regex,
    Region,
    Share,
    Text,
    TimePattern,
    TimeZone,
    Words,
    as_column,
    as_list,
    refusal,
)
from cdp.project.vocabulary import GRANTED_WORDS, REFUSED_WORDS, nearest

BirthDateOrder = Literal["ymd", "mdy", "dmy"]
Holds = Literal["people", "events", "both", "reference"]
Severity = Literal["critical", "warning", "info"]


class Instant(Settings):
    """A column that holds a time; without a time zone, the project's is meant."""

    column: Column
    timezone: TimeZone | None = None
    format: InstantFormat = "auto"


class DeliveredAt(Settings):
    """When a file was delivered: a strptime pattern somewhere in its name."""

    from_name: TimePattern


class ColumnOrValue(Settings):
    """A column, or one value for every row."""

    column: Column | None = None
    value: Text | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.column is None) == (self.value is None):
            raise refusal("names a column or a value, and one of them only")
        return self


def _as_value(written: object) -> object:
    return {"value": written} if isinstance(written, str) else written


def _as_written(channel: ColumnOrValue) -> str | dict[str, str]:
    # One word for every row is written as a text, and so fingerprints have it.
    return channel.value if channel.value is not None else {"column": str(channel.column)}


Channel = Annotated[ColumnOrValue, BeforeValidator(_as_value), PlainSerializer(_as_written)]
"""One word for every row, or the column that holds one."""


class Amount(Settings):
    """A column of money, in units of the currency or in its hundredths."""

    column: Column
    unit: Literal["major", "minor"] = "major"


class PersonRef(Settings):
    """Another source, and the columns that hold its record key."""

    source: Name
    key: Key


class Consent(Settings):
    """A column of consent and its words, in lower case; any other word says nothing.

    One of the two lists may be empty: a column of refusals grants nothing to whom it leaves out.
    A file of nobody but subscribers, or those who left, has one answer for every row, ``value``.
    """

    from_column: Column | None = Field(default=None, alias="from")
    value: Literal["granted", "refused"] | None = None
    granted: Words = GRANTED_WORDS
    refused: Words = REFUSED_WORDS

    @model_validator(mode="after")
    def _words_differ(self) -> Self:
        if (self.from_column is None) == (self.value is None):
            raise refusal("names a column under `from`, or a `value`, and one of them only")
        both = sorted({*self.granted} & {*self.refused})
        if both:
            raise refusal(f"`{both[0]}` is both granted and refused", "leave it in one of them")
        if not self.granted and not self.refused:
            raise refusal("no word is granted, and none refused", "name the words of the column")
        return self


class SetAside(Settings):
    """Rows that are no customer's, and why: a column matches an RE2 pattern, or is blank."""

    reason: Text
    column: Column
    matches: Regex | None = None
    is_missing: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.matches is None) is not self.is_missing:
            raise refusal("says `matches` or `is_missing: true`, and one of them only")
        return self


class Expectation(Settings):
    """A Great Expectations class by name; keys that are not ours are its arguments."""

    expect: ExpectationName
    column: Column | None = None
    severity: Severity = "warning"
    tolerated_share: Share = 0.0
    name: Text
    arguments: Mapping[str, object] = {}

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, written: Any) -> Any:
        if not isinstance(written, Mapping):
            return written
        if "arguments" in written:
            return {**written, "name": cls.name_of(written)}
        own = {key: value for key, value in written.items() if _is_own(key, cls.model_fields)}
        arguments = {key: value for key, value in written.items() if key not in own}
        own["name"] = cls.name_of(written)
        return {**own, "arguments": arguments}

    @staticmethod
    def name_of(written: Mapping[str, Any]) -> str:
        """The rule's name as written, else one made of its class and column.

        >>> Expectation.name_of({"expect": "ExpectColumnToExist", "column": "city"})
        'expect_column_to_exist_city'
        """
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", str(written.get("expect"))).lower()
        column = written.get("column")
        return str(written.get("name") or (f"{snake}_{column}" if column else snake))


class ExpectedRows(Settings):
    """How many rows each delivery has; a bound that is left out is none."""

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None
    severity: Severity = "warning"

    @model_validator(mode="after")
    def _bounds_agree(self) -> Self:
        if self.min is None and self.max is None:
            raise refusal("names neither `min` nor `max`", "e.g. {min: 1000}")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise refusal("`min` is above `max`")
        return self


def _is_own(key: str, fields: Mapping[str, object]) -> bool:
    # What looks like a key of ours is taken for one, and refused if it is misspelt. Great
    # Expectations' own column_A, column_list and so on are arguments.
    return nearest(key, fields, similarity=0.7) is not None and not re.match(r"column_\w+$", key)


class BirthDate(Settings):
    """A column of birth dates, and the order of year, month and day in it."""

    column: Column
    order: BirthDateOrder = "ymd"


def _as_columns(written: object) -> object:
    if isinstance(written, Mapping):
        return (BirthDate.model_validate(written, by_name=False, by_alias=True).column,)
    return as_list(written)


def _no_member_of_that_name(columns: tuple[str, ...]) -> tuple[str, ...]:
    if "line_items" in columns:
        raise refusal("a column is called `line_items` itself", "the list of items has that name")
    return columns


LineItems = Annotated[
    tuple[Column, ...], BeforeValidator(as_list), AfterValidator(_no_member_of_that_name)
]
"""Columns that differ from row to row of one touchpoint; none: a row is a touchpoint."""

Columns = Annotated[tuple[Column, ...], BeforeValidator(_as_columns), Field(min_length=1)]
ColumnOr = BeforeValidator(as_column)


class Source(Settings):
    """One source contract. ``trust`` is 1 to 9; the more trusted source wins in survivorship.

    ``preset`` is where unstated settings came from: they stand here as if they were written out.
    """

    name: Name = Field(alias="source")
    preset: Name | None = None
    path: Globs
    format: Annotated[
        FileFormat, BeforeValidator(lambda w: {"type": w} if isinstance(w, str) else w)
    ]
    holds: Holds
    sync_mode: Literal["incremental", "full_refresh"] = "incremental"
    trust: Annotated[int, Field(ge=1, le=9)] = 5
    default_region: Region | None = None
    owner: Text | None = None
    description: Text | None = None
    record_key: Key | None = None
    merged_keys: Column | None = None
    has_no_duplicates: bool = False
    observed_at: Annotated[Instant, ColumnOr] | None = None
    delivered_at: DeliveredAt | None = None
    touchpoint_key: Key | None = None
    line_items: LineItems = ()
    occurred_at: Annotated[Instant, ColumnOr] | None = None
    channel: Channel | None = None
    event_type: Annotated[ColumnOrValue, ColumnOr] | None = None
    amount: Annotated[Amount, ColumnOr] | None = None
    currency: Annotated[ColumnOrValue, ColumnOr] | None = None
    score: Column | None = None
    campaign: Column | None = None
    person: Mapping[PersonField, Columns] = {}
    # An alias that no YAML key has: the order is written inside `person.birth_date`.
    birth_date_order: BirthDateOrder = Field(default="ymd", alias="person.birth_date.order")
    keys: Mapping[Name, Key] = {}
    person_ref: PersonRef | None = None
    consent: Mapping[ConsentChannel, Consent] = {}
    attributes: Mapping[AttributeName, Column] = {}
    set_aside: tuple[SetAside, ...] = ()
    expect: tuple[Expectation, ...] = ()
    expect_rows: ExpectedRows | None = None
    expect_every: Duration | None = None
    drift: Literal["none", "info", "warning", "critical"] = "warning"
    max_rejected_share: Share | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, written: Any) -> Any:
        if not isinstance(written, Mapping):
            return written
        return {**written, **_birth_date_order(written), **with_type(written)}


def _birth_date_order(written: Mapping[str, Any]) -> dict[str, object]:
    person = written.get("person")
    stated = person.get("birth_date") if isinstance(person, Mapping) else None
    order = stated.get("order") if isinstance(stated, Mapping) else None
    # A wrong order is reported where it stands, by BirthDate.
    return {"person.birth_date.order": order} if order in ("ymd", "mdy", "dmy") else {}
