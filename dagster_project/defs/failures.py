"""What Dagster may hear of a failure: names, counts and surrogate keys, never a cell.

Dagster keeps the text of an exception, and of all that it grew from, in its event log for good.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg

from cdp.errors import CdpError, GateError
from cdp.pipeline import Run, Step

_ACCEPT_JUMP = "\nIn Dagster: launch with resources: {run: {config: {accept_jump: true}}}"


@contextmanager
def failing_without_cells(run: Run, step: Step) -> Iterator[None]:
    """Enter a failure of the step in the ledger, and raise it in words that hold no cell.

    Raises:
        dagster.Failure: The step failed; our own errors say their text, others only their kind
            and place, since the message of a library may quote a cell.
    """
    try:
        yield
    except CdpError as fault:
        _mark_failed(run)
        hint = _ACCEPT_JUMP if isinstance(fault, GateError) else ""
        raise dg.Failure(f"{type(fault).__name__}: {fault}{hint}", allow_retries=False) from None
    except Exception as defect:  # noqa: BLE001 - the last net before Dagster's event log
        _mark_failed(run)
        text = f"Internal error in {step.name} ({type(defect).__name__} at {_place(defect)})."
        raise dg.Failure(f"{text} Please report it.", allow_retries=False) from None
    except BaseException:
        _mark_failed(run)
        raise


def _mark_failed(run: Run) -> None:
    # A store that broke cannot take the entry; the step's own failure is what counts.
    with suppress(Exception):
        run.finish("failed")


def _place(defect: Exception) -> str:
    frame = traceback.extract_tb(defect.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
