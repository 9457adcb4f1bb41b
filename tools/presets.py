"""``python -m tools.presets``: the table of presets on their page, made from the presets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cdp.project import Preset, presets

PAGE = Path(__file__).parents[1] / "docs" / "presets.md"
MARK = "<!-- What follows is made from cdp/presets by `make docs`; change it there. -->\n"
FIXTURES = "tests/presets/fixtures"

_GROUPS = {
    "web": "Web",
    "email": "Email",
    "chat": "Chat",
    "social": "Social networks",
    "shop": "Shop and payments",
    "crm": "CRM",
    "support": "Support and telephone",
    "survey": "Surveys",
    "plain": "Plain lists",
}

_COLUMNS = ("preset", "product and file", "quirks, and what is yours", "headers read in", "test")


def page(text: str) -> str:
    """The page: what is written before the mark, and one table for each group of presets."""
    prose = text.partition(MARK)[0]
    return "\n".join([prose + MARK, *(_section(group) for group in _GROUPS)])


def _section(group: str) -> str:
    rows = (_row(preset) for preset in presets() if preset.about.group == group)
    return "\n".join(
        [
            f"### {_GROUPS[group]}",
            "",
            f"| {' | '.join(_COLUMNS)} |",
            "|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _row(preset: Preset) -> str:
    about = preset.about
    name = f"{preset.name}.{about.ending}"
    cells = (
        f"`{preset.name}`",
        _cell(f"{about.product}: {about.file}"),
        "<br>".join(_told(preset)),
        _cell(about.headers_from or "unverified"),
        f"[{name}](../{FIXTURES}/{name})",
    )
    return f"| {' | '.join(cells)} |"


def _told(preset: Preset) -> Iterator[str]:
    yield from (_cell(quirk) for quirk in preset.about.quirks)
    yield from (f"*Yours:* {_cell(word)}" for word in preset.about.yours)


def _cell(text: str) -> str:
    r"""Text that neither ends its cell nor means something to Markdown, save what is code.

    >>> _cell("all_*.csv | `a*b`, <none>")
    'all_\\*.csv \\| `a*b`, &lt;none>'
    """
    parts = re.split(r"(`[^`]*`)", text.replace("|", "\\|"))
    return "".join(
        part if part.startswith("`") else part.replace("*", "\\*").replace("<", "&lt;")
        for part in parts
    )


def main() -> None:
    """Write the tables anew."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{PAGE.relative_to(PAGE.parents[1])}: {len(presets())} presets")


if __name__ == "__main__":
    main()
