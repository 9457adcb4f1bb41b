"""Email addresses."""

from __future__ import annotations

import re
import unicodedata

from cdp.quality.normalise.junk import EMAIL_DOMAINS, EMAIL_LOCALS, is_junk
from cdp.quality.normalise.text import collapsed

_WRAPPED = re.compile(r"<([^<>]+)>\s*$")
_END = " .,;'\""
_SHAPE = re.compile(
    r"(?!.*\s)[a-z0-9.!#$%&'*+/=?^_`{|}~\-\u00a1-\uffff]{1,64}"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)


def normalise_email(text: str) -> str | None:
    """An address in lower case, its domain in ASCII; nothing when it is none or means nothing.

    Dots and tags stay: they belong to the address that mail is sent to.

    >>> normalise_email("Ann Lee <Ann.Lee+shop@Example.COM>")
    'ann.lee+shop@example.com'
    >>> normalise_email("test@test.com") is normalise_email("a@b") is None
    True
    """
    plain = collapsed(unicodedata.normalize("NFKC", text.casefold())).rstrip(_END)
    wrapped = _WRAPPED.search(plain)
    plain = (wrapped.group(1) if wrapped else plain).removeprefix("mailto:").strip().rstrip(_END)
    local, at, domain = plain.rpartition("@")
    if not at or is_junk(plain):
        return None
    domain = _ascii_domain(domain)
    address = f"{local}@{domain}"
    if (
        not _SHAPE.fullmatch(address)
        or ".." in address
        or local.startswith(".")
        or local.endswith(".")
    ):
        return None
    if local in EMAIL_LOCALS or domain in EMAIL_DOMAINS:
        return None
    return address


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
