"""Personal values hidden but still told apart: the first sign stays, the rest is three stars.

A page that is passed around shows who is meant by the source's own key, and no more. The domain
of an email stays, for it says whether a mailbox is a firm's; so does the year of a birth date.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_PHONE = re.compile(r"^\+?[\d\s().-]{7,}$")

Mask = Callable[[str], str]


def mask_text(text: str) -> str:
    """The first sign of a name, an address or a handle.

    >>> mask_text("Katherine"), mask_text(" o'Neil "), mask_text("")
    ('K***', 'o***', '')
    """
    bare = text.strip()
    return f"{bare[0]}***" if bare else ""


def mask_email(text: str) -> str:
    """The first sign of the mailbox, and the domain.

    >>> mask_email("jane.doe@example.com"), mask_email("jane")
    ('j***@example.com', 'j***')
    """
    mailbox, at, domain = text.strip().rpartition("@")
    return f"{mask_text(mailbox)}@{domain}" if at and mailbox else mask_text(text)


def mask_number(text: str) -> str:
    """The last two signs of a phone number or device.

    >>> mask_number("+12125550141"), mask_number("7")
    ('***41', '***')
    """
    bare = text.strip()
    return f"***{bare[-2:]}" if len(bare) > 4 else "***"


def mask_date(text: str) -> str:
    """The year.

    >>> mask_date("1980-04-02")
    '1980-**-**'
    """
    return f"{text[:4]}-**-**"


def mask_whole(text: str) -> str:
    """Nothing of a value that has few forms.

    >>> mask_whole("F")
    '***'
    """
    return "***" if text.strip() else ""


def mask_key(text: str) -> str:
    """A source's key as it is, for it finds the row again; masked when it is a person's value.

    >>> mask_key("C-101"), mask_key("jane@example.com"), mask_key("+1 (212) 555-0141")
    ('C-101', 'j***@example.com', '***41')
    >>> mask_key("person:9f86d081884c7d659a2feaa0c55ad015")
    'person:9f86d081…'
    """
    if "@" in text:
        return mask_email(text)
    if text.startswith("+") and _PHONE.match(text):
        return mask_number(text)
    # The made-up key of a person inside an event is long, and says nothing.
    return f"{text[:15]}…" if text.startswith("person:") else text


def mask_source_key(text: str) -> str:
    """``source:key`` with its key as `mask_key` has it.

    >>> mask_source_key("crm:C-1"), mask_source_key("news:ann@example.org")
    ('crm:C-1', 'news:a***@example.org')
    """
    source, _, key = text.partition(":")
    return f"{source}:{mask_key(key)}"


def mask_identifier(kind: str, value: str) -> str:
    """An identifier's value, by its kind.

    >>> mask_identifier("email", "info@example.com"), mask_identifier("phone", "+12125550100")
    ('i***@example.com', '***00')
    """
    return {"email": mask_email, "phone": mask_number, "device": mask_number}.get(kind, mask_text)(
        value
    )
