"""The report's page: it loads nothing, shows no value unasked, and explains each figure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cdp import cli
from cdp.errors import NotPermittedError
from cdp.explain import open_snapshot, read_model_settings, render
from cdp.explain.judging import compare_fields
from cdp.explain.quality import STATUSES
from cdp.explain.render.meanings import MEANINGS
from tests.explain.linked import Tables, link, people, quality
from tests.explain.snapshot import Row, publish, shown
from tests.laws.world import Company

SECRET = "secret@x.org"
ATTACK = "<script>alert(1)</script>"
EVIDENCE = json.dumps(
    {
        "prior": {"level": "share of matches among all pairs", "weight_bits": -10.0},
        "email": {"level": "same, of one person", "weight_bits": 14.5},
        "sex": {"level": "same", "weight_bits": 0.0},
    }
)
TEXT_FIELDS = (
    "source_record_id", "given_name", "middle_name", "surname", "suffix", "sex", "street", "unit",
    "city", "postcode", "company",
)  # fmt: skip
LOADS = re.compile(r"""(?:src|href|action|data)\s*=\s*["']?\s*(?:https?:)?//|@import|url\(""")


def planted(value: str) -> Tables:
    """A world of two records with one value in every field and list, keys and golden records."""
    tables = people("a | x | x | |\nb | x | x | |")
    lists = {name: [value] for name in ("emails", "phones", "devices", "handles", "keys")}
    fields = dict.fromkeys(TEXT_FIELDS, value)
    records = [{**row, **fields, **lists, "stated": value} for row in tables["records"]]
    keys: Row = {"source_record_id_l": value, "source_record_id_r": value}
    identifiers: list[Row] = [
        {"record_id": n, "kind": kind, "value": value, "is_generic": True, "generic_reason": "many"}
        for n in (1, 2)
        for kind in ("customer_key", "email", "phone", "device", "handle")
    ]
    golden = dict.fromkeys(("given_name", "surname", "email", "phone"), value)
    return {
        **tables,
        "records": records,
        "customers": [{**row, **golden} for row in tables["customers"]],
        "identifiers": identifiers,
        "links": [{**link(status, 4.5, evidence=EVIDENCE), **keys} for status in STATUSES],
    }


def page(folder: Path, tables: Tables, *, with_values: bool = False) -> str:
    return render.report_page(quality(folder, tables, with_values=with_values))


class Tags(HTMLParser):
    """Tags that were opened but not closed, and the headings."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.scripts = 0
        self.headings: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.opened.append(tag)
        self.scripts += tag == "script"
        if tag == "h2":
            self.headings.append(dict(attrs)["id"] or "")

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """A tag that closes itself leaves nothing open."""

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag


def test_no_personal_value_is_shown_unasked(tmp_path: Path) -> None:
    found = quality(tmp_path, planted(SECRET))
    text = render.report_page(found)
    said = text + json.dumps(found.as_dict(), default=str) + shown(render.report(found, "p"))
    assert "secret" not in said
    assert "s***" in text


def test_personal_values_are_shown_when_asked_for_and_the_page_says_so(tmp_path: Path) -> None:
    text = page(tmp_path, planted(SECRET), with_values=True)
    assert text.count(SECRET) > 20
    assert "This page shows personal values" in text


def test_the_page_loads_nothing_and_forbids_itself_to(tmp_path: Path) -> None:
    text = page(tmp_path, planted(SECRET))
    assert not LOADS.search(text)
    assert "http" not in text.replace("http-equiv", "")
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text


@pytest.mark.parametrize("with_values", [False, True])
def test_a_name_cannot_be_a_command_to_the_browser(tmp_path: Path, *, with_values: bool) -> None:
    text = page(tmp_path, planted(ATTACK), with_values=with_values)
    tags = Tags(text)
    assert tags.scripts == 1
    assert tags.opened == []
    assert (ATTACK in text) is False
    assert ("&lt;script&gt;alert" in text) is True or not with_values


def test_a_reason_or_level_is_escaped_too(tmp_path: Path) -> None:
    evidence = json.dumps({ATTACK: {"level": f'"{ATTACK}', "weight_bits": 2.0}})
    links = [link(s, 2.0, reason=f"{ATTACK} `{ATTACK}", evidence=evidence) for s in STATUSES]
    assert Tags(page(tmp_path, {"links": links})).scripts == 1


@pytest.mark.parametrize("tables", [{}, planted("x")], ids=["empty", "full"])
def test_every_figure_says_what_it_means_what_is_good_and_what_to_do(
    tmp_path: Path, tables: Tables
) -> None:
    text = page(tmp_path, tables)
    tags = Tags(text)
    assert tags.opened == []
    labelled = {"labelled", "calibration", "wrong", "missed"}
    assert set(tags.headings) == set(MEANINGS) - {"model"} - labelled
    assert (
        text.count("<dt>What it means</dt>") == text.count("<dt>If not</dt>") == len(tags.headings)
    )
    for meaning in MEANINGS.values():
        assert all((meaning.means, meaning.good, meaning.otherwise))


def test_the_weakest_accepted_and_the_strongest_of_the_others_are_shown(tmp_path: Path) -> None:
    links = [
        link(status, float(bits), record, record + 1, kind=kind)
        for status in STATUSES
        for kind in ("probabilistic", "declared")
        for record, bits in enumerate(range(30), start=1)
    ]
    pairs = quality(tmp_path, {"links": links}).pairs
    assert [pair.match_weight for pair in pairs["accepted"]] == list(range(20))
    for status in ("refused", "review"):
        assert [pair.match_weight for pair in pairs[status]] == list(range(29, 9, -1))
    assert {pair.kind for found in pairs.values() for pair in found} == {"probabilistic"}


def test_a_pair_shows_both_records_and_what_each_comparison_weighs(tmp_path: Path) -> None:
    tables = people("a | Kate | Marsh | k@example.com |\nb | Katherine | Marsh | |")
    links = [link("refused", 4.5, reason="contradiction: different sex", evidence=EVIDENCE)]
    found = quality(tmp_path, {**tables, "links": links}, with_values=True)
    (pair,) = found.pairs["refused"]
    assert [(f.name, f.left, f.right, f.verdict) for f in pair.fields] == [
        ("given name", "Kate", "Katherine", "differs"),
        ("surname", "Marsh", "Marsh", "same"),
        ("emails", "k@example.com", "", "one side only"),
    ]
    assert [(s.comparison, s.bits) for s in pair.evidence] == [("prior", -10.0), ("email", 14.5)]
    text = render.report_page(found)
    assert "contradiction: different sex" in text
    assert "+14.5" in text


def test_values_are_compared_whole_also_when_they_look_alike_masked() -> None:
    one, other = {"surname": "Marsh", "emails": ["a@x.org", "b@x.org"]}, {
        "surname": "Moore", "emails": ["a@x.org"],
    }  # fmt: skip
    fields = compare_fields(one, other, with_values=False)
    assert [(f.left == f.right, f.verdict) for f in fields] == [
        (True, "differs"),
        (False, "shared"),
    ]


def test_a_model_brings_its_chart_and_loads_nothing_either(tmp_path: Path) -> None:
    level = {"sql_condition": "surname_l = surname_r", "label_for_charts": "same </script>"}
    comparison = {
        "output_column_name": "surname",
        "comparison_levels": [
            {"sql_condition": "surname_l is null", "label_for_charts": "-", "is_null_level": True},
            {**level, "m_probability": 0.9, "u_probability": 0.01},
            {"sql_condition": "ELSE", "label_for_charts": "other", "m_probability": 0.1,
             "u_probability": 0.99},
        ],
    }  # fmt: skip
    settings = {"link_type": "dedupe_only", "comparisons": [comparison],
                "unique_id_column_name": "record_id",
                "probability_two_random_records_match": 0.01}  # fmt: skip
    text = render.report_page(quality(tmp_path, {}), model_settings=settings)
    assert "vegaEmbed" in text
    assert r"same \u003c/script" in text
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", text)
    assert len(text) < 1_500_000


def test_the_command_writes_the_page_and_prints_the_figures(
    first_run: Company, tmp_path: Path
) -> None:
    target = tmp_path / "new" / "page.html"
    words = ["report", "--project", str(first_run.root), "--out", str(target)]
    done = CliRunner().invoke(cli.app, words)
    assert done.exit_code == 0, done.output
    assert "expected precision of links" in done.output
    assert "bauer@example.org" not in target.read_text(encoding="utf-8")
    assert target.stat().st_mode & 0o077 == 0
    told = json.loads(CliRunner().invoke(cli.app, [*words, "--json"]).stdout)
    assert told["page"] == str(target)
    counts = told["totals"]
    assert counts["links"] == sum(counts[status] for status in STATUSES)
    assert counts["records"] == told["run"]["records"]
    whole = CliRunner().invoke(cli.app, [*words, "--with-values"])
    assert whole.exit_code == 0
    assert "auer@example.org" in target.read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(NotPermittedError, match="--out"):
        render.write_page(tmp_path / "file" / "page.html", "")
    with pytest.raises(NotPermittedError, match="--out"):
        render.write_page(tmp_path, "")


def test_the_model_of_a_published_run_is_drawn_by_splink(tmp_path: Path) -> None:
    evidence = '{"prior": {"level": "share", "weight_bits": -10.0}}'
    levels = [
        {
            "comparison": "surname", "level_number": number, "level": level, "match_share": match,
            "household_share": 0.5, "random_share": random, "weight_bits": 0.0,
        }
        for number, level, match, random in ((1, "same", 0.9, 0.01), (0, "different", 0.1, 0.99))
    ]  # fmt: skip
    tables = people("a | Ann | Marsh | ann@example.org | 1\na | Ann | Marsh | |")
    publish(tmp_path, {**tables, "runs": [{"run_id": "r1"}], "model_levels": levels,
                       "links": [link("accepted", 9.0, evidence=evidence)]})  # fmt: skip
    with open_snapshot(tmp_path) as snapshot:
        settings = read_model_settings(snapshot)
    assert settings is not None
    assert settings["probability_two_random_records_match"] == pytest.approx(2**-10 / (1 + 2**-10))
    page = render.report_page(quality(tmp_path / "other", {}), model_settings=settings)
    assert "vegaEmbed" in page
