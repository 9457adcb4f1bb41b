"""The plain forms of times, amounts and telephone numbers, read a column at a time.

Nearly every value of an export is written in one plain form. Those are read here by Polars, a
hundred times faster than one by one; for every other value the answer is null, and its normaliser
is asked. Whatever is answered is what the normaliser says, which the tests compare.
"""

from __future__ import annotations

import re

import polars as pl

# Zones had no agreed history before 1970, and their future is anybody's rule.
_TWO = "([0-9][0-9])"
_YEAR = "(19[7-9][0-9]|20[0-2][0-9]|203[0-6])"
_CLOCK = rf"[T ]{_TWO}:{_TWO}(?::{_TWO}(?:\.([0-9]{{3}}|[0-9]{{6}}))?)?"
_OFFSET = "(?:(Z)|([+-])([01][0-9]):?([0-5][0-9]))?"
_ISO = f"{_YEAR}-{_TWO}-{_TWO}(?:{_CLOCK}{_OFFSET})?"
_PARTS = ("year", "month", "day", "hour", "minute", "second", "fraction", "utc", "sign", "h", "m")
_CODES = {
    "%Y": ("year", _YEAR), "%m": ("month", _TWO), "%d": ("day", _TWO),
    "%H": ("hour", _TWO), "%M": ("minute", _TWO), "%S": ("second", _TWO),
}  # fmt: skip
_PER_SECOND = {"epoch_s": 1, "epoch_ms": 1_000, "epoch_us": 1_000_000}
_PLUS_ONE = r"^\s*(?:\+1[-. ]?)?\(?([2-9][0-9]{2})\)?[-. ]?([0-9]{3})[-. ]?([0-9]{4})\s*$"

_RUNS = ["0123456789" * 2, "9876543210" * 2]
_FILLERS = [run[start : start + 10] for run in _RUNS for start in range(10)] + [
    first + same * 9 for first in "23456789" for same in "0123456789"
]
"""What the keypad offers to those who tell no number: left to the normaliser."""


def plain_instants(texts: pl.Series, timezone: str, form: str) -> pl.Series:
    """Points in time as UTC without a zone; null where the text is not plain.

    >>> texts = pl.Series(["2026-03-08 10:00:00", "2026-03-08T10:00:00+02:00", "next Monday"])
    >>> plain_instants(texts, timezone="America/New_York", form="auto").to_list()
    [datetime.datetime(2026, 3, 8, 14, 0), datetime.datetime(2026, 3, 8, 8, 0), None]
    """
    if form in _PER_SECOND:
        return _epochs(texts, r"^[0-9]{1,17}$", 1_000_000 // _PER_SECOND[form])
    if form in ("auto", "iso"):
        read = _written(texts, f"^{_ISO}$", _PARTS, timezone)
        if form == "iso":
            return read
        for digits, per_digit in (("10", 1_000_000), ("13", 1_000), ("16", 1)):
            read = read.fill_null(_epochs(texts, rf"^[0-9]{{{digits}}}$", per_digit))
        return read
    codes = re.findall(r"%.", form)
    if not {"%Y", "%m", "%d"} <= {*codes} <= {*_CODES} or len({*codes}) < len(codes):
        return pl.Series([None] * len(texts), dtype=pl.Datetime("us"))
    pattern = re.sub(r"%.", lambda code: _CODES[code.group()][1], _escaped(form))
    return _written(texts, f"^{pattern}$", tuple(_CODES[code][0] for code in codes), timezone)


def _escaped(form: str) -> str:
    # A blank in a pattern stands for any blanks in Python's strptime: one is the plain case.
    return "".join(
        part if part.startswith("%") else re.escape(part) for part in re.split(r"(%.)", form)
    )


def _epochs(texts: pl.Series, pattern: str, microseconds: int) -> pl.Series:
    is_plain = texts.str.contains(pattern)
    number = pl.when(is_plain).then(texts).cast(pl.Int64, strict=False)
    # Past this, what Python can hold as a time ends.
    stated = pl.when(number < 250_000_000_000_000_000 // microseconds).then(number * microseconds)
    return pl.select(stated.cast(pl.Datetime("us"))).to_series()


def _written(texts: pl.Series, pattern: str, parts: tuple[str, ...], timezone: str) -> pl.Series:
    groups = texts.str.extract_groups(pattern).struct.unnest()
    found = groups.rename(dict(zip(groups.columns, parts, strict=True)))
    zero = pl.lit("00")
    given = [
        pl.col(part).fill_null(zero) if part in parts else zero
        for part in ("hour", "minute", "second")
    ]
    dashed = pl.concat_str(["year", pl.lit("-"), "month", pl.lit("-"), "day"])
    clock = pl.concat_str([given[0], pl.lit(":"), given[1], pl.lit(":"), given[2]])
    local = pl.concat_str([dashed, pl.lit(" "), clock]).str.to_datetime(
        "%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"
    )
    # Sixty seconds are no second, though some readers take it for the next minute.
    local = pl.when(given[2] != "60").then(local)
    zoned = (
        local.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
        .dt.convert_time_zone("UTC")
        .dt.replace_time_zone(None)
    )
    if "fraction" not in parts:
        return found.select(zoned.alias("instant")).to_series()
    minutes = pl.col("h").cast(pl.Int64) * 60 + pl.col("m").cast(pl.Int64)
    shift = pl.when(pl.col("sign") == "-").then(-minutes).otherwise(minutes).fill_null(0)
    has_offset = pl.col("utc").is_not_null() | pl.col("sign").is_not_null()
    instant = pl.when(has_offset).then(local - pl.duration(minutes=shift)).otherwise(zoned)
    fraction = pl.col("fraction").str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
    return found.select((instant + pl.duration(microseconds=fraction)).alias("instant")).to_series()


def plain_amounts(texts: pl.Series, unit: str) -> pl.Series:
    """Amounts of money of a few digits, as decimals of three places; null where it is not plain.

    >>> plain_amounts(pl.Series(["12.50", "7", "$5"]), unit="major").to_list()
    [Decimal('12.500'), Decimal('7.000'), None]
    """
    is_plain = texts.str.contains(
        r"^[0-9]{1,12}(?:\.[0-9]{1,3})?$" if unit == "major" else r"^[0-9]{1,12}$"
    )
    number = pl.when(is_plain).then(texts).cast(pl.Decimal(18, 3), strict=False)
    if unit == "minor":
        cents = pl.when(is_plain).then(texts).cast(pl.Int64, strict=False)
        number = pl.concat_str(
            [
                (cents // 100).cast(pl.String),
                pl.lit("."),
                (cents % 100).cast(pl.String).str.zfill(2),
            ]
        ).cast(pl.Decimal(18, 3), strict=False)
    return pl.select(number.alias("amount")).to_series()


def plain_phones(texts: pl.Series) -> pl.Series:
    """Ten digits of North America in E.164, with or without +1; null where it is not plain.

    >>> plain_phones(pl.Series(["(650) 555-0101", "+1 650 555 0102", "650-555-0101 x3"])).to_list()
    ['+16505550101', '+16505550102', None]
    """
    parts = texts.str.extract_groups(_PLUS_ONE).struct.unnest()
    digits = pl.concat_str(pl.all())
    number = pl.when(~digits.is_in(_FILLERS)).then(pl.lit("+1") + digits)
    return parts.select(number.alias("phone")).to_series()
