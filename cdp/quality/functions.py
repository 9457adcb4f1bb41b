"""The normalisers under one name on every engine: SQL functions over whole Arrow arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import phonenumbers
import polars as pl
import pyarrow as pa

from cdp.engine import SqlFunction
from cdp.quality import in_bulk, normalise
from cdp.quality import in_bulk_texts as texts_in_bulk
from cdp.quality.readings import Reading, ReadingOfLists, parts

_VALUES = pa.struct([("usable", pa.list_(pa.string())), ("refused", pa.int64())])
_VALUES_SQL = "STRUCT(usable VARCHAR[], refused BIGINT)"
_NAME = pa.struct(
    [(n, pa.string()) for n in ("given_name", "middle_name", "surname", "title", "suffix")]
)
_PLACE = pa.struct(
    [(n, pa.string()) for n in ("street", "unit", "city", "region", "postcode", "country")]
)


def _struct_sql(struct: pa.StructType) -> str:
    return "STRUCT(" + ", ".join(f"{field.name} VARCHAR" for field in struct) + ")"


def _function(
    name: str, read: Callable[..., pl.Series], arguments: str, returns: pa.DataType, sql: str
) -> SqlFunction:
    """What reads columns, as a function of SQL."""

    def over_arrays(*columns: pa.Array) -> pa.Array:
        return read(*map(pl.Series, columns)).to_arrow().cast(returns)

    return SqlFunction(name, over_arrays, tuple(arguments.split()), sql)


def _text_function(name: str, read: Reading) -> SqlFunction:
    return _function(name, read, "VARCHAR", pa.string(), "VARCHAR")


def _list_function(name: str, read: ReadingOfLists, arguments: str) -> SqlFunction:
    return _function(name, read, arguments, _VALUES, _VALUES_SQL)


def _one(call: Callable[[str], str | None]) -> Callable[[str], Sequence[str]]:
    """A function that finds at most one value, as one that finds any number."""

    def found(text: str) -> Sequence[str]:
        value = call(text)
        return (value,) if value else ()

    return found


def _fields(call: Callable[..., Any]) -> Callable[..., dict[str, Any] | None]:
    """A function that finds the parts of a whole, as one that gives them by name."""

    def found(*text: str) -> dict[str, Any] | None:
        whole = call(*text)
        return vars(whole) if whole else None

    return found


def _stated_once(plain: Callable[..., pl.Series]) -> Callable[..., pl.Series]:
    """A reader in bulk whose settings are the same in every row."""

    def read(texts: pl.Series, *settings: pl.Series) -> pl.Series:
        return plain(texts, *(setting[0] for setting in settings))

    return read


_given_name = Reading(normalise.normalise_given_name, texts_in_bulk.plain_names)
_surname = Reading(normalise.normalise_surname, texts_in_bulk.plain_names)
_suffix = Reading(normalise.normalise_suffix)
_text = Reading(normalise.normalise_text, texts_in_bulk.plain_words)
_full_name = Reading(
    _fields(normalise.split_full_name),
    texts_in_bulk.plain_full_names,
    pl.Struct(dict.fromkeys(_NAME.names, pl.String)),
)
_address = Reading(
    _fields(normalise.split_address), kind=pl.Struct(dict.fromkeys(_PLACE.names, pl.String))
)
_street = Reading(normalise.normalise_street, texts_in_bulk.plain_words)
_city = Reading(normalise.normalise_city, texts_in_bulk.plain_words)
_region = Reading(normalise.normalise_region, texts_in_bulk.plain_regions)
_postcode = Reading(normalise.normalise_postcode, texts_in_bulk.plain_postcodes)
_country = Reading(normalise.normalise_country)


def _names(
    full_name: pl.Series,
    given_name: pl.Series,
    middle_name: pl.Series,
    surname: pl.Series,
    title: pl.Series,
    suffix: pl.Series,
) -> pl.Series:
    """The parts of names; a stated part beats the one read from the whole name."""
    return parts(
        _full_name(full_name),
        given_name=_given_name(given_name),
        middle_name=_given_name(middle_name),
        surname=_surname(surname),
        title=_text(title),
        suffix=_suffix(suffix),
    )


def _places(
    address: pl.Series,
    street: pl.Series,
    unit: pl.Series,
    city: pl.Series,
    region: pl.Series,
    postcode: pl.Series,
    country: pl.Series,
    default_region: pl.Series,
) -> pl.Series:
    """The parts of addresses; a stated part beats the one read from the whole address."""
    whole, land = _address(address, default_region), _country(country)
    within = land.zip_with(land.is_not_null(), default_region)
    return parts(
        whole,
        street=_street(street),
        unit=_text(unit),
        city=_city(city),
        region=_region(region, within),
        postcode=_postcode(postcode, within),
        country=land,
    )


def _disposable(lists: pl.Series) -> pl.Series:
    """How many of the addresses of each list are of a domain that hands them out for an hour."""
    domains = pl.element().str.extract("([^@]*)$")
    of_row = lists.list.eval(domains)
    asked = of_row.explode().drop_nulls().unique()
    known = [domain for domain in asked if normalise.is_disposable(domain)]
    return of_row.list.eval(pl.element().is_in(known)).list.sum().fill_null(0)


_PLUS_ONE_REGIONS = sorted(phonenumbers.region_codes_for_country_code(1))


def _plain_phones(texts: pl.Series, regions: pl.Series) -> pl.Series:
    """Numbers of North America, of texts read in a region of it."""
    is_there = pl.when(regions.is_in(_PLUS_ONE_REGIONS)).then(texts)
    return in_bulk.plain_phones(pl.select(is_there.alias("text")).to_series())


def _instant(text: str, timezone: str, format_: str) -> Any:
    return normalise.parse_instant(text, timezone=timezone, format=format_)


def _birth_date(text: str, order: str, as_of: date) -> date | None:
    return normalise.normalise_birth_date(text, order, as_of=as_of)


FUNCTIONS: tuple[SqlFunction, ...] = (
    _list_function(
        "normal_emails",
        ReadingOfLists(normalise.emails_in, texts_in_bulk.plain_emails),
        "VARCHAR[]",
    ),
    _list_function(
        "normal_phones", ReadingOfLists(normalise.phones_in, _plain_phones), "VARCHAR[] VARCHAR"
    ),
    _list_function(
        "normal_devices",
        ReadingOfLists(_one(normalise.normalise_device), texts_in_bulk.plain_devices),
        "VARCHAR[]",
    ),
    _list_function("normal_handles", ReadingOfLists(_one(normalise.normalise_handle)), "VARCHAR[]"),
    _function("count_disposable", _disposable, "VARCHAR[]", pa.int64(), "BIGINT"),
    _function("normal_name", _names, " ".join(["VARCHAR"] * 6), _NAME, _struct_sql(_NAME)),
    _function("normal_address", _places, " ".join(["VARCHAR"] * 8), _PLACE, _struct_sql(_PLACE)),
    _function(
        "normal_birth_date",
        Reading(_birth_date, kind=pl.Date),
        "VARCHAR VARCHAR DATE",
        pa.date32(),
        "DATE",
    ),
    _text_function("normal_country", _country),
    _text_function("normal_sex", Reading(normalise.normalise_sex)),
    _text_function("normal_text", _text),
    _text_function("normal_language", Reading(normalise.normalise_language)),
    _function(
        "normal_instant",
        Reading(_instant, _stated_once(in_bulk.plain_instants), pl.Datetime("us")),
        "VARCHAR VARCHAR VARCHAR",
        pa.timestamp("us"),
        "TIMESTAMP",
    ),
    _function(
        "normal_amount",
        Reading(normalise.parse_amount, _stated_once(in_bulk.plain_amounts), pl.Decimal(18, 3)),
        "VARCHAR VARCHAR",
        pa.decimal128(18, 3),
        "DECIMAL(18,3)",
    ),
)
