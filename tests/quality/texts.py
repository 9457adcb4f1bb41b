"""Texts for the laws of normalisers: any text, and text made of what trips them up."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

_AWKWARD = (
    "aAbBzZ019 .,-'\"`@+<>()/#*xX:;$%\t\n\x00\x1c\x85\u00a0\u200b\u00ad\ufeff\u2019"
    "ßÉé\u0130\u0301\ufb01\uff12"
)

any_text = st.text(max_size=30) | st.text(st.sampled_from(_AWKWARD), max_size=30)
blanks = st.text(st.sampled_from(" \t\n\r\u00a0"), max_size=3)


def made_of(alphabet: str, *, most: int = 20) -> st.SearchStrategy[str]:
    """Texts of some characters, and any text besides."""
    return st.text(st.sampled_from(alphabet), max_size=most) | any_text


def is_settled(normalise: Callable[[str], str | None], text: str) -> bool:
    """Whether a value is never empty, and normalising it once more changes nothing."""
    once = normalise(text)
    return once is None or (once != "" and normalise(once) == once)
