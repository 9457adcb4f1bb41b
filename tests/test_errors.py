"""Errors say what, where, how many and what next, and survive a change of process."""

from __future__ import annotations

import pickle

import pytest

from cdp import errors
from cdp.errors import CdpError, Fault, ProjectError, StoreLockedError, TableContractError


def _all_errors() -> list[type[CdpError]]:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return [kind for kind in kinds if issubclass(kind, CdpError)]


def test_an_error_says_what_where_how_many_and_what_next() -> None:
    error = CdpError(what="no column `id`", where="web", how_many=3, next_step="mend the contract")
    assert str(error) == "web: no column `id` (3)\nHint: mend the contract"


def test_an_error_says_no_more_than_it_knows() -> None:
    assert str(CdpError(what="no column `id`")) == "no column `id`"


def test_none_at_all_is_a_number_worth_saying() -> None:
    assert str(CdpError(what="rows read", how_many=0)) == "rows read (0)"


def test_the_docstring_draws_every_error_and_no_other() -> None:
    drawn = {word for word in (errors.__doc__ or "").split() if word.endswith("Error")}
    assert drawn == {kind.__name__ for kind in _all_errors()}


def test_every_error_but_the_root_says_when_to_catch_it() -> None:
    assert [k.__name__ for k in _all_errors() if "atch it" not in (k.__doc__ or "")] == []


@pytest.mark.parametrize(
    ("name", "exit_code"),
    [
        ("CdpError", 1),
        ("ConfigError", 2),
        ("ProjectError", 2),
        ("ContractError", 3),
        ("TableContractError", 3),
        ("SqlContractError", 3),
        ("DeliveryError", 3),
        ("DeliveryHeldError", 3),
        ("GateError", 3),
        ("NotFoundError", 4),
        ("TransientError", 75),
        ("StoreLockedError", 75),
        ("StoreFullError", 75),
        ("NotPermittedError", 77),
    ],
)
def test_the_shell_gets_a_number_by_what_is_to_be_done(name: str, exit_code: int) -> None:
    assert getattr(errors, name).exit_code == exit_code


def test_a_project_error_shows_every_fault_sorted_by_file_and_line() -> None:
    later, first = Fault("b.yaml", 2, "two", "hint"), Fault("a.yaml", 10, "one")
    error = ProjectError([later, Fault("b.yaml", 0, "none"), first])
    assert str(error) == (
        "3 faults in the project\n  a.yaml:10: one\n  b.yaml: none\n  b.yaml:2: two (hint)\n"
        "Hint: mend the lines above"
    )


@pytest.mark.parametrize(
    "error",
    [
        StoreLockedError(what="held by run r1", where="warehouse", next_step="wait"),
        TableContractError(what="not unique", where="clean.records", how_many=2, first_keys=[1, 2]),
        ProjectError([Fault("a.yaml", 1, "one")]),
    ],
)
def test_an_error_reaches_another_process_whole(error: CdpError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error)
    assert (str(arrived), vars(arrived)) == (str(error), vars(error))
