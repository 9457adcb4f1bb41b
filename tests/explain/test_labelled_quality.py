"""`cdp evaluate` from the labels file to the page, and what it says that labels cannot say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from cdp import cli
from cdp.errors import ContractError
from cdp.explain import LabelledQuality, evaluate_snapshot, open_snapshot, read_quality, render
from cdp.explain.calibration import calibrate, told_and_true
from tests.explain.linked import Tables, link
from tests.explain.snapshot import Row, publish, shown
from tests.explain.test_report_page import EVIDENCE, LOADS, Tags, planted
from tests.laws.world import Company

SECRET = "secret@x.org"
LABELS = "source,key,entity\ncrm,1,Kate\ncrm,2,Kate\ncrm,4,Ana\ncrm,5,Paul\ncrm,77,X\nshop,o1,Kate"


def inline(number: int, **stated: object) -> Row:
    """A person inside events of the shop."""
    lists: Row = {name: [] for name in ("emails", "phones", "keys")}
    return {
        "record_id": number, "source": "shop", "source_record_id": f"person:{number}",
        "is_inline": True, **lists, **stated,
    }  # fmt: skip


def evaluated(
    folder: Path, tables: Tables, labels: Sequence[tuple[str | None, ...]]
) -> LabelledQuality:
    publish(folder, {"runs": [{"run_id": "r1"}], **tables})
    known = pl.DataFrame(
        labels, schema=dict.fromkeys(("source", "key", "entity"), pl.String), orient="row"
    )
    with open_snapshot(folder) as snapshot:
        return evaluate_snapshot(snapshot, known)


def events(**of: int) -> list[Row]:
    """Events of the shop by key, each of one record."""
    return [
        {"source": "shop", "source_touchpoint_id": key, "record_id": record, "touchpoint_id": n,
         "occurred_at": datetime(2026, 1, 1)}
        for n, (key, record) in enumerate(of.items())
    ]  # fmt: skip


def test_a_person_inside_events_is_known_by_them_when_they_agree(tmp_path: Path) -> None:
    numbers = (1, 2, 3, 4, 5)
    tables: Tables = {
        "records": [inline(n, given_name=None if n == 4 else "Ann") for n in numbers],
        "members": [{"record_id": n, "customer_id": "a"} for n in numbers],
        "timeline": events(o1=1, o2=1, o3=2, o4=2, o5=3, o6=3, o7=4, o8=5),
    }
    said = [("o1", "Ann"), ("o2", "Ann"), ("o3", "Ann"), ("o4", "Bob"), ("o5", "Ann"), ("o6", None),
            ("o7", "Ann"), ("o8", None), ("o9", "Ann")]  # fmt: skip
    found = evaluated(tmp_path, tables, [("shop", *label) for label in said])
    told = found.coverage
    assert (told.labels, told.blank, told.unknown) == (9, 2, 1)
    assert told.unknown_by_source == {"shop": 1}
    assert (told.disputed, told.nameless, told.records, told.all_records) == (2, 1, 1, 5)
    assert found.figures.entities == 1


def test_labels_that_mean_no_record_are_an_error_only_when_none_does(tmp_path: Path) -> None:
    tables: Tables = {
        "records": [inline(1, given_name="Ann")],
        "members": [{"record_id": 1, "customer_id": "a"}],
        "timeline": events(o1=1),
    }
    with pytest.raises(ContractError, match="2 mean no record, 1 have no entity") as raised:
        evaluated(
            tmp_path,
            tables,
            [("shop", SECRET, SECRET), (SECRET, "o1", SECRET), ("shop", "o1", None)],
        )
    assert raised.value.how_many == 3
    assert "labels name a source that is not there (1); there are: shop" in raised.value.next_step
    assert "secret" not in str(raised.value)


def test_labels_of_unknown_sources_are_told_the_nearest_known_one(tmp_path: Path) -> None:
    tables: Tables = {
        "records": [inline(1, given_name="Ann")],
        "members": [{"record_id": 1, "customer_id": "a"}],
        "timeline": events(o1=1),
    }
    found = evaluated(tmp_path, tables, [("shop", "o1", "Ann"), ("shops", "o2", "Ann")])
    assert found.coverage.misnamed == (
        "labels name a source that is not there (1); there are: shop; did you mean `shop`?"
    )
    assert "did you mean `shop`?" in shown(render.evaluation(found, None))


def test_no_personal_value_or_entity_is_shown_unasked(tmp_path: Path) -> None:
    sides = {"customer_id_l": "a", "customer_id_r": "b"}
    links = [{**link("review", 1.0, evidence=EVIDENCE), **sides}]
    tables: Tables = {**planted(SECRET), "links": links}
    records = [
        {**row, "source_record_id": f"{n}{SECRET}"} for n, row in enumerate(tables["records"])
    ]
    labels = [("crm", f"{n}{SECRET}", f"entity {SECRET}") for n in range(2)]
    found = evaluated(tmp_path, {**tables, "records": records}, labels)
    assert found.mistakes["missed"]["mistake"].to_list() == ["review"]
    with open_snapshot(tmp_path) as snapshot:
        text = render.report_page(read_quality(snapshot), labelled=found)
    said = text + json.dumps(found.as_dict()) + shown(render.evaluation(found, "page.html"))
    assert "secret" not in said
    assert "s***" in said


def test_the_page_with_labels_is_whole_and_loads_nothing(tmp_path: Path) -> None:
    labels = [("crm", f"C-{n}", "Ann") for n in (1, 2)]
    found = evaluated(tmp_path, planted_with_keys(), labels)
    with open_snapshot(tmp_path) as snapshot:
        text = render.report_page(read_quality(snapshot), labelled=found)
    tags = Tags(text)
    assert tags.opened == []
    assert {"labelled", "calibration", "wrong", "missed"} <= set(tags.headings)
    assert not LOADS.search(text)


def planted_with_keys() -> Tables:
    tables = planted("x")
    keys = [{**row, "source_record_id": f"C-{row['record_id']}"} for row in tables["records"]]
    return {**tables, "records": keys}


def test_a_customer_of_which_a_part_is_judged_and_a_lack_of_mistakes_are_not_read_as_proof(
    tmp_path: Path,
) -> None:
    tables: Tables = {
        "records": [inline(n, given_name="Ann") for n in (1, 2, 3)],
        "members": [{"record_id": n, "customer_id": c} for n, c in ((1, "a"), (2, "a"), (3, "b"))],
        "timeline": events(o1=1, o2=2, o3=3),
    }
    part = evaluated(tmp_path / "part", tables, [("shop", "o1", "Ann"), ("shop", "o3", "Bob")])
    assert (part.coverage.customers_in_part, part.figures.clusters) == (1, 2)
    assert "1 of the 2 customers also hold" in shown(render.evaluation(part, None))
    # Three of n: with none seen in n, up to 3 / n may be there.
    assert part.intervals["wrong_merges_per_10k"] == (0.0, 10_000.0)
    names = [("shop", f"o{n}", name) for n, name in enumerate(("Ann", "Ann", "Bob"), start=1)]
    whole = evaluated(tmp_path / "whole", tables, names)
    assert whole.coverage.customers_in_part == 0
    assert "also hold" not in shown(render.evaluation(whole, None))


def test_told_and_true_are_of_links_whose_records_both_have_labels() -> None:
    rows = [("accepted", 0.0, True), ("accepted", 3.0, True), ("accepted", 3.0, False),
            ("review", 0.0, False), ("refused", -20.0, False)]  # fmt: skip
    links = pl.DataFrame(rows, schema=["status", "match_weight", "is_right"], orient="row")
    assert calibrate(links).select("status", "band", "pairs", "true").rows() == [
        ("accepted", "0 to 3 bits", 1, 1.0),
        ("accepted", "3 to 6 bits", 2, 0.5),
        ("review", "0 to 3 bits", 1, 0.0),
        ("refused", "under -10 bits", 1, 0.0),
    ]
    count, told, true = told_and_true(links)
    assert count == 3
    assert true == pytest.approx(2 / 3)
    assert told == pytest.approx((0.5 + 2 * 8 / 9) / 3)
    assert told_and_true(links.clear()) == (0, None, None)


def test_the_command_judges_and_says_what_a_sample_cannot(
    first_run: Company, tmp_path: Path
) -> None:
    labels, page = tmp_path / "labels.csv", tmp_path / "page.html"
    labels.write_text(LABELS, encoding="utf-8")
    words = ["evaluate", "--labels", str(labels), "--project", str(first_run.root)]
    done = CliRunner().invoke(cli.app, [*words, "--out", str(page)])
    assert done.exit_code == 0, done.output
    assert "All figures are of the judged records alone" in " ".join(done.output.split())
    assert "By the word of labels" in page.read_text(encoding="utf-8")
    assert "auer@example.org" not in done.output + page.read_text(encoding="utf-8")
    told = json.loads(CliRunner().invoke(cli.app, [*words, "--json"]).stdout)
    assert told["coverage"]["unknown_by_source"] == {"crm": 1}
    # Keys 1 and 2 and the order o1 are Kate, whom nobody else is put together with.
    assert (told["coverage"]["records"], told["figures"]["entities"]) == (5, 3)
    assert told["figures"]["pairwise_recall"] == 1.0
    report = ["report", *words[1:], "--out", str(page)]
    assert CliRunner().invoke(cli.app, report).exit_code == 0
    assert "By the word of labels" in page.read_text(encoding="utf-8")
