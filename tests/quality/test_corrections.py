"""An event told anew of another person: whom no event means any more is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.quality.world import EVENTS_YAML, World

CONSENT_YAML = EVENTS_YAML + "consent: {email: {from: news}}\n"

WRONG, RIGHT, NOBODY = (
    "1,2026-01-01,anm@example.com,",
    "1,2026-01-01,ann@example.com,",
    "1,2026-01-01,,",
)
OTHER, OTHER_RIGHT = "2,2026-01-01,anm@example.com,", "2,2026-01-01,ann@example.com,"
REFUSED, GRANTED, REFUSED_TOO = WRONG + "no", RIGHT + "yes", RIGHT + "no"


def events(*rows: str) -> str:
    """Rows of key, day, address and consent, as a file."""
    return "\n".join(["total,score,id,at,mail,news", *(f"5,,{row}" for row in rows)])


def late(row: str) -> str:
    """The row with a time that nobody can read, for which it is rejected."""
    return row.replace("2026-01-01", "lately")


def there(world: World) -> list[str]:
    """The names in the addresses of current records."""
    rows = world.rows("select split(emails[1], '@')[1] from clean.records where is_current")
    return sorted(str(name) for (name,) in rows)


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ([[WRONG], [RIGHT]], ["ann"]),
        ([[WRONG], [RIGHT], [WRONG]], ["anm"]),
        ([[WRONG, RIGHT]], ["ann"]),
        ([[WRONG, OTHER], [RIGHT]], ["anm", "ann"]),
        ([[WRONG, OTHER], [RIGHT], [OTHER_RIGHT]], ["ann"]),
        # Who says nothing of a person corrects none, nor does a row that is rejected.
        ([[WRONG], [NOBODY]], ["anm"]),
        ([[WRONG], [RIGHT], [NOBODY]], ["ann"]),
        ([[WRONG], [late(RIGHT), OTHER_RIGHT]], ["anm", "ann"]),
        ([[WRONG], [RIGHT, late(OTHER)]], ["ann"]),
        # A refusal stands until it is answered.
        ([[REFUSED], [RIGHT]], ["anm", "ann"]),
        ([[REFUSED], [GRANTED]], ["ann"]),
        ([[REFUSED], [REFUSED_TOO]], ["ann"]),
    ],
)
def test_whom_no_latest_word_of_an_event_means_is_not_there(
    tmp_path: Path, told: list[list[str]], left: list[str]
) -> None:
    world = World(tmp_path, (CONSENT_YAML,))
    files = {f"shop_2026010{day}.csv": events(*rows) for day, rows in enumerate(told, 1)}
    # The latest file comes first: what counts is when it was delivered.
    world.fold(dict([files.popitem()]))
    world.fold(files)
    assert there(world) == left


def test_who_has_a_key_of_their_own_is_there_without_an_event(tmp_path: Path) -> None:
    both = CONSENT_YAML.replace("holds: events", "holds: both\nrecord_key: who")
    world = World(tmp_path, (both,))
    head = "total,score,at,id,mail,news,who\n5,,2026-01-01,"
    world.fold(
        {
            "shop_20260101.csv": f"{head}1,anm@example.com,,7\n",
            "shop_20260102.csv": f"{head}1,ann@example.com,,8\n",
        }
    )
    assert there(world) == ["anm", "ann"]
