"""Values that stand where a value was asked for and mean nothing.

The lists gather what the blocklists of the field share (Amperity's bad values, Segment's blocked
identifiers, Adobe's guardrails): a refused value stays in the source's own text and never
becomes an identifier.
"""

from __future__ import annotations

import re

WORDS = frozenset(
    [
        "anonymous",
        "blank",
        "blocked",
        "collect",
        "decline",
        "declined",
        "declines",
        "denied",
        "dummy",
        "empty",
        "info",
        "invalid",
        "n/a",
        "na",
        "name",
        "nan",
        "nil",
        "no",
        "none",
        "null",
        "refused",
        "tbd",
        "tdb",
        "test",
        "testing",
        "travel",
        "undefined",
        "unknown",
        "unlisted",
        "void",
        "x",
        "xx",
        "xxx",
        "-",
        "--",
        ".",
        "?",
    ]
) | {
    "none given",
    "no value",
    "not available",
    "not given",
    "no name",
    "not provided",
    "not applicable",
}
EMAIL_LOCALS = frozenset(
    [
        "123",
        "1234",
        "12345",
        "99",
        "abc",
        "abc123",
        "asdf",
        "confirmation",
        "confirmations",
        "decline",
        "declined",
        "denied",
        "dummy",
        "email",
        "example",
        "fake",
        "fakename",
        "guest",
        "guests",
        "junk",
        "mail",
        "me",
        "name",
        "na",
        "no",
        "noemail",
        "nomail",
        "none",
        "noreply",
        "no-reply",
        "no_reply",
        "no.reply",
        "donotreply",
        "do-not-reply",
        "do_not_reply",
        "nothanks",
        "null",
        "query",
        "refused",
        "test",
        "testing",
        "unknown",
        "xxx",
    ]
)
HANDLES = frozenset(
    [
        "channel",
        "company",
        "events",
        "explore",
        "feed",
        "groups",
        "hashtag",
        "home",
        "in",
        "intent",
        "login",
        "pages",
        "people",
        "profile.php",
        "pub",
        "search",
        "share",
        "sharer",
        "user",
        "username",
        "watch",
    ]
)
EMAIL_DOMAINS = frozenset(["noemail.com", "nomail.com", "none.com", "email.invalid", "test.com"])
NAMES = WORDS | frozenset(
    [
        "block",
        "cardholder",
        "contact",
        "customer",
        "default",
        "gift",
        "guest",
        "guests",
        "prepaid",
        "reserved",
        "use",
        "user",
        "valued",
        "visa",
        "visitor",
    ]
)
UNNAMED = re.compile(
    r"(baby|infant|minor|person|(male |female )?child( [fm])?|(baby )?(boy|girl)"
    r"|grandson|granddaughter|daughter|mom|mum|dad|mother|father|wife|husband|lady|gentleman|woman|mr|mrs|ms|miss|sir|madam"
    r"|hij[oa]|se[nñ]or|se[nñ]ora|bebe"
    r"|(man|woman|lady|gentleman|son|daughter|wife|child|boy|girl) (of|in)( the)?( house)?)\.?",
    re.IGNORECASE,
)
"""What is written for somebody whose first name nobody asked."""
POSTCODES = frozenset(
    ["0", "00000", "1", "11", "111", "1111", "11111", "12345", "99999", "na", "nan", "no"]
)
STREETS = frozenset(
    (
        "general delivery",
        "need address",
        "no address given",
        "p o box",
        "po box",
        "your street address",
    )
)
BIRTH_DATES = frozenset(["1899-12-31", "1900-01-01", "1901-01-01", "1920-01-01", "1970-01-01"])
NOTHING = WORDS | frozenset(
    (
        "d41d8cd98f00b204e9800998ecf8427e",
        "1b2m2y8asgtpgamy7phcfg==",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    )
)
"""Filler words, and hashes of nothing."""
MASKED = re.compile(r"\*{2,}|x{4,}|#{3,}|\[?redacted\]?|<test lead|^\W*hidden\W*$", re.IGNORECASE)


def is_junk(text: str) -> bool:
    """Whether a value of any kind means nothing: a filler word, a mask, a hash of nothing.

    >>> is_junk("N/A"), is_junk("d41d8cd98f00b204e9800998ecf8427e"), is_junk("Ann")
    (True, True, False)
    """
    plain = text.strip().casefold()
    return plain in NOTHING or bool(MASKED.search(text)) or not plain


_DIGEST = re.compile(
    r"(?=[a-f]*[0-9])(?=[0-9]*[a-f])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})|[A-Za-z0-9+/]{22}=="
)


def is_digest(text: str) -> bool:
    """Whether a text is a hash (MD5, SHA-1, SHA-256 in hex, MD5 in base64) in a word's place.

    Exports mask names and streets so. Devices and keys look like that by nature: never ask there.

    >>> is_digest("db320f93ead463e1a2faee198cd9a122"), is_digest("XgyqsB0TWiMCtrwGLrqt0g==")
    (True, True)
    """
    return bool(_DIGEST.fullmatch(text))
