"""What a project may say of matching: weights, limits, and rules of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, FiniteFloat, StringConstraints, model_validator

from cdp.project.closed import Settings
from cdp.project.source import BirthDateOrder
from cdp.project.values import AttributeName, Text, as_list, refusal

RuleName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^`]*$")
]
Words = Annotated[tuple[Text, ...], BeforeValidator(as_list), Field(min_length=1)]
Count = Annotated[int, Field(ge=1)]
Kind = Literal["exact", "text", "date", "number", "identifier"]


class Limit(Settings):
    """How far one kind of identifier, or the keys of one namespace, may be shared."""

    per_customer: Count | None = None
    """Distinct values that one customer may have; None: any number."""
    max_names: Count | None = None
    """Distinct first names that may stand beside one value before it points to nobody."""


class Compared(Settings):
    """How an attribute of the project's own is compared in matching."""

    kind: Kind
    shared_at_home: bool = False
    """Two people of one home or firm may well have the same value."""
    order: BirthDateOrder | None = None
    """The order of year, month and day in a date; None: year-month-day."""
    within: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """By how much two close numbers differ at most; None: by a twentieth of the larger."""

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        for key, kind in (("order", "date"), ("within", "number")):
            if getattr(self, key) is not None and self.kind != kind:
                raise refusal(f"`{key}` is not used", f"it is for the kind {kind}")
        return self


class AlwaysLink(Settings):
    """Two records that agree in all of ``same`` are one customer."""

    name: RuleName
    same: Words


class NeverLink(Settings):
    """Two records that agree in all of ``same`` and differ in all of ``different`` are two."""

    name: RuleName
    same: Annotated[tuple[Text, ...], BeforeValidator(as_list)] = ()
    different: Words

    @model_validator(mode="after")
    def _fields_differ(self) -> Self:
        both = sorted({*self.same} & {*self.different})
        if both:
            raise refusal(f"`{both[0]}` is to be both same and different", "leave it in one")
        return self


def _as_kind(written: object) -> object:
    return {"kind": written} if isinstance(written, str) else written


class Resolving(Settings):
    """How sure a link must be, and what the project's own rules say.

    Weights are match weights: bits, log2 of the odds of a match, the prior included; higher =
    fewer, surer links. 0 bits are even odds, 3 bits are 8 to 1, 10 bits about 1000 to 1.
    ``limits``, ``allow`` and ``block`` go by kind of identifier or namespace of declared keys.
    """

    min_match_weight_bits: FiniteFloat = 1.0
    """A pair of at least this weight is linked, unless a guard refuses it."""
    review_match_weight_bits: FiniteFloat = -1.5
    """A pair of at least this weight, but not linked, is left to a steward."""
    max_cluster_records: Annotated[int, Field(ge=2)] = 250
    """Larger groups are cut at higher weights until their pieces are no larger."""
    limits: Mapping[Text, Limit] = {}
    allow: Mapping[Text, Words] = {}
    """Values that are never generic."""
    block: Mapping[Text, Words] = {}
    """Values that point to nobody."""
    compare: Mapping[AttributeName, Annotated[Compared, BeforeValidator(_as_kind)]] = {}
    """Attributes of the sources that matching compares too."""
    always_link: tuple[AlwaysLink, ...] = ()
    never_link: tuple[NeverLink, ...] = ()

    @model_validator(mode="after")
    def _review_is_below_match(self) -> Self:
        if self.review_match_weight_bits > self.min_match_weight_bits:
            hint = "pairs between the two are left to a steward"
            raise refusal("`review_match_weight_bits` is above `min_match_weight_bits`", hint)
        return self

    @model_validator(mode="after")
    def _identifiers_are_few(self) -> Self:
        if sum(c.kind == "identifier" for c in self.compare.values()) > MOST_IDENTIFIERS:
            hint = "compare the others as `exact`"
            raise refusal(f"`compare` names more than {MOST_IDENTIFIERS} identifiers", hint)
        return self


MOST_IDENTIFIERS = 5
"""Each has a blocking rule of its own, and those are numbered by the bits of one number."""
