"""A preset lies below the contract that names it, key by key, and is a contract like any other."""

from __future__ import annotations

from typing import Any

import pytest

from cdp.errors import ProjectError
from cdp.project import (
    PersonRef,
    Preset,
    Project,
    Source,
    columns_expected,
    columns_named,
    fingerprint,
    load_project,
    preset_named,
    presets,
    survey_project,
)

USERS = "source: people\npreset: zendesk_users\npath: inbox/people/*.csv\n"
TICKETS = "source: tickets\npreset: zendesk_tickets\npath: inbox/tickets/*.csv\n"


def the(name: str) -> Preset:
    """The preset of that name, which is there."""
    found = preset_named(name)
    assert found is not None
    return found


def ref_of(project: Project, name: str) -> PersonRef | None:
    return project.source(name).person_ref


@pytest.fixture
def source_of(make_project: Any) -> Any:
    """The one source of a project that has this contract."""

    def read(text: str) -> Source:
        (source,) = load_project(make_project(only=text)).sources
        return source

    return read


def test_what_a_preset_says_holds_where_the_contract_is_silent(source_of: Any) -> None:
    source = source_of(USERS)
    assert (source.holds, source.record_key) == ("people", ("id",))
    assert source.preset == "zendesk_users"
    assert source.person["full_name"] == ("name",)


def test_a_contract_overrides_key_by_key_and_mappings_go_on_inside(source_of: Any) -> None:
    source = source_of(
        USERS + "sync_mode: full_refresh\ntrust: 9\nperson: {phone: Mobile, city: Town}\n"
        "observed_at: {timezone: Europe/Paris}\nset_aside: []\n"
    )
    assert (source.sync_mode, source.trust, source.set_aside) == ("full_refresh", 9, ())
    assert (source.person["phone"], source.person["city"]) == (("Mobile",), ("Town",))
    assert source.person["email"] == ("email",)
    assert (source.observed_at.column, source.observed_at.timezone) == (
        "updated_at",
        "Europe/Paris",
    )


def test_a_text_takes_the_place_of_a_whole_mapping(source_of: Any) -> None:
    source = source_of(USERS + "observed_at: last_login_at\n")
    assert (source.observed_at.column, source.observed_at.timezone) == ("last_login_at", None)


def test_a_key_left_empty_takes_the_presets_away(source_of: Any) -> None:
    source = source_of(USERS + "keys:\nset_aside:\nperson: {phone: , email: }\n")
    assert (source.keys, source.set_aside) == ({}, ())
    assert set(source.person) == {"full_name", "language"}


def test_a_key_left_empty_that_no_preset_has_is_a_fault(faults: Any) -> None:
    (fault,) = faults(only=USERS + "trust:\n")
    assert (fault.line, fault.message) == (4, "`trust` must not be empty")


def test_a_preset_is_never_changed_by_what_is_laid_over_it(source_of: Any) -> None:
    before = the("zendesk_users").model_dump()
    source_of(USERS + "person: {phone: , city: Town}\nkeys:\n")
    assert the("zendesk_users").model_dump() == before


def test_an_unknown_preset_is_told_with_the_nearest_right_name_and_nothing_else(
    faults: Any,
) -> None:
    (fault,) = faults(only=USERS.replace("zendesk_users", "zendesk_user"))
    assert (fault.line, fault.message) == (2, "there is no preset `zendesk_user`")
    assert fault.hint == "did you mean `zendesk_users`?"
    (fault,) = faults(only=USERS.replace("zendesk_users", "qqq"))
    assert fault.hint == "`cdp sources presets` lists them"


def test_faults_of_what_the_preset_says_stand_in_the_line_of_preset(faults: Any) -> None:
    text = "source: people\nholds: events\npath: inbox/people/*.csv\npreset: zendesk_users\n"
    found = {fault.message: fault.line for fault in faults(only=text)}
    # The contradiction is between the user's `holds` and keys of the preset.
    assert found["`touchpoint_key` is missing"] == 2
    text = "source: people\npreset: zendesk_users\npath: inbox/people/*.csv\nholds: reference\n"
    found = {fault.message: fault.line for fault in faults(only=text)}
    assert found["`person` is not used"] == 2


def test_a_person_ref_by_preset_means_the_one_source_that_has_it(make_project: Any) -> None:
    project = load_project(make_project(b=USERS, a=TICKETS))
    assert ref_of(project, "tickets") == PersonRef(source="people", key="requester_id")


def test_a_person_ref_by_preset_without_such_a_source_is_one_fault(faults: Any) -> None:
    (fault,) = faults(a=TICKETS)
    assert (fault.line, fault.message) == (
        2,
        "`person_ref`: no source has the preset `zendesk_users`",
    )
    assert "person_ref: {source: ...}" in fault.hint


def test_a_person_ref_by_preset_with_several_sources_is_one_fault(faults: Any) -> None:
    (fault,) = faults(a=TICKETS, b=USERS, c=USERS.replace("people", "more"))
    assert fault.message == "`person_ref`: 2 sources have the preset `zendesk_users`"
    assert "person_ref: {source: people}" in fault.hint
    assert "more" in fault.hint


def test_a_source_stated_for_a_person_ref_is_the_one(make_project: Any) -> None:
    chosen = TICKETS + "person_ref: {source: more}\n"
    project = load_project(
        make_project(a=chosen, b=USERS, c=USERS.replace("people", "more")),
    )
    assert ref_of(project, "tickets") == PersonRef(source="more", key="requester_id")


def test_a_contract_of_ones_own_may_name_a_preset_in_its_person_ref(make_project: Any) -> None:
    own = (
        "source: calls\npath: in/*.csv\nholds: events\nchannel: phone\ntouchpoint_key: id\n"
        "occurred_at: at\nperson_ref: {preset: zendesk_users, key: user}\n"
    )
    project = load_project(make_project(a=own, b=USERS))
    assert ref_of(project, "calls") == PersonRef(source="people", key="user")


def test_a_preset_written_out_has_the_fingerprint_of_the_preset(make_project: Any) -> None:
    by_name = load_project(make_project(users=USERS, tickets=TICKETS))
    shown = the("zendesk_tickets").written_out().replace("zendesk_tickets", "tickets", 1)
    written = load_project(make_project(users=USERS, tickets=shown))
    assert written.source("tickets").preset is None
    assert fingerprint(written.source("tickets")) == fingerprint(by_name.source("tickets"))


def test_columns_that_only_the_preset_names_may_be_missing_save_keys(source_of: Any) -> None:
    source = source_of(USERS + "person: {phone: Mobile}\n")
    assert columns_expected(source) == ("Mobile", "external_id", "id")
    assert set(columns_expected(source)) < set(columns_named(source))


def test_columns_of_a_contract_without_a_preset_are_all_expected(make_project: Any) -> None:
    (source,) = load_project(make_project()).sources
    assert columns_expected(source) == columns_named(source)


def test_the_survey_tells_lines_of_preset_and_contract(make_project: Any) -> None:
    written = survey_project(make_project(only=USERS + "trust: 7\n")).contracts["people"]
    assert written.line(("trust",)) == 4
    assert written.line(written.loc_of("role")) == 2


@pytest.mark.parametrize("name", [preset.name for preset in presets()])
def test_every_preset_loads_by_itself_and_written_out(name: str, make_project: Any) -> None:
    preset = the(name)
    refs = preset.contract.get("person_ref")
    others = {"others": _named(str(refs["preset"]))} if isinstance(refs, dict) else {}
    by_name = load_project(make_project(only=_named(name), **others)).source(name)
    written = load_project(make_project(only=preset.written_out(), **others)).source(name)
    assert fingerprint(by_name) == fingerprint(written)
    assert not {"source", "path"} & set(preset.contract)


def _named(name: str) -> str:
    return f"source: {name}\npreset: {name}\npath: inbox/{name}/*.{_ending(name)}\n"


def _ending(name: str) -> str:
    return the(name).about.ending


def test_an_unknown_preset_leaves_the_rest_of_the_project_checked(make_project: Any) -> None:
    with pytest.raises(ProjectError) as error:
        load_project(make_project(a=USERS.replace("zendesk_users", "qqq"), b="source: x\n"))
    assert {fault.file for fault in error.value.faults} == {"sources/a.yaml", "sources/b.yaml"}
