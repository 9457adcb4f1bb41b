"""Amounts of money."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_LIMIT = Decimal(10) ** 15
_THOUSANDS_COMMA = re.compile(r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_THOUSANDS_DOT = re.compile(r"^\d{1,3}(?:\.\d{3})+,\d+$")
_DECIMAL_COMMA = re.compile(r"^\d+,\d{1,2}$")
_AROUND = re.compile(r"^[^\d(+\-.,]*|[^\d).,]*$")


def parse_amount(text: str, unit: str) -> Decimal | None:
    """An amount in units of its currency; ``unit`` minor is cents. Brackets mean less than zero.

    >>> (
    ...     parse_amount("$1,234.50", "major"),
    ...     parse_amount("€ 12,50", "major"),
    ...     parse_amount("(5.00)", "major"),
    ... )
    (Decimal('1234.50'), Decimal('12.50'), Decimal('-5.00'))
    >>> parse_amount("1999", "minor")
    Decimal('19.99')
    """
    plain = text.strip()
    is_negative = (
        (plain.startswith("(") and plain.endswith(")"))
        or plain.startswith("-")
        or plain.endswith("-")
    )
    plain = _AROUND.sub("", plain.strip("()-+ ")).replace(" ", "").replace("\u00a0", "").lstrip("-")
    if _THOUSANDS_COMMA.match(plain):
        plain = plain.replace(",", "")
    elif _THOUSANDS_DOT.match(plain) or _DECIMAL_COMMA.match(plain):
        plain = plain.replace(".", "").replace(",", ".")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) >= _LIMIT:
        return None
    amount = amount.scaleb(-2) if unit == "minor" else amount
    return -amount if is_negative else amount
