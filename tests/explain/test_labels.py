"""Labels: every file that says who is who is read alike; a bad one is told without its values."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.errors import CdpError, ContractError, NotFoundError
from cdp.explain import read_labels

SECRET = "secret@x.org"
GOOD = [("crm", "1", "Ann"), ("crm", "2", None), ("shop", "o:1", "Ann")]


def written(folder: Path, text: str, name: str = "labels.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "source,source_record_id,entity\ncrm,1,Ann\ncrm,2,\nshop,o:1,Ann\n",
        "\ufeffsource,key,person_id\ncrm,1,Ann\ncrm,2,\nshop,o:1,Ann\n",
        "Entity,note, Source ,KEY\nAnn,x,shop,o:1\n,x,crm,2\n Ann ,x,crm, 1 \n",
        "record,entity\ncrm:1,Ann\ncrm/2,\nshop:o:1,Ann\n",
        "source,key,entity\ncrm,1,Ann\ncrm,1,Ann\ncrm,2,\nshop,o:1,Ann\n",
    ],
    ids=["names", "demo", "any order", "record", "twice the same"],
)
def test_each_way_to_write_a_label_says_the_same(tmp_path: Path, text: str) -> None:
    assert read_labels(written(tmp_path, text)).rows() == GOOD


def test_parquet_says_the_same_and_numbers_are_keys_too(tmp_path: Path) -> None:
    path = tmp_path / "labels.parquet"
    pl.DataFrame({"source": ["crm"], "key": [7], "entity": [12]}).write_parquet(path)
    assert read_labels(path).rows() == [("crm", "7", "12")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "there is no label"),
        ("source,key,entity\n", "there is no label"),
        (f"{SECRET},1,{SECRET}\n", "no column source, source_record_id or key, entity"),
        (f"source,key,{SECRET}\ncrm,1,x\n", "no column entity or person_id"),
        (f"source,key,{SECRET}\ncrm,1,x\n", "there are: source, key and 1 more"),
        ("source,id,who\ncrm,1,x\n", "entity or person_id; there are: source, id, who"),
        ("src,id,who\nweb,u1,a\n", "none of the 3 columns of the first line is known"),
        ("source;key;entity\ncrm;1;x\n", "the columns are set apart by `;`"),
        (f"source,key,entity\n,{SECRET},{SECRET}\ncrm,,x\n", r"they mean: rows 2; 3 \(2\)"),
        (f"record,entity\n{SECRET},x\n", r"which record they mean: row 2 \(1\)"),
        (
            f"source,key,entity\ncrm,{SECRET},x\nweb,1,y\ncrm,{SECRET},{SECRET}\n",
            r"more than one entity: rows 2 and 4 \(1\)",
        ),
        (f'source,key,entity\ncrm,1,"{SECRET}\n"x"y,2', "cannot be read as CSV"),
        (f"source,key,entity\ncrm,1,x,{SECRET}\n", "cannot be read as CSV"),
    ],
)
def test_a_bad_file_says_what_is_wrong_and_what_to_do_but_no_value(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(ContractError, match=told) as raised:
        read_labels(written(tmp_path, text))
    said = str(raised.value)
    assert "labels.csv" in said
    assert "Hint" in said
    assert "secret" not in said
    assert raised.value.__context__ is None or raised.value.__suppress_context__


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_a_file_that_is_not_utf8_is_told_so(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes("source,key,entity\ncrm,1,Zo\xe9\ncrm,2,x\n".encode(encoding))
    with pytest.raises(ContractError, match="is not UTF-8"):
        read_labels(path)


def test_a_file_that_is_not_there_or_not_what_it_says_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such file"):
        read_labels(tmp_path / "labels.csv")
    with pytest.raises(ContractError, match="cannot be read as Parquet"):
        read_labels(written(tmp_path, "source,key,entity\ncrm,1,x\n", "labels.parquet"))


@given(st.binary(max_size=80))
def test_no_file_whatever_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "labels.csv"
    path.write_bytes(content)
    try:
        found = read_labels(path)
    except CdpError:
        return
    assert found.columns == ["source", "key", "entity"]
