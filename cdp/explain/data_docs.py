"""Great Expectations' Data Docs of the rules' results: pages for those who know them.

They are made from the check results of the snapshot: counts, lines and words, no cell of a row.
Great Expectations' pages fetch their styles from elsewhere; those references are taken out, so that
the pages open offline and tell nobody that they were opened.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup

from cdp.errors import NotPermittedError
from cdp.explain.snapshot import Snapshot

_CHECKS = """
    with placed as (
        select c.*, d.source_file, dense_rank() over (
            partition by d.source order by d.delivered_at desc, d.delivery_id desc
        ) = 1 as is_newest
        from checks as c join deliveries as d on c.delivery_id = d.delivery_id
        where d.status in ('accepted', 'held')
    )
    select * from placed where run_id = $run_id or is_newest
    order by source, source_file, delivery_id, rule
"""
_REMOTE = re.compile(
    r"""<script[^>]*\bsrc=["']https?:[^>]*>\s*</script>|<link[^>]*\bhref=["']https?:[^>]*>"""
    r"""|<img[^>]*\bsrc=["']https?:[^>]*>|<iframe[^>]*>.*?</iframe>""",
    re.DOTALL,
)
_LINKS = re.compile(r"""https?://[^"'\s<>)]+""")
_SCRIPTS = re.compile(r"<script\b.*?</script>", re.DOTALL)
_STYLE = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<style>body { font: 15px/1.5 system-ui, sans-serif; margin: 1.5rem; } table { border-collapse: collapse; }
td, th { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #ddd; }
.fa-times { color: #a5435f; } .fa-times::before { content: "FAILED "; font-weight: 700; }
.fa-check-circle::before { content: "kept "; } .modal, .d-none, .d-print-block { display: none; }</style>
</head>"""  # noqa: E501 - one style, and one policy, a line


def write_data_docs(snapshot: Snapshot, folder: Path) -> Path:
    """Write Data Docs of the last run's checks into a folder; the page to open.

    Raises:
        NotPermittedError: The folder cannot be written to.
    """
    checks = snapshot.query(_CHECKS, {"run_id": snapshot.run_id}).to_dicts()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            probe = Path(scratch) / "probe"
            probe.touch()
    except OSError:
        raise NotPermittedError(
            what="the pages cannot be written",
            where=folder.name,
            next_step="name a folder of yours: --data-docs DIR",
        ) from None
    _build(checks, snapshot.run_id, folder)
    pages = sorted(page for page in folder.rglob("*.html") if page.name != "index.html")
    for page in pages:
        page.write_text(_offline(page.read_text(encoding="utf-8")), encoding="utf-8")
    index = folder / "index.html"
    listed = _listed(checks, {page.stem: page.relative_to(folder).as_posix() for page in pages})
    # Its own list is made by a script that it would fetch.
    text = _offline(index.read_text(encoding="utf-8"))
    index.write_text(text.replace("</body>", f"{listed}</body>", 1), encoding="utf-8")
    return index


def _listed(checks: Sequence[Mapping[str, Any]], pages: Mapping[str, str]) -> Markup:
    """One line a delivery, linked to its page: what failed, first."""
    failed: dict[tuple[str, str], list[str]] = {}
    for row in checks:
        names = failed.setdefault((row["source_file"], _page_name(row)), [])
        names += [] if row["passed"] else [row["rule"]]
    lines = [
        Markup('<li><a href="{}">{}</a>: {}</li>').format(
            pages[page], file, f"FAILED {', '.join(names)}" if names else "all rules kept"
        )
        for (file, page), names in sorted(failed.items(), key=lambda one: (not one[1], one[0]))
        if page in pages
    ]
    return Markup("<ul>{}</ul>").format(Markup("").join(lines))


def _page_name(row: Mapping[str, Any]) -> str:
    return re.sub(r"[^\w.-]+", "_", f"{row['source_file']} {row['delivery_id']}")


def _build(checks: Sequence[Mapping[str, Any]], run_id: str, folder: Path) -> None:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    for site in list(context.get_site_names()):
        context.delete_data_docs_site(site)
    context.add_data_docs_site(
        site_name="checks",
        site_config={
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,  # type: ignore[typeddict-unknown-key]  # GX reads it
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(folder.resolve()),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    by_delivery: dict[str, list[Mapping[str, Any]]] = {}
    for row in checks:
        by_delivery.setdefault(row["delivery_id"], []).append(row)
    for rows in by_delivery.values():
        _add(context, rows, run_id)
    context.build_data_docs(site_names=["checks"])


def _add(context: Any, rows: Sequence[Mapping[str, Any]], run_id: str) -> None:
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    failed = sum(not row["passed"] for row in rows)
    suite = rows[0]["source"]
    # The run's id begins with its start; one that somebody gave by hand does not.
    begun = re.match(r"\d{8}T\d{6}", run_id)
    at = datetime.strptime(begun[0], "%Y%m%dT%H%M%S") if begun else datetime(2000, 1, 1)
    run = RunIdentifier(run_name=run_id, run_time=at.replace(tzinfo=UTC))
    result = ExpectationSuiteValidationResult(
        success=not failed,
        results=[_result(row) for row in rows],
        suite_name=suite,
        statistics={
            "evaluated_expectations": len(rows),
            "successful_expectations": len(rows) - failed,
            "unsuccessful_expectations": failed,
            "success_percent": 100 * (len(rows) - failed) / len(rows),
        },
        meta={"run_id": run, "active_batch_definition": {}, "batch_spec": {}},
    )
    key = ValidationResultIdentifier(
        expectation_suite_identifier=ExpectationSuiteIdentifier(suite),
        run_id=run,
        batch_identifier=_page_name(rows[0]),
    )
    context.validation_results_store.set(key, result)


def _result(row: Mapping[str, Any]) -> Any:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    checked, failed = row["rows_checked"], row["rows_failed"]
    told = f"{row['rule']} ({row['severity']}, {row['expectation']}): {row['message']}"
    return ExpectationValidationResult(
        success=row["passed"],
        expectation_config=ExpectationConfiguration(
            # Shown are the words alone. This class takes any column and needs no other argument.
            type="expect_column_values_to_not_be_null",
            kwargs={"column": row["column"] or "the whole delivery"},
            meta={"rule": row["rule"]}, description=told,
        ),
        result={
            "element_count": checked,
            "unexpected_count": failed,
            "unexpected_percent": 100 * failed / max(checked, 1),
            "partial_unexpected_list": [],
        },
        meta={},
        exception_info={
            "raised_exception": False, "exception_message": None, "exception_traceback": None
        },
    )  # fmt: skip


def _offline(page: str) -> str:
    """A page of Great Expectations without what it would fetch, and without its scripts.

    >>> _offline('<head><script src="https://cdn.example/x.js"></script></head>x')[-8:]
    '</head>x'
    """
    bare = _LINKS.sub("", _SCRIPTS.sub("", _REMOTE.sub("", page)))
    return bare.replace("% not null", "% kept it").replace("</head>", _STYLE, 1)
