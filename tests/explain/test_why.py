"""`cdp why`: the numbers add up, the words say what was decided, and nothing personal leaks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp import explain
from cdp.errors import ConfigError, NotFoundError
from cdp.explain.judging import Step, read_steps
from cdp.explain.why import OfOne, OfTwo, Why
from cdp.explain.why.reweighing import weigh_anew
from cdp.explain.why.sides import shown_bits, tenth
from cdp.project import Resolving
from tests.explain.linked import Tables, link, people
from tests.explain.snapshot import Row, customer_id, event, publish, shown
from tests.laws.world import Company

ANN, BOB = customer_id("a"), customer_id("b")


def ask(store: Path, *words: str) -> Why:
    with explain.open_snapshot(store) as snapshot:
        return explain.read_why(snapshot, words, default_region="US", resolving=Resolving())


def two(store: Path, *words: str) -> OfTwo:
    found = ask(store, *words)
    assert isinstance(found, OfTwo)
    return found


def one(store: Path, *words: str) -> OfOne:
    found = ask(store, *words)
    assert isinstance(found, OfOne)
    return found


def world(folder: Path, persons: str, *links: Row, **others: list[Row]) -> Path:
    """A snapshot of people as in `linked.people`, their links and events."""
    tables = people(persons)
    owners = {row["record_id"]: row["customer_id"] for row in tables["members"]}
    whole = [
        {**row, "customer_id_l": owners[row["record_l"]], "customer_id_r": owners[row["record_r"]]}
        for row in links
    ]
    rows = [
        {"source": "crm", "source_record_id": f"C-{record}", "record_id": record,
         "customer_id": owner, "disposition": "accepted", "source_row": record}
        for record, owner in owners.items()
    ]  # fmt: skip
    deliveries: list[Row] = [{"delivery_id": "x", "source": "crm"}]
    traits = [{"customer_id": row["customer_id"]} for row in tables["customers"]]
    published: Tables = {
        **tables, "links": whole, "source_records": rows, "deliveries": deliveries,
        "computed_traits": traits, **others,
    }  # fmt: skip
    publish(folder, published)
    return folder


def weighed(**bits: float) -> str:
    return json.dumps({n: {"level": "same", "weight_bits": b} for n, b in bits.items()})


PAIR = f"""
    {ANN} | Ann | Lee | ann@example.com | 12207
    {BOB} | Bob | Ray | bob@example.com | 12207
"""
THREE = f"""
    {ANN} | Ann  | Lee | ann@example.com | 12207
    {ANN} | Anne | Lee |                 | 12207
    {ANN} | A    | Lee | a@example.com   |
"""


# --- numbers --------------------------------------------------------------------------------------


@given(st.lists(st.floats(-60, 60), min_size=1, max_size=20), st.floats(-0.04, 0.04))
def test_shown_bits_add_up_to_the_shown_total(bits: list[float], slack: float) -> None:
    total = sum(bits) + slack
    tenths = [round(10 * one) for one in shown_bits(bits, total)]
    assert sum(tenths) == round(10 * tenth(total))
    assert all(abs(one / 10 - told) < 0.15 for one, told in zip(tenths, bits, strict=True))


def test_the_lines_of_every_link_add_up_to_its_weight(first_run: Company) -> None:
    links = first_run.query("select * from links where status = 'accepted' or kind <> 'declared'")
    assert links.height > 3
    for row in links.to_dicts():
        sides = (f"{row[f'source_{s}']}:{row[f'source_record_id_{s}']}" for s in "lr")
        pair = two(first_run.root / "warehouse", *sides).pair
        assert pair.kind == row["kind"]
        assert pair.weight == tenth(row["match_weight"])
        told = [line.bits for line in pair.lines if line.bits is not None]
        assert round(sum(told), 6) == pair.weight


def test_a_link_weighed_anew_weighs_what_the_run_said(first_run: Company) -> None:
    links = first_run.query("select * from links where kind = 'probabilistic'")
    assert links.height > 3
    with explain.open_snapshot(first_run.root / "warehouse") as snapshot:
        for row in links.to_dicts():
            found = weigh_anew(snapshot, row["record_r"], row["record_l"])
            assert found is not None
            published = {s.comparison: s for s in read_steps(row["evidence"])}
            rivals = published.pop("rivals", Step("rivals", "", 0.0)).bits
            assert {s.comparison: s for s in read_steps(found.evidence)} == published
            assert found.match_weight + rivals == pytest.approx(row["match_weight"], abs=0.02)


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "bits", "reason", "said"),
    [
        ("accepted", 9.0, "the model; found by email", "One customer: same email"),
        ("review", 0.5, "the model; found by email", "A link needs 1.0 bits"),
        ("refused", 4.0, "contradiction: different birth date", "birth date), so a guard"),
        ("refused", 4.0, "group: too little joins them", "By itself the pair would link"),
        ("refused", 4.0, "size: the group would be too large", "grow too large"),
        ("refused", -9.0, "household: as likely two", "two people of one home. In all"),
        ("refused", -9.0, "rivals: another record", "one person at most"),
        ("refused", -9.0, "evidence: too little", "too little speaks for it"),
        ("refused", 40.0, "never-link rule `twins`, though linked by the model; found by email",
         "your never-link rule `twins` keeps them apart, though the model speaks for a link"),
        ("refused", 40.0, "limit of 1 `crm` per customer, though linked by same key of `shop`",
         "no more than 1 `crm` (your limit), though same key of `shop` speaks for a link"),
        ("refused", 4.0, "a reason of tomorrow", "Two customers: a reason of tomorrow."),
    ],
)  # fmt: skip
def test_the_verdict_says_what_decided(
    tmp_path: Path, status: str, bits: float, reason: str, said: str
) -> None:
    persons = PAIR.replace(BOB, ANN) if status == "accepted" else PAIR
    evidence = weighed(email=bits)
    store = world(tmp_path, persons, link(status, bits, reason=reason, evidence=evidence))
    found = two(store, "crm:C-1", "crm:C-2")
    assert said in found.verdict
    assert found.is_one is (status == "accepted")
    assert found.pair.found_by == ("email" if "; found by" in reason else None)
    text = shown(explain.render.why(found))
    assert " ".join(found.verdict.split()) in " ".join(text.split())
    assert status in text


@pytest.mark.parametrize(
    ("kind", "reason", "said"),
    [
        ("declared", "same key of `shop`", "both state the same key of `shop`"),
        ("deterministic", "always-link rule `card`, though different first name",
         "your always-link rule `card`, though different first name"),
        ("ruled", "", "a decision that gives no reason"),
    ],
)  # fmt: skip
def test_a_key_or_a_rule_is_named(tmp_path: Path, kind: str, reason: str, said: str) -> None:
    rule = link("accepted", 40.0, kind=kind, reason=reason, evidence=weighed(always_link=40.0))
    store = world(tmp_path, PAIR.replace(BOB, ANN), rule)
    assert said in two(store, "crm:C-1", "crm:C-2").verdict


def test_an_entry_of_a_project_of_its_own_reads_its_attribute(tmp_path: Path) -> None:
    persons = people(PAIR.replace(BOB, ANN))
    card = '{"loyalty_card": "L-77"}'
    records: list[Row] = [{**row, "attributes": card} for row in persons["records"]]
    rule = link("accepted", 9.0, evidence=weighed(loyalty_card=9.0))
    store = world(tmp_path, PAIR.replace(BOB, ANN), rule, records=records)
    found = two(store, "crm:C-1", "crm:C-2")
    (line,) = [line for line in found.pair.lines if line.what == "loyalty_card"]
    assert (line.left, line.right, line.bits) == (("L-77",), ("L-77",), 9.0)
    assert "same loyalty card" in found.verdict
    (hidden,) = [line for line in found.masked().pair.lines if line.what == "loyalty_card"]
    assert hidden.left == ("***",)


def test_without_a_link_of_their_own_the_chain_is_told(tmp_path: Path) -> None:
    links = [link("accepted", 9.0, 1, 2), link("accepted", 3.0, 2, 3)]
    found = two(world(tmp_path, THREE, *links), "crm:C-3", "crm:C-1")
    assert [(hop.left.key, hop.right.key) for hop in found.chain] == [
        ("C-3", "C-2"),
        ("C-2", "C-1"),
    ]
    assert found.is_one
    assert "a chain of 2 links joins them, and the weakest of its links weighs 3.0 bits" in (
        found.verdict
    )
    assert "weakest" in shown(explain.render.why(found))


def test_an_id_that_was_merged_away_leads_to_the_pair_of_today(tmp_path: Path) -> None:
    history = [event("merged", "c", 2, survivor_id=BOB)]
    refused = link("refused", 4.0, reason="contradiction: different first name")
    found = two(world(tmp_path, PAIR, refused, customer_changes=history), "crm:C-1",
                customer_id("c"))  # fmt: skip
    assert found.pair.right.customer_id == BOB
    assert found.notes == (f"{customer_id('c')} was merged; it lives on in {BOB}.",)


def test_two_that_were_never_kept_are_weighed_now(first_run: Company) -> None:
    found = two(first_run.root / "warehouse", "crm:3", "crm:8")
    assert not found.is_one
    assert found.pair.is_anew
    assert "too little speaks for one person for the pair to be kept" in found.verdict
    assert "different first name" in found.verdict
    told = [line.bits for line in found.pair.lines if line.bits is not None]
    assert round(sum(told), 6) == found.pair.weight


def test_two_without_a_link_or_a_model_are_laid_side_by_side(tmp_path: Path) -> None:
    found = two(world(tmp_path, PAIR), "crm:C-1", "crm:C-2")
    assert "never compared, or too little spoke for it" in found.verdict
    told = {line.what: line.says for line in found.pair.lines}
    assert told == {
        "given_name": "differ, not weighed", "surname": "differ, not weighed",
        "email": "differ, not weighed", "place": "agree, not weighed",
    }  # fmt: skip


def test_the_strongest_decided_pair_of_the_customers_stands_beside(tmp_path: Path) -> None:
    persons = f"{PAIR}{BOB} | Rob | Ray | | 12207"
    refused = link("refused", 4.0, 1, 3, reason="contradiction: different first name")
    found = two(world(tmp_path, persons, refused), "crm:C-1", "crm:C-2")
    assert found.nearest is not None
    assert (found.nearest.right.key, found.nearest.status) == ("C-3", "refused")


def test_a_rival_that_counts_is_named(tmp_path: Path) -> None:
    persons = f"{PAIR}{BOB} | Rob | Ray | | 12207"
    evidence = json.dumps({"email": {"level": "same", "weight_bits": 3.0},
                           "rivals": {"level": "x", "weight_bits": -9.0}})  # fmt: skip
    links = [
        link("refused", -6.0, 1, 2, reason="rivals: another record", evidence=evidence),
        link("accepted", 9.0, 2, 3),
    ]
    found = two(world(tmp_path, persons, *links), "crm:C-1", "crm:C-2")
    assert found.rival is not None
    assert (found.rival.left.key, found.rival.right.key) == ("C-2", "C-3")


# --- one customer -----------------------------------------------------------------------------


def test_a_customer_tells_how_it_grew_and_what_it_hangs_on(tmp_path: Path) -> None:
    persons = f"{THREE}{BOB} | Bob | Lee | | 12207"
    links = [
        link("accepted", 9.0, 1, 2), link("accepted", 3.0, 2, 3),
        link("refused", 2.0, 3, 4, reason="contradiction: different first name"),
    ]  # fmt: skip
    history = [event("created", "a", 1), event("merged", "c", 2, survivor_id=ANN)]
    found = one(world(tmp_path, persons, *links, customer_changes=history), customer_id("c"))
    assert [(one.record.key, one.link and one.link.right.key) for one in found.arrivals] == [
        ("C-1", None), ("C-2", "C-1"), ("C-3", "C-2"),
    ]  # fmt: skip
    assert found.weakest is not None
    assert (found.weakest.is_lone, found.weakest.sides, found.weakest.link.weight) == (
        True, (2, 1), 3.0,
    )  # fmt: skip
    assert [(pair.left.key, pair.right.key) for pair in found.kept_out] == [("C-3", "C-4")]
    assert found.changes["kind"].to_list() == ["created", "merged"]
    assert any(customer_id("c") in note for note in found.notes)
    text = shown(explain.render.why(found))
    for words in ("The lone bridge is the link of crm:C-2 and crm:C-3", "Kept out", "merged"):
        assert words in text


def test_a_single_record_says_that_nothing_was_joined(tmp_path: Path) -> None:
    found = one(world(tmp_path, PAIR), "crm:C-1")
    assert "nothing was joined" in found.verdict
    assert found.weakest is None


def test_two_words_for_one_record_are_answered_as_one(first_run: Company) -> None:
    found = one(first_run.root / "warehouse", "crm:3", "crm:3")
    assert "Both words mean the same" in found.notes[0]


def test_what_both_words_mean_is_left_to_one(first_run: Company) -> None:
    found = two(first_run.root / "warehouse", "r.okafor@example.net", "crm:3")
    assert {found.pair.left.source, found.pair.right.key} == {"shop", "3"}


def test_an_event_stands_for_its_person_and_names_it(first_run: Company) -> None:
    found = two(first_run.root / "warehouse", "shop:o5", "crm:3")
    assert (found.pair.left.name, found.is_one) == ("shop:o5", True)


# --- whom it cannot find, what it hides -----------------------------------------------------------


def test_several_customers_are_named_by_id_and_nothing_else(first_run: Company) -> None:
    with pytest.raises(NotFoundError) as raised:
        ask(first_run.root / "warehouse", "bauer@example.org", "crm:1")
    told = str(raised.value)
    assert "several customers answer" in told
    assert told.count("c_") == 3
    for value in ("bauer", "Bauer", "Ida", "crm:2"):
        assert value not in told


def test_nobody_answers_without_repeating_what_was_asked(first_run: Company) -> None:
    with pytest.raises(NotFoundError) as raised:
        ask(first_run.root / "warehouse", "crm:1", "nobody@example.com")
    assert "nobody@" not in str(raised.value)
    assert "the second word: no customer has this email" in str(raised.value)


@pytest.mark.parametrize("words", [(), ("crm:1", "crm:3", "crm:4")])
def test_one_or_two_words_are_wanted(first_run: Company, words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="one or two"):
        ask(first_run.root / "warehouse", *words)


QUESTIONS = [("crm:1", "shop:o1"), ("crm:3", "crm:8"), ("crm:1", "shop:o2"), ("crm:1",), ("crm:4",)]


@pytest.mark.parametrize("words", QUESTIONS)
def test_a_masked_page_holds_no_value_and_a_whole_one_does(
    first_run: Company, words: tuple[str, ...]
) -> None:
    values = {
        str(value)
        for column in ("given_name", "surname", "street", "cast(birth_date as varchar)")
        for value in first_run.query(f"select distinct {column} as v from records")["v"]
        if value
    } | {*first_run.query("select distinct value from identifiers where kind in ('email', 'phone')")
         ["value"]}  # fmt: skip
    assert len(values) > 10
    found = ask(first_run.root / "warehouse", *words)
    masked = explain.render.why_page(found, run_id="r1", with_values=False)
    whole = explain.render.why_page(found, run_id="r1", with_values=True)
    assert [value for value in values if value in masked] == []
    assert [value for value in values if value in whole]
    for page in (masked, whole):
        assert page.startswith("<!doctype html>")
        assert "default-src 'none'" in page
        assert "http://" not in page
        assert "https://" not in page
        assert "<svg" in page


def test_all_is_told_to_machines(first_run: Company) -> None:
    for words in QUESTIONS:
        told = json.loads(
            json.dumps(ask(first_run.root / "warehouse", *words).as_dict(), default=str)
        )
        assert told["verdict"]
