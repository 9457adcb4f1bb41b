"""The pages of the project, and what stands in them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[2]
README, GLOSSARY = ROOT / "README.md", ROOT / "docs" / "glossary.md"
FOLDER_PAGE, BI_PAGE = ROOT / "docs" / "project-folder.md", ROOT / "docs" / "bi-tools.md"
PRESETS_PAGE = ROOT / "docs" / "presets.md"
OTHERS = ("CONTRIBUTING.md", "DECISIONS.md", "CHANGELOG.md")
PAGES = (README, *(ROOT / name for name in OTHERS), *sorted((ROOT / "docs").glob("*.md")))

FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)

Found = TypeVar("Found")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose_of(page: Path) -> str:
    return FENCE.sub("", text_of(page))


def blocks(page: Path, *languages: str) -> list[str]:
    found = FENCE.findall(text_of(page))
    return [textwrap.dedent(body) for _, language, body in found if language in languages]


def some(found: Iterable[Found]) -> list[Found]:
    """What was found, which must be something: a test of nothing would pass."""
    listed = list(found)
    assert listed
    return listed
