"""Social handles and profile addresses."""

from __future__ import annotations

import re
import unicodedata

from cdp.quality.normalise.junk import HANDLES, is_junk
from cdp.quality.normalise.text import collapsed

_NETWORK = r"facebook|instagram|twitter|x|linkedin|tiktok|github|youtube"
_URL = re.compile(
    rf"^(?:https?://)?(?:[a-z-]+\.)?(?P<network>{_NETWORK})\.com/"
    r"(?:in/|@|pub/|profile\.php\?id=)?(?P<name>[\w.-]+)/?(?:[?&#].*)?$"
)
_KNOWN = re.compile(rf"^(?P<network>{_NETWORK}):(?P<name>[\w.-]+)$")
_NAME = re.compile(r"^@?(?P<name>[\w.-]{2,50})$")
_NETWORKS = {"x": "twitter"}


def normalise_handle(text: str) -> str | None:
    """A handle in small letters, with its network when an address names it.

    Pages of a network that are no person's (`/watch`, `/company`) are none.

    >>> normalise_handle("https://www.instagram.com/Ann.Lee/"), normalise_handle("@AnnLee")
    ('instagram:ann.lee', 'annlee')
    """
    plain = unicodedata.normalize("NFC", collapsed(text).casefold())
    found = _URL.match(plain) or _KNOWN.match(plain) or _NAME.match(plain)
    if not found:
        return None
    parts = found.groupdict()
    name, network = parts["name"], parts.get("network")
    if is_junk(name) or name in HANDLES or not re.search(r"[^\W_]", name):
        return None
    return f"{_NETWORKS.get(network, network)}:{name}" if network else name
