"""The Python rules: names, sizes, imports, clock and chance."""

from __future__ import annotations

import pytest

from tools.lint import clock, imports, names


def name_rules(path: str, text: str) -> list[str]:
    return [finding.rule for finding in names.check(path, text)]


def import_rules(path: str, text: str) -> list[str]:
    return [finding.rule for finding in imports.check(path, text)]


def clock_rules(path: str, text: str) -> list[str]:
    return [finding.rule for finding in clock.check(path, text)]


@pytest.mark.parametrize("path", ["cdp/utils.py", "cdp/common/dates.py", "tools/misc.py"])
def test_a_module_or_folder_that_could_hold_anything_is_found(path: str) -> None:
    assert name_rules(path, "") == ["banned-module"]


@pytest.mark.parametrize(
    "text",
    [
        "data = 1",
        "for df in rows: pass",
        "def f(*, manager): pass",
        "def process(): pass",
        "f = lambda data: 1",
        "import polars as df",
        "with f() as (a, data): pass",
        "class C:\n    data: int = 1",
    ],
)
def test_a_name_that_says_nothing_is_found_wherever_it_is_given(text: str) -> None:
    assert name_rules("cdp/x.py", text) == ["banned-name"]


def test_names_that_others_gave_may_be_used() -> None:
    assert name_rules("cdp/x.py", "from data import demo\nprint(response.data, f(data=1))") == []


def test_tests_may_use_any_name() -> None:
    assert name_rules("tests/common/test_x.py", "data = 1\n" * 400) == []


def test_a_file_over_the_limit_is_found_and_one_at_the_limit_is_not() -> None:
    assert name_rules("cdp/x.py", "a = 1\n" * 300) == []
    assert name_rules("cdp/x.py", "a = 1\n" * 301) == ["file-size"]


def test_a_function_is_measured_without_its_docstring() -> None:
    docstring = '    """One.\n' + "\n    More." * 40 + '\n    """\n'
    at_limit = "def f():\n" + docstring + "    g()\n" * 59
    assert name_rules("cdp/x.py", at_limit) == []
    assert name_rules("cdp/x.py", at_limit + "    g()\n") == ["function-size"]


def test_a_class_is_measured_without_the_docstrings_of_its_methods() -> None:
    method = '    def f(self):\n        """One.\n\n        Two.\n        """\n'
    at_limit = "class C:\n" + method + "    a = 1\n" * 148
    assert name_rules("cdp/x.py", at_limit) == []
    assert name_rules("cdp/x.py", at_limit + "    a = 1\n") == ["class-size"]


@pytest.mark.parametrize(
    "text",
    [
        "import great_expectations as gx",
        "from splink import Linker",
        "try:\n    import pyspark.sql\nexcept ImportError: pass",
        "class C:\n    import splink",
    ],
)
def test_a_slow_package_imported_with_its_module_is_found(text: str) -> None:
    assert import_rules("cdp/resolve/x.py", text) == ["slow-import"]


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    import splink",
        "async def f():\n    from great_expectations import get_context",
        "if TYPE_CHECKING:\n    from splink import Linker",
        "import splinkish",
        "from .splink import x",
    ],
)
def test_a_slow_package_imported_when_needed_passes(text: str) -> None:
    assert import_rules("cdp/resolve/x.py", text) == []


def test_pandas_stays_at_its_one_border() -> None:
    text = "def f():\n    import pandas as pd"
    assert import_rules("cdp/quality/x.py", text) == []
    assert import_rules("cdp/profiles/x.py", text) == ["pandas-border"]


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.environ['A']",
        "from os import getenv as g\ng('A')",
        "import os\nos.getenv('A')",
    ],
)
def test_only_the_settings_read_the_environment(text: str) -> None:
    assert import_rules("cdp/store/x.py", text) == ["environment"]
    assert import_rules("cdp/project.py", text) == []


def test_the_future_import_is_refused_where_dagster_reads_annotations() -> None:
    text = "from __future__ import annotations"
    assert import_rules("dagster_project/defs/x.py", text) == ["future-import"]
    assert import_rules("cdp/x.py", text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("from datetime import datetime\ndatetime.now(UTC)", "clock"),
        ("import datetime as d\nd.date.today()", "clock"),
        ("from datetime import datetime as dt\nx = dt.utcnow", "clock"),
        ("from time import time\ntime()", "clock"),
        ("import random\nrandom.shuffle(rows)", "chance"),
        ("from random import choice\nchoice(rows)", "chance"),
        ("import numpy as np\nnp.random.rand(3)", "chance"),
        ("import uuid\nuuid.uuid4()", "chance"),
        ("import os\nos.urandom(8)", "chance"),
    ],
)
def test_a_transform_that_reads_clock_or_chance_is_found(text: str, rule: str) -> None:
    assert clock_rules("cdp/profiles/x.py", text) == [rule]
    assert clock_rules("cdp/cli.py", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime, timedelta\ndatetime(2026, 1, 1) + timedelta(1)",
        "import random\nrandom.Random(seed).random()",
        "import numpy as np\nnp.random.default_rng(seed)",
        "import time\ntime.monotonic()",
        "as_of.now()",
    ],
)
def test_clock_and_chance_as_arguments_pass(text: str) -> None:
    assert clock_rules("cdp/profiles/x.py", text) == []
