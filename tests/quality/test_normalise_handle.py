"""Social handles: one person's page has one form; a network's own pages are nobody's."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.quality.normalise import normalise_handle
from tests.quality.texts import any_text, blanks, is_settled

HANDLE = re.compile(r"([a-z]+:)?[\w.-]+")

almost = st.builds(
    lambda start, rest: start + rest,
    st.sampled_from(["https://x.com/", "instagram.com/@", "linkedin.com/in/", "@", "@@", "x:"]),
    any_text,
)
names = st.from_regex(r"[a-z][a-z0-9._-]{2,9}[a-z0-9]", fullmatch=True).filter(normalise_handle)


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("@AnnLee", "annlee"),
        ("annlee", "annlee"),
        ("https://www.instagram.com/Ann.Lee/", "instagram:ann.lee"),
        ("instagram.com/ann.lee?hl=en", "instagram:ann.lee"),
        ("HTTPS://X.COM/AnnLee", "twitter:annlee"),
        ("https://mobile.twitter.com/annlee#top", "twitter:annlee"),
        ("https://www.linkedin.com/in/ann-lee-12", "linkedin:ann-lee-12"),
        ("https://uk.linkedin.com/in/ann-lee-12/", "linkedin:ann-lee-12"),
        ("https://www.tiktok.com/@annlee", "tiktok:annlee"),
        ("https://www.facebook.com/profile.php?id=100012", "facebook:100012"),
        ("https://www.facebook.com/profile.php?id=100012&sk=about", "facebook:100012"),
        ("https://www.facebook.com/profile.php", None),
        ("https://www.linkedin.com/in/", None),
        ("https://www.linkedin.com/company/acme", None),
        ("https://www.youtube.com/watch?v=abc", None),
        ("https://twitter.com/search?q=ann", None),
        ("https://instagram.com/", None),
        ("https://instagram.com/unknown", None),
        ("@unknown", None),
        ("...", None),
        ("ann lee", None),
        ("N/A", None),
        ("", None),
    ],
)
def test_a_handle_in_real_life_forms(text: str, handle: str | None) -> None:
    assert normalise_handle(text) == handle


@given(any_text | almost)
def test_any_text_gives_a_handle_in_small_letters_or_nothing(text: str) -> None:
    handle = normalise_handle(text)
    assert handle is None or (HANDLE.fullmatch(handle) and handle == handle.casefold())
    assert is_settled(normalise_handle, text)


@given(names, blanks, st.sampled_from(["instagram.com", "github.com"]))
def test_case_scheme_and_blanks_make_no_other_handle(name: str, around: str, site: str) -> None:
    forms = [f"{site}/{name}", f"https://www.{site}/{name}/", f"{around}{site}/{name.upper()}"]
    assert len({normalise_handle(form) for form in forms}) == 1
