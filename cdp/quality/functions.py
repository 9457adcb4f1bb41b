"""The normalisers under one name on every engine: SQL functions over whole Arrow arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any

import phonenumbers
import polars as pl
import pyarrow as pa

from cdp.engine import SqlFunction
from cdp.quality import normalise
from cdp.quality.in_bulk import plain_amounts, plain_instants, plain_phones

_CACHE = 1 << 18
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
    name: str, call: Callable[..., Any], arguments: str, returns: pa.DataType, sql: str
) -> SqlFunction:
    """Lift a function of single values to arrays; repeated values are computed once."""
    cached = lru_cache(maxsize=_CACHE)(call)

    def over_arrays(*columns: pa.Array) -> pa.Array:
        rows = zip(*(column.to_pylist() for column in columns), strict=True)
        return pa.array([cached(*row) for row in rows], returns)

    return SqlFunction(name, over_arrays, tuple(arguments.split()), sql)


def _mostly_plain(
    name: str,
    call: Callable[..., Any],
    plain: Callable[..., pl.Series],
    arguments: str,
    returns: pa.DataType,
    sql: str,
) -> SqlFunction:
    """Lift a function whose plain values are read in bulk; the others are asked one by one."""
    cached = lru_cache(maxsize=_CACHE)(call)

    def over_arrays(texts: pa.Array, *settings: pa.Array) -> pa.Array:
        stated = [setting[0].as_py() for setting in settings] if len(texts) else []
        read = plain(pl.Series(texts, dtype=pl.String), *stated)
        rest = (read.is_null() & pl.Series(texts, dtype=pl.String).is_not_null()).arg_true()
        if not len(rest):
            return read.to_arrow().cast(returns)
        values = read.to_list()
        for place in rest:
            values[place] = cached(texts[place].as_py(), *stated)
        return pa.array(values, returns)

    return SqlFunction(name, over_arrays, tuple(arguments.split()), sql)


def _list_function(
    name: str,
    call: Callable[..., Sequence[str]],
    arguments: str,
    plain: Callable[..., dict[Any, Sequence[str]]] | None = None,
) -> SqlFunction:
    """Lift a function of one text to lists of texts: the values in them, and how many have none.

    Values come each once, in their order; a text may hold several. ``plain`` reads in bulk what
    it can of the texts.
    """
    asked = lru_cache(maxsize=_CACHE)(call)

    def over_arrays(*columns: pa.Array) -> pa.Array:
        rows = list(zip(*(column.to_pylist() for column in columns), strict=True))
        known = plain(rows) if plain else {}

        def cached(*one: Any) -> Sequence[str]:
            return known.get(one) or asked(*one)

        found = [[cached(text, *rest) for text in texts or ()] for texts, *rest in rows]
        usable = [list(dict.fromkeys(chain.from_iterable(values))) for values in found]
        refused = [sum(not held for held in values) for values in found]
        arrays = [pa.array(usable, _VALUES[0].type), pa.array(refused, _VALUES[1].type)]
        return pa.StructArray.from_arrays(arrays, fields=list(_VALUES))

    return SqlFunction(name, over_arrays, tuple(arguments.split()), _VALUES_SQL)


def _one(call: Callable[[str], str | None]) -> Callable[[str], Sequence[str]]:
    """A function that finds at most one value, as one that finds any number."""

    def found(text: str) -> Sequence[str]:
        value = call(text)
        return (value,) if value else ()

    return found


def _name(
    full_name: str | None,
    given_name: str | None,
    middle_name: str | None,
    surname: str | None,
    title: str | None,
    suffix: str | None,
) -> dict[str, str | None]:
    """The parts of a name; a stated part beats the one read from the whole name."""
    whole = normalise.split_full_name(full_name) if full_name else None
    stated = {
        "given_name": given_name and normalise.normalise_given_name(given_name),
        "middle_name": middle_name and normalise.normalise_given_name(middle_name),
        "surname": surname and normalise.normalise_surname(surname),
        "title": title and normalise.normalise_text(title),
        "suffix": suffix and normalise.normalise_suffix(suffix),
    }
    return {
        part: value or (getattr(whole, part) if whole else None) for part, value in stated.items()
    }


def _place(
    address: str | None,
    street: str | None,
    unit: str | None,
    city: str | None,
    region: str | None,
    postcode: str | None,
    country: str | None,
    default_region: str,
) -> dict[str, str | None]:
    """The parts of an address; a stated part beats the one read from the whole address."""
    whole = normalise.split_address(address, default_region) if address else None
    land = (country and normalise.normalise_country(country)) or (whole and whole.country)
    stated = {
        "street": street and normalise.normalise_street(street),
        "unit": unit and normalise.normalise_text(unit),
        "city": city and normalise.normalise_city(city),
        "region": region and normalise.normalise_region(region, land or default_region),
        "postcode": postcode and normalise.normalise_postcode(postcode, land or default_region),
        "country": land,
    }
    return {
        part: value or (getattr(whole, part) if whole else None) for part, value in stated.items()
    }


def _or_none(call: Callable[..., Any]) -> Callable[..., Any]:
    """Null for a null first argument."""

    def guarded(text: str | None, *rest: Any) -> Any:
        return None if text is None else call(text, *rest)

    return guarded


def _disposable(addresses: pa.Array) -> pa.Array:
    return pa.array(
        [sum(map(normalise.is_disposable, found or ())) for found in addresses.to_pylist()]
    )


_PLUS_ONE_REGIONS = frozenset(phonenumbers.region_codes_for_country_code(1))


def _phones(rows: Sequence[tuple[Sequence[str] | None, str]]) -> dict[Any, Sequence[str]]:
    """Text and region -> the number, for texts that are plain numbers of North America."""
    asked = [
        (t, region) for texts, region in rows if region in _PLUS_ONE_REGIONS for t in texts or ()
    ]
    numbers = plain_phones(pl.Series([text for text, _ in asked], dtype=pl.String))
    return {one: (number,) for one, number in zip(asked, numbers, strict=True) if number}


def _instant(text: str, timezone: str, format_: str) -> Any:
    return normalise.parse_instant(text, timezone=timezone, format=format_)


def _birth_date(text: str, order: str, as_of: date) -> date | None:
    return normalise.normalise_birth_date(text, order, as_of=as_of)


FUNCTIONS: tuple[SqlFunction, ...] = (
    _list_function("normal_emails", normalise.emails_in, "VARCHAR[]"),
    _list_function("normal_phones", normalise.phones_in, "VARCHAR[] VARCHAR", plain=_phones),
    _list_function("normal_devices", _one(normalise.normalise_device), "VARCHAR[]"),
    _list_function("normal_handles", _one(normalise.normalise_handle), "VARCHAR[]"),
    SqlFunction("count_disposable", _disposable, ("VARCHAR[]",), "BIGINT"),
    _function("normal_name", _name, " ".join(["VARCHAR"] * 6), _NAME, _struct_sql(_NAME)),
    _function("normal_address", _place, " ".join(["VARCHAR"] * 8), _PLACE, _struct_sql(_PLACE)),
    _function(
        "normal_birth_date", _or_none(_birth_date), "VARCHAR VARCHAR DATE", pa.date32(), "DATE"
    ),
    _function(
        "normal_country", _or_none(normalise.normalise_country), "VARCHAR", pa.string(), "VARCHAR"
    ),
    _function("normal_sex", _or_none(normalise.normalise_sex), "VARCHAR", pa.string(), "VARCHAR"),
    _function("normal_text", _or_none(normalise.normalise_text), "VARCHAR", pa.string(), "VARCHAR"),
    _function(
        "normal_language", _or_none(normalise.normalise_language), "VARCHAR", pa.string(), "VARCHAR"
    ),
    _mostly_plain(
        "normal_instant",
        _instant,
        plain_instants,
        "VARCHAR VARCHAR VARCHAR",
        pa.timestamp("us"),
        "TIMESTAMP",
    ),
    _mostly_plain(
        "normal_amount",
        normalise.parse_amount,
        plain_amounts,
        "VARCHAR VARCHAR",
        pa.decimal128(18, 3),
        "DECIMAL(18,3)",
    ),
)
