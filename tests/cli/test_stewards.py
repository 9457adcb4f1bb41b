"""The commands of stewards, typed: what they ask, write, refuse, and show afterwards."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cdp import cli
from cdp.errors import ConfigError, NotFoundError
from cdp.explain import open_snapshot
from cdp.explain.stewards import find_key
from cdp.store.layout import Layout
from cdp.store.lock import writer_lock
from cdp.store.rulings import read_rulings
from tests.explain.linked import Tables, link, people
from tests.explain.snapshot import Row, customer_id, publish
from tests.laws.world import AS_OF, Company

ANN, ANNE, BOB, BEN = (customer_id(letter) for letter in "abcd")
Typed = Callable[..., Result]

PEOPLE = f"""
    {ANN}  | Ann  | Lee   | ann@example.com  | 12207
    {ANNE} | Anne | Lee   | anne@example.com | 12207
    {BOB}  | Bob  | =Ray  | bob@example.com  | 12207
    {BOB}  | Rob  | Ray   | bob@example.com  | 12207
    {BEN}  | Ben  | Stone | ben@example.com  | 12208
"""


def in_doubt(root: Path, *links: Row) -> Company:
    """A company of which a snapshot says who is whose and which links are in doubt."""
    company = Company(root)
    tables = people(PEOPLE)
    owners = {row["record_id"]: row["customer_id"] for row in tables["members"]}
    tables["customers"] = [
        {**row, "touchpoint_count": 4 if row["customer_id"] == BEN else 0}
        for row in tables["customers"]
    ]
    whole = [
        {**row, "customer_id_l": owners[row["record_l"]], "customer_id_r": owners[row["record_r"]],
         "evidence": json.dumps({"surname": {"level": "same", "weight_bits": row["match_weight"]}})}
        for row in links
    ]  # fmt: skip
    rows = [
        {"source": "crm", "source_record_id": f"C-{record}", "record_id": record,
         "customer_id": owner, "disposition": "accepted", "source_row": record}
        for record, owner in owners.items()
    ]  # fmt: skip
    deliveries: list[Row] = [{"delivery_id": "x", "source": "crm"}]
    published: Tables = {
        **tables, "links": whole, "source_records": rows, "deliveries": deliveries,
        "runs": [{"run_id": "r1"}],
    }  # fmt: skip
    publish(root / "warehouse", published)
    return company


REVIEW = link("review", -0.5, 1, 2)
GUARDED = link("refused", 2.0, 1, 3, reason="contradiction: different first name")
BY_RULE = link("refused", 30.0, 2, 5, reason="never-link rule `x`, though linked by the model")
FAINT = link("accepted", 1.5, 3, 4)


@pytest.fixture
def doubtful(tmp_path: Path) -> Company:
    return in_doubt(tmp_path, REVIEW, GUARDED, BY_RULE, FAINT)


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    monkeypatch.setenv("CDP_PROJECT", str(tmp_path))

    def command(*words: str, answers: str = "") -> Result:
        return CliRunner().invoke(cli.app, list(words), input=answers)

    return command


def said(company: Company) -> list[tuple[str, str, str, str]]:
    return [(r.ruling, r.left, r.right, r.ruled_by) for r in read_rulings(company.root).in_force]


def cases(typed: Typed) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(typed("review", "--json").stdout)["cases"]
    return found


def test_doubts_are_asked_in_the_order_of_what_they_change(doubtful: Company, typed: Typed) -> None:
    shown = [(c["change"], c["left"], c["right"], c["records"]) for c in cases(typed)]
    # The two that weigh as far from the threshold go by their records; a rule's refusal is none.
    assert shown == [
        ("part", "crm:C-3", "crm:C-4", 1),
        ("join", "crm:C-1", "crm:C-3", 1),
        ("join", "crm:C-1", "crm:C-2", 1),
    ]
    done = typed("review", "--by", "kim", answers="n\nmaybe\ny\nq\n")
    assert done.exit_code == 0, done.output
    assert "Case 1 of 3: one customer now; if two people, 1 record and" in done.output
    assert said(doubtful) == [
        ("must_link", "crm:C-1", "crm:C-3", "kim"),
        ("cannot_link", "crm:C-3", "crm:C-4", "kim"),
    ]
    # What is ruled on is no case any more, before any run.
    assert [case["left"] for case in cases(typed)] == ["crm:C-1"]


def test_what_changes_more_comes_first_however_light(tmp_path: Path, typed: Typed) -> None:
    in_doubt(tmp_path, REVIEW, link("review", -1.4, 4, 5))
    shown = [(case["right"], case["records"], case["touchpoints"]) for case in cases(typed)]
    assert shown == [("crm:C-5", 1, 4), ("crm:C-2", 1, 0)]


def test_a_run_that_is_on_stands_in_nobodys_way(doubtful: Company, typed: Typed) -> None:
    with writer_lock(Layout(doubtful.root / "warehouse"), run_id="other", started_at=AS_OF):
        assert typed("review", "--by", "kim", answers="y\n").exit_code == 0
        assert typed("rule", "cannot-link", "crm:C-1", "crm:C-5", "--by", "kim").exit_code == 0
    assert len(said(doubtful)) == 2


def test_a_file_is_filled_in_and_read_back(doubtful: Company, typed: Typed) -> None:
    file = doubtful.root / "cases.csv"
    assert typed("review", "--csv-out", str(file)).exit_code == 0
    text = file.read_text(encoding="utf-8-sig")
    assert "bob@example.com" not in text
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["ruling"] for row in rows] == ["", "", ""]
    rows[0] |= {"ruling": "Different", "note": "'=asked"}
    rows[2] |= {"ruling": "same"}
    # A spreadsheet of another country parts cells by semicolons.
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    done = typed("review", "--csv-in", str(file), "--by", "kim", "--json")
    assert json.loads(done.stdout)["rulings"] == 2
    assert said(doubtful) == [
        ("must_link", "crm:C-1", "crm:C-2", "kim"),
        ("cannot_link", "crm:C-3", "crm:C-4", "kim"),
    ]
    assert read_rulings(doubtful.root).in_force[1].note == "=asked"


def test_no_cell_of_the_file_begins_as_a_formula(doubtful: Company, typed: Typed) -> None:
    file = doubtful.root / "cases.csv"
    typed("review", "--csv-out", str(file), "--with-values")
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    cells = [cell for row in csv.reader(lines) for cell in row]
    assert "'=Ray" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{name},perhaps", "line 3: `ruling` is none of"),
        ("case-000000000000,same", "line 3: there is no such case"),
        ("{other},different", "line 3: an earlier line says the contrary"),
    ],
)
def test_a_file_with_a_bad_line_is_not_half_applied(
    doubtful: Company, typed: Typed, line: str, fault: str
) -> None:
    names = [str(case["name"]) for case in cases(typed)]
    told = line.format(name=names[1], other=names[0])
    (doubtful.root / "c.csv").write_text(f"case,ruling\n{names[0]},same\n{told}\n")
    done = typed("review", "--csv-in", str(doubtful.root / "c.csv"))
    assert isinstance(done.exception, ConfigError)
    assert fault in str(done.exception)
    assert "perhaps" not in str(done.exception)
    assert said(doubtful) == []


def test_rulings_are_said_and_withdrawn_by_any_word_for_a_record(
    doubtful: Company, typed: Typed
) -> None:
    done = typed("rule", "must-link", "ben@example.com", "crm:C-1", "--by", "kim", "--note", "met")
    assert done.exit_code == 0, done.output
    assert said(doubtful) == [("must_link", "crm:C-1", "crm:C-5", "kim")]
    (row,) = json.loads(typed("rulings", "--json").stdout)["rulings"]
    assert (row["state"], row["note"]) == ("waiting", "met")
    several = typed("rule", "must-link", "bob@example.com", "crm:C-1", "--by", "kim")
    assert isinstance(several.exception, ConfigError)
    stranger = typed("rule", "must-link", "nobody:1", "crm:C-1", "--by", "kim")
    assert isinstance(stranger.exception, NotFoundError)
    assert len(said(doubtful)) == 1
    assert typed("rule", "withdraw", "crm:C-5", "crm:C-1", "--by", "lee").exit_code == 0
    assert said(doubtful) == []
    twice = typed("rule", "withdraw", "crm:C-5", "crm:C-1", "--by", "lee")
    assert isinstance(twice.exception, NotFoundError)


def test_a_ruling_that_replaces_another_says_whose_and_none_is_kept_silent(
    doubtful: Company, typed: Typed
) -> None:
    typed("rule", "must-link", "crm:C-1", "crm:C-5", "--by", "ann")
    done = typed("rule", "cannot-link", "crm:C-5", "crm:C-1", "--by", "lee")
    told = " ".join(done.output.split())
    assert "This replaces ann's must link of 20" in told
    assert "on crm:C-1 and crm:C-5." in told
    told = " ".join(typed("rulings").output.split())
    assert "1 earlier ruling was replaced" in told
    assert "ann" not in " ".join(r.ruled_by for r in read_rulings(doubtful.root).in_force)
    first = typed("rule", "must-link", "crm:C-1", "crm:C-3", "--by", "ann", "--json")
    assert json.loads(first.stdout)["replaced"] == []
    assert "replaces lee's cannot link" in " ".join(
        typed("rule", "withdraw", "crm:C-1", "crm:C-5", "--by", "kim").output.split()
    )


def test_words_that_are_not_two_records_are_told_which_and_why(
    doubtful: Company, typed: Typed
) -> None:
    several = typed("rule", "must-link", "crm:C-1", BOB)
    assert f"the second word: it means 2 records of {BOB}, and a ruling is on" in str(
        several.exception
    )
    same = typed("rule", "must-link", "crm:C-1", "ann@example.com")
    assert "both words mean the same record" in str(same.exception)
    assert said(doubtful) == []
    done = typed("rule", "must-link", "crm:C-1", "crm:c5", "--by", "kim")
    assert done.exit_code == 0
    told = " ".join(done.output.split())
    assert "no record crm:c5 is there (yet); it holds once it comes" in told
    assert "Near to crm:c5 is crm:C-5" in told


def test_what_is_ruled_already_is_not_said_again_unless_there_is_more_to_say(
    doubtful: Company, typed: Typed
) -> None:
    words = ("rule", "must-link", "crm:C-1", "crm:C-5", "--by")
    typed(*words, "ann", "--note", "spoke to her")
    told = " ".join(typed(*words, "kim").output.split())
    assert "ann ruled so on 20" in told
    assert "nothing is added" in told
    assert "replaces" not in told
    assert said(doubtful) == [("must_link", "crm:C-1", "crm:C-5", "ann")]
    typed(*words, "kim", "--note", "so did I")
    assert said(doubtful) == [("must_link", "crm:C-1", "crm:C-5", "kim")]


def test_the_beginning_of_a_stated_persons_key_is_enough(tmp_path: Path) -> None:
    keys = ["person:c5cb844c" + "0" * 24, "person:c5cb9" + "1" * 27]
    records = [
        {"record_id": place, "source": "shop", "source_record_id": key, "is_current": True}
        for place, key in enumerate(keys, 1)
    ]
    publish(tmp_path / "warehouse", {"records": records, "runs": [{"run_id": "r1"}]})
    with open_snapshot(tmp_path / "warehouse") as snapshot:
        for word in ("shop:person:c5cb844c…", "shop:person:c5cb84", f"shop:{keys[0]}"):
            assert find_key(snapshot, word, sources={"shop"}, region="US") == f"shop:{keys[0]}"
        for word, problem in (("shop:person:c5cb", "2 records"), ("shop:person:ff…", "no records")):
            with pytest.raises(ConfigError, match=problem):
                find_key(snapshot, word, sources={"shop"}, region="US")


def test_rulings_that_gainsay_one_another_are_named_at_once(
    doubtful: Company, typed: Typed
) -> None:
    typed("rule", "must-link", "crm:C-1", "crm:C-2", "--by", "kim")
    typed("rule", "must-link", "crm:C-2", "crm:C-3", "--by", "kim")
    typed("rule", "must-link", "crm:C-5", "crm:C-99", "--by", "kim")
    done = typed("rule", "cannot-link", "crm:C-3", "crm:C-1", "--by", "lee")
    told = " ".join(done.output.split())
    assert "must links join crm:C-1 = crm:C-2 = crm:C-3; the cannot link stands" in told
    states = json.loads(typed("rulings", "--json").stdout)["rulings"]
    assert [row["state"] for row in states] == ["contradicted"] * 3 + ["unknown"]
    assert "crm:C-1 = crm:C-2 = crm:C-3" in " ".join(typed("rulings").output.split())
