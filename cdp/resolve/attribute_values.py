"""The values of a project's own attributes, in the form in which matching compares them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

import pyarrow as pa

from cdp.engine import SqlFunction
from cdp.resolve.folding import fold_text

_NOTHING = frozenset(
    ["", "-", "--", "?", "n/a", "nan", "nil", "none", "null", "undefined", "unknown",
     "not applicable", "not available", "not given"]
)  # fmt: skip
_MONEY = re.compile(r"[\s$€£¥%]")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d{1,3}(\.\d{3})*,\d+|[+-]?\d+,\d+")
_NUMBER = re.compile(r"[+-]?(\d{1,30}\.?\d{0,30}|\.\d{1,30})")
_GAPS = re.compile(r"[\s./,]+")
_CLOCK = re.compile(r"[-T]\d{1,2}:\d\d.*$")
_ORDERS = {"ymd": (), "mdy": ("%m-%d-%Y",), "dmy": ("%d-%m-%Y",)}
_ANY_ORDER = ("%Y-%m-%d", "%Y%m%d", "%d-%b-%Y", "%d-%B-%Y", "%b-%d-%Y", "%B-%d-%Y")


@lru_cache(maxsize=1 << 17)
def comparable(text: str, kind: str, order: str = "ymd") -> str | None:
    """A value as its kind of comparison compares it; null when it says nothing.

    >>> comparable(" Gold  PLUS ", "exact"), comparable("A+", "exact"), comparable("n/a", "exact")
    ('gold plus', 'a+', None)
    >>> comparable("Head, of Sales", "text"), comparable("$1,250.50", "number")
    ('head of sales', '1250.5')
    >>> comparable("03/04/2019", "date", "dmy"), comparable("2019-04-03T10:00:00", "date")
    ('2019-04-03', '2019-04-03')
    """
    plain = " ".join(text.split()).casefold()
    if plain in _NOTHING:
        return None
    match kind:
        case "text":
            return fold_text(plain)
        case "date":
            return fold_date(plain, order)
        case "number":
            return fold_number(plain)
        case "identifier":
            return fold_identifier(plain)
    return plain


def fold_identifier(text: str) -> str | None:
    """Letters and digits only; null when none is left.

    >>> fold_identifier("12-345 678a"), fold_identifier("--")
    ('12345678a', None)
    """
    return "".join(c for c in text.casefold() if c.isalnum()) or None


def fold_number(text: str) -> str | None:
    """A decimal number in its shortest form; null for what is none.

    >>> fold_number("1.250,50"), fold_number("007"), fold_number("-0"), fold_number("12 pm")
    ('1250.5', '7', '0', None)
    """
    plain = _MONEY.sub("", text)
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        return None
    return f"{Decimal(plain).normalize() + 0:f}"


def fold_date(text: str, order: str) -> str | None:
    """A day as YYYY-MM-DD; null for what is none. Year-month-day is read under any order.

    >>> fold_date("3 Apr 2019", "ymd"), fold_date("4/3/2019 0:00", "mdy")
    ('2019-04-03', '2019-04-03')
    >>> fold_date("4/3/19", "mdy") is None
    True
    """
    plain = _CLOCK.sub("", _GAPS.sub("-", text.strip().upper()))
    for pattern in (*_ORDERS[order], *_ANY_ORDER):
        with suppress(ValueError):
            return datetime.strptime(plain, pattern).date().isoformat()
    return None


def _comparable(values: pa.Array, kinds: pa.Array, orders: pa.Array) -> pa.Array:
    told = zip(values.to_pylist(), kinds.to_pylist(), orders.to_pylist(), strict=True)
    folded = [None if value is None else comparable(value, *how) for value, *how in told]
    return pa.array(folded, pa.string())


MATCHING_ATTRIBUTE = SqlFunction(
    "matching_attribute", _comparable, ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR"
)
