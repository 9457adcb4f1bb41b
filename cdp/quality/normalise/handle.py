"""Social handles and profile addresses."""

from __future__ import annotations

import re

from cdp.quality.normalise.junk import is_junk
from cdp.quality.normalise.text import collapsed

_URL = re.compile(
    r"^(?:https?://)?(?:www\.|m\.)?(?P<network>facebook|instagram|twitter|x|linkedin|tiktok|github|youtube)\.com/"
    r"(?:in/|@|pub/)?(?P<name>[\w.-]+)/?(?:\?.*)?$",
    re.IGNORECASE,
)
_NAME = re.compile(r"^@?[\w.-]{2,50}$")
_NETWORKS = {"x": "twitter"}


def normalise_handle(text: str) -> str | None:
    """A handle in small letters, with its network when an address names it.

    >>> normalise_handle("https://www.instagram.com/Ann.Lee/"), normalise_handle("@AnnLee")
    ('instagram:ann.lee', 'annlee')
    """
    plain = collapsed(text)
    if is_junk(plain.removeprefix("@")):
        return None
    address = _URL.match(plain)
    if address:
        network = address["network"].casefold()
        return f"{_NETWORKS.get(network, network)}:{address['name'].casefold()}"
    return plain.removeprefix("@").casefold() if _NAME.match(plain) else None
