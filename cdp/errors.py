"""Every error that the product raises, grouped by what the operator does next.

::

    CdpError
    ├── ConfigError            fix the settings and run again             exit 2
    │   └── ProjectError       all faults of a project folder at once
    ├── ContractError          fix the data or the rule                   exit 3
    │   ├── TableContractError a table breaks its contract
    │   ├── SqlContractError   a .sql file reads what it does not declare
    │   ├── DeliveryError      a file cannot be read
    │   ├── DeliveryHeldError  a delivery is held and the project says stop
    │   └── GateError          a snapshot is not fit to be published
    ├── NotFoundError          nothing is there (yet)                     exit 4
    ├── TransientError         try again later                            exit 75
    │   ├── StoreLockedError   another run holds the store
    │   └── StoreFullError     the disk is full
    └── NotPermittedError      never retry                                exit 77

A message says what, where, how many and what to do next, in names, counts and surrogate keys:
never a cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class CdpError(Exception):
    """The root: catch it to catch whatever this product raises on purpose.

    ``exit_code`` is what the shell gets from the `cdp` command.
    """

    exit_code = 1

    def __init__(
        self, *, what: str, where: str = "", how_many: int | None = None, next_step: str = ""
    ) -> None:
        """Say what is wrong, where, how many, and what to do next."""
        super().__init__(what)
        self.what = what
        self.where = where
        self.how_many = how_many
        self.next_step = next_step

    def __str__(self) -> str:
        """One sentence, and a hint on a line of its own.

        >>> print(CdpError(what="the file is empty", where="web", next_step="deliver it again"))
        web: the file is empty
        Hint: deliver it again
        """
        said = f"{self.where}: {self.what}" if self.where else self.what
        if self.how_many is not None:
            said += f" ({self.how_many})"
        return f"{said}\nHint: {self.next_step}" if self.next_step else said

    def as_dict(self) -> dict[str, object]:
        """What is wrong, where, how many and what to do next, for machines."""
        names = ("what", "where", "how_many", "next_step")
        return {name: getattr(self, name) for name in names}

    def __reduce__(self) -> tuple[object, ...]:
        """Pass from process to process whole: keyword arguments are not in ``args``."""
        return _revive, (type(self), self.args, vars(self))


def _revive(kind: type[CdpError], args: tuple[object, ...], said: dict[str, object]) -> CdpError:
    error = kind.__new__(kind, *args)
    vars(error).update(said)
    return error


class ConfigError(CdpError):
    """The settings are wrong. Catch it to ask for other settings; a retry is of no use."""

    exit_code = 2


@dataclass(frozen=True)
class Fault:
    """One fault of a settings file; ``line`` counts from 1, 0 when the file itself is missing."""

    file: str
    line: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """``file:line: message (hint)``."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class ProjectError(ConfigError):
    """A project folder has faults. Catch it to show ``faults``: all, with file and line."""

    def __init__(self, faults: Sequence[Fault], *, next_step: str = "mend the lines above") -> None:
        """Carry every fault, sorted by file and line."""
        self.faults = tuple(sorted(faults, key=lambda f: (f.file, f.line, f.message)))
        count = len(self.faults)
        listed = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(
            what=f"{count} fault{'s' if count != 1 else ''} in the project\n{listed}",
            next_step=next_step,
        )


class ContractError(CdpError):
    """Data or a rule is wrong. Catch it to stop one delivery or table and go on with others."""

    exit_code = 3


class TableContractError(ContractError):
    """A table (``where``) breaks a rule of its contract (``what``): columns, nulls or key.

    Catch it in tests of a step; in a run it is a defect of the step that writes the table.
    """

    def __init__(
        self,
        *,
        what: str,
        where: str = "",
        how_many: int | None = None,
        next_step: str = "",
        first_keys: Sequence[str | int] = (),
    ) -> None:
        """Name the first rows that break the rule by their surrogate keys.

        >>> print(
        ...     TableContractError(
        ...         what="key is not unique", where="clean.records", how_many=2, first_keys=[7, 9]
        ...     )
        ... )
        clean.records: key is not unique; first keys: 7, 9 (2)
        """
        self.first_keys = tuple(first_keys)
        named = ", ".join(str(key) for key in self.first_keys)
        what = f"{what}; first keys: {named}" if named else what
        super().__init__(what=what, where=where, how_many=how_many, next_step=next_step)


class SqlContractError(ContractError):
    """A statement (``where``) reads what it does not declare, or makes other columns than agreed.

    Catch it in a lint of .sql files; in a run it is a defect of ours.
    """


class DeliveryError(ContractError):
    """A file (``where``: its source and name) cannot be read at all.

    Catch it to enter the delivery as unreadable and to go on with the next file.
    """


class DeliveryHeldError(ContractError):
    """A delivery breaks a critical rule, and the project says ``on_critical: stop``.

    Catch it to end the run; with ``on_critical: hold`` it is never raised.
    """


class GateError(ContractError):
    """A snapshot is not fit to be published; the former one stands.

    Catch it to ask a person whether the jump is right.
    """


class NotFoundError(CdpError):
    """Nothing is published yet, or nobody and nothing is known by that name.

    Catch it to say so: for the one who asks it is an answer, not a failure.
    """

    exit_code = 4


class TransientError(CdpError):
    """The fault may pass. Catch it to try the same again later."""

    exit_code = 75


class StoreLockedError(TransientError):
    """Another run holds the store; ``what`` says which one, and since when.

    Catch it to wait for that run, or to leave the work to it.
    """


class StoreFullError(TransientError):
    """The disk is full; what was published stands. Catch it to make room, then try again."""


class NotPermittedError(CdpError):
    """The store's owner does not allow it. Catch it to ask them; never retry."""

    exit_code = 77
