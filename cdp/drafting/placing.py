"""What a source is called, and where its files lie: by the name and folder of one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cdp.drafting.headers import plain

_DATES = (
    (re.compile(r"(?<!\d)(?:19|20)\d\d-\d\d-\d\d(?!\d)"), "%Y-%m-%d"),
    (re.compile(r"(?<!\d)(?:19|20)\d\d_\d\d_\d\d(?!\d)"), "%Y_%m_%d"),
    (re.compile(r"(?<!\d)(?:19|20)\d\d[01]\d[0-3]\d(?!\d)"), "%Y%m%d"),
)
_RUN = re.compile(r"(?<![A-Za-z\d])\d[\d._:T-]*\d(?![A-Za-z])|(?<![A-Za-z\d])\d(?![A-Za-z\d])")
_EMPTY_WORDS = frozenset(
    [
        "export",
        "exports",
        "data",
        "dump",
        "full",
        "latest",
        "final",
        "copy",
        "csv",
        "report",
        "download",
        "all",
        "new",
    ]
)
_PACKINGS = (".gz", ".zst")
INBOX = "inbox"


@dataclass(frozen=True)
class Place:
    """Where the files of a source are looked for.

    ``date`` is the pattern of the date in the file's name, null without one (or with several);
    ``is_inside`` says that the file lies in the project already.
    """

    name: str
    pattern: str
    is_inside: bool
    date: str | None


def place_of(file: Path, root: Path, *, name: str | None) -> Place:
    """The name and path of a source, by one of its files.

    In the project, the file's own folder and as much of its name as is no date or number, so that
    the next export fits, too; else a folder of its own in the inbox.
    """
    whole, folder = file.expanduser().resolve(), root.expanduser().resolve()
    stem, endings = _parted(whole.name)
    is_inside = whole.is_relative_to(folder) and whole.parent != folder
    own_folder = is_inside and whole.parent.parent == folder / INBOX
    called = name or _name(whole.parent.name if own_folder else stem)
    if not is_inside:
        return Place(called, f"{INBOX}/{called}/*{endings}", is_inside=False, date=_date(stem))
    others = [other for other in whole.parent.iterdir() if other.is_file() and other != whole]
    is_alone = own_folder and all(_stem_words(o.name) == _stem_words(whole.name) for o in others)
    glob = "*" if is_alone else _escaped(stem)
    below = whole.parent.relative_to(folder).as_posix()
    pattern = f"{_escape(below)}/{glob}{endings}"
    return Place(called, pattern, is_inside=True, date=_date(stem))


def _parted(name: str) -> tuple[str, str]:
    """A file's name without its endings, and those: that of its format and that of its packing."""
    packing = next((p for p in _PACKINGS if name.lower().endswith(p)), "")
    bare = name[: len(name) - len(packing)]
    ending = Path(bare).suffix
    return bare[: len(bare) - len(ending)], _escape(ending + name[len(bare) :])


def _stem_words(name: str) -> str:
    stem, endings = _parted(name)
    return _RUN.sub("", stem) + endings


def _escaped(stem: str) -> str:
    """A stem as a pattern: each date and number may be another one, and more may follow."""
    parts = _RUN.split(stem)
    return "*".join(map(_escape, parts)) if len(parts) > 1 else f"{_escape(stem)}*"


def _escape(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)


def _date(stem: str) -> str | None:
    for found, pattern in _DATES:
        dates = found.findall(stem)
        if len(dates) == 1 and _is_date(dates[0], pattern):
            return pattern
    return None


def _is_date(text: str, pattern: str) -> bool:
    try:
        datetime.strptime(text, pattern)
    except ValueError:
        return False
    return True


def _name(stem: str) -> str:
    """A name of lower-case letters, digits and underscores, without dates and empty words.

    >>> _name("CRM Contacts export (2026-05-01)"), _name("2026")
    ('crm_contacts', 'source')
    """
    all_words = plain(_RUN.sub(" ", stem)).split()
    words = [word for word in all_words if word not in _EMPTY_WORDS] or all_words
    name = "_".join(re.sub(r"[^a-z0-9]", "", word) for word in words).strip("_")
    return name if re.match(r"[a-z]", name) else f"source_{name}".rstrip("_")
