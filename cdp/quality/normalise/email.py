"""Email addresses."""

from __future__ import annotations

import re
import unicodedata

import idna

from cdp.quality.normalise.junk import EMAIL_DOMAINS, EMAIL_LOCALS, is_junk
from cdp.quality.normalise.text import collapsed

_WRAPPED = re.compile(r"<([^<>]+)>\s*$")
_END = " .,;'\""
_BREAKS = re.compile(r"[;,\uff1b\uff0c\u3001\r\n\t]|(?<=>)\s|\s[|/]|[|/]\s")
_CLOSE_BREAKS = re.compile(r"[|/\s]+")
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
    plain = collapsed(unicodedata.normalize("NFKC", text.lower())).rstrip(_END)
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


def emails_in(text: str) -> tuple[str, ...]:
    """Every address that one cell holds, each once, in their order; none when it holds none.

    Signs between addresses also stand within names and addresses, so a cell of one address is
    never broken up, save from what means nothing.

    >>> emails_in("Ann <ann@example.com>; bo@example.com")
    ('ann@example.com', 'bo@example.com')
    >>> emails_in("Lee, Ann <ann@example.com>"), emails_in("ann@example.com / n/a")
    (('ann@example.com',), ('ann@example.com',))
    """
    is_one = text.count("@") < 2
    if is_one and (whole := normalise_email(text)):
        return (whole,)
    pieces = [piece for piece in _BREAKS.split(text) if not is_junk(piece)]
    if is_one and len(pieces) > 1:
        return ()
    found: list[str | None] = []
    for piece in pieces:
        whole = normalise_email(piece)
        if whole is None and piece.count("@") > 1:
            found += [normalise_email(part) for part in _CLOSE_BREAKS.split(piece)]
        else:
            found.append(whole)
    return tuple(dict.fromkeys(filter(None, found)))


def is_disposable(address: str) -> bool:
    """Whether an address, normalised, is of a domain that hands out addresses for an hour.

    >>> is_disposable("ann@mailinator.com"), is_disposable("ann@example.com")
    (True, False)
    """
    # A set of thousands of names is only loaded where addresses are.
    from disposable_email_domains import blocklist

    return address.rpartition("@")[2] in blocklist


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""
