"""Every competitor reads the same people, and one that cannot run is told, not scored."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benchmarks.labelled import LabelledSet, febrl_set
from benchmarks.peers import Answer, Environment, NotRunError, exact, goldenmatch
from benchmarks.people import Person, tabulate
from benchmarks.quality import compete

NOWHERE = Environment(1, Path("no-such-environment"))


def made_up(people: dict[str, Person]) -> LabelledSet:
    truth = pl.DataFrame({"record": list(people), "entity": ["x"] * len(people)})
    return LabelledSet("made up", tabulate(people.items()), truth, lambda _root: None)


def joined(people: dict[str, Person]) -> set[frozenset[str]]:
    answer = exact.run(made_up(people), NOWHERE)
    groups = answer.clusters.group_by("cluster").agg("record")["record"]
    return {frozenset(group) for group in groups}


def test_equal_identifiers_of_any_kind_hang_together_through_others() -> None:
    found = joined(
        {
            "a": {"email": ["a@example.com"]},
            "b": {"email": ["b@example.com", "a@example.com"], "phone": ["2125550123"]},
            "c": {"phone": ["2125550123"]},
            "d": {"key": ["shop:2125550123"]},
        }
    )
    assert found == {frozenset("abc"), frozenset("d")}


def test_without_identifiers_equal_names_and_birth_dates_do() -> None:
    ann = {"given_name": ["ann"], "surname": ["marsh"], "birth_date": ["1970-01-02"]}
    unborn = {"given_name": ["ann"], "surname": ["marsh"]}
    found = joined({"a": ann, "b": dict(ann), "c": unborn, "d": dict(unborn)})
    assert found == {frozenset("ab"), frozenset("c"), frozenset("d")}


def test_a_peer_that_is_not_installed_is_not_run_and_not_nought() -> None:
    labelled = made_up({"a": {"email": ["a@example.com"]}})
    found = compete(lambda: labelled, {"GoldenMatch": goldenmatch.MODES}, NOWHERE)
    assert "not there" in found["GoldenMatch"]["not_run"]
    assert "f1" not in found["GoldenMatch"]


def test_of_several_modes_the_one_with_the_highest_f1_counts() -> None:
    def answers(*clusters: int) -> Answer:
        return Answer(pl.DataFrame({"record": ["a", "b"], "cluster": clusters}), 0.0)

    def fails(labelled: LabelledSet, environment: Environment) -> Answer:
        raise NotRunError("no")

    modes = {
        "apart": lambda *_: answers(1, 2),
        "together": lambda *_: answers(1, 1),
        "fails": fails,
    }
    labelled = made_up({"a": {"email": ["a@example.com"]}, "b": {"email": ["b@example.com"]}})
    assert compete(lambda: labelled, {"peer": modes}, NOWHERE)["peer"]["f1"] == 1.0


def test_the_names_of_febrl_records_do_not_tell_who_they_are() -> None:
    labelled = febrl_set("febrl1", Path(__file__).parent / "febrl1.csv.gz")
    assert labelled.people["record"].str.contains("rec-").sum() == 0
    assert (labelled.truth.height, labelled.truth["entity"].n_unique()) == (1_000, 500)
    assert labelled.people["key"].count() == 0


@pytest.mark.parametrize("kind", ["given_name", "surname", "birth_date", "street", "postcode"])
def test_febrl_states_what_its_mapping_names(kind: str) -> None:
    labelled = febrl_set("febrl1", Path(__file__).parent / "febrl1.csv.gz")
    assert labelled.people[kind].count() > 900
