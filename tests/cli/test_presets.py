"""`cdp sources presets`, typed by hand."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cdp import cli
from cdp.errors import NotFoundError
from cdp.project import presets
from cdp.project.reading import parse_settings


def typed(*words: str) -> str:
    done = CliRunner().invoke(cli.app, ["sources", "presets", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_presets_are_listed_with_product_file_and_whether_their_headers_were_seen() -> None:
    listed = json.loads(typed("--json"))["presets"]
    assert [one["preset"] for one in listed] == [preset.name for preset in presets()]
    assert all(one["product"] and one["file"] and one["group"] for one in listed)
    assert {one["is_verified"] for one in listed} <= {True, False}
    shown = typed()
    assert all(preset.name in shown for preset in presets())


def test_one_preset_is_shown_as_a_contract_to_copy() -> None:
    shown = typed("zendesk_users")
    assert "\nsource: zendesk_users\npath: inbox/zendesk_users/*.csv\n" in shown
    assert "# - agents and admins stand in the same table" in shown
    assert "about:" not in shown
    told = json.loads(typed("zendesk_users", "--json"))
    written = parse_settings(shown, file="shown").values
    assert written == told["contract"] | {
        "source": "zendesk_users",
        "path": "inbox/zendesk_users/*.csv",
    }


def test_a_preset_that_is_not_there_is_not_found_and_the_nearest_is_named() -> None:
    with pytest.raises(NotFoundError, match="did you mean `zendesk_users`"):
        typed("zendesk_user")
