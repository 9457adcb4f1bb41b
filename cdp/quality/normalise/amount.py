"""Amounts of money."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_LIMIT = Decimal(10) ** 15 - 1
_SMALLEST = Decimal("0.001")
_THOUSANDS_COMMA = re.compile(r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_THOUSANDS_DOT = re.compile(r"^\d{1,3}(?:\.\d{3})+,\d+$|^\d{1,3}(?:\.\d{3}){2,}$")
_DECIMAL_COMMA = re.compile(r"^\d+,\d{1,2}$")
_GAPS = re.compile(r"[\s'\u2019]")
_BELOW_ZERO = re.compile(r"^\(.*\)$|^[^\d.,]*[-\u2212]|[-\u2212]$")
_AROUND = re.compile(r"^[^\d.,]+|[^\d.,]+$")


def parse_amount(text: str, unit: str) -> Decimal | None:
    """An amount in units of its currency; ``unit`` minor is cents. Brackets mean less than zero.

    A thousandth is the smallest part: exchange rates leave longer tails, which are rounded.

    >>> (
    ...     parse_amount("$1,234.50", "major"),
    ...     parse_amount("€ 12,50", "major"),
    ...     parse_amount("(5.00)", "major"),
    ... )
    (Decimal('1234.50'), Decimal('12.50'), Decimal('-5.00'))
    >>> parse_amount("1999", "minor")
    Decimal('19.99')
    """
    plain = _GAPS.sub("", text)
    is_negative = bool(_BELOW_ZERO.search(plain))
    plain = _AROUND.sub("", plain)
    if _THOUSANDS_COMMA.match(plain):
        plain = plain.replace(",", "")
    elif _THOUSANDS_DOT.match(plain) or _DECIMAL_COMMA.match(plain):
        plain = plain.replace(".", "").replace(",", ".")
    try:
        amount = Decimal(plain).scaleb(-2 if unit == "minor" else 0)
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) >= _LIMIT:
        return None
    rounded = amount if amount == (near := amount.quantize(_SMALLEST)) else near
    return -rounded if is_negative else rounded
