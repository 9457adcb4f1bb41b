"""The page of presets says what the presets say."""

from __future__ import annotations

from cdp.project import presets
from tools.presets import FIXTURES, MARK, PAGE, page


def test_the_committed_page_is_the_one_that_the_presets_make() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(written), "run `make docs`"


def test_every_preset_has_its_row_its_fixture_and_its_quirks() -> None:
    rows = {
        line.split("`")[1]: line
        for line in PAGE.read_text(encoding="utf-8").partition(MARK)[2].splitlines()
        if line.startswith("| `")
    }
    assert sorted(rows) == sorted(preset.name for preset in presets())
    for preset in presets():
        fixture = f"{FIXTURES}/{preset.name}.{preset.about.ending}"
        assert f"(../{fixture})" in rows[preset.name]
        assert (PAGE.parents[1] / fixture).is_file()
        assert rows[preset.name].count("<br>") >= len(preset.about.quirks) - 1
