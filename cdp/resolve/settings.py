"""What can be set about resolving: what a project says, and what only experiments change."""

from __future__ import annotations

from pydantic import Field

from cdp.project import Resolving
from cdp.resolve.attributes import identifiers_of


class ResolveSettings(Resolving):
    """A project's settings, and those that no project needs to change; weights are in bits."""

    declared_weight_bits: float = 40.0
    """The weight of a pair that shares a declared key, or that an always-link rule joins."""
    min_kept_weight_bits: float = -3.0
    """Pairs lighter than this against random ones say nothing, not even in the guards."""
    min_bridge_weight_bits: float = 5.0
    """What a link must weigh to join two groups of records all by itself."""
    max_names_per_identifier: int = Field(default=6, ge=1)
    """Distinct first names that an email, phone, ... may have before it points to nobody."""
    max_nameless_records_per_identifier: int = Field(default=30, ge=1)
    """Nameless records of one source, each with its own key, that may share an identifier."""
    max_block_size: int = Field(default=200, ge=2)
    """Records that may share a blocking key; larger blocks make no pairs."""
    max_pairs_per_record: int = Field(default=3, ge=1)
    """Pairs that one blocking rule may make per record on average; smallest blocks first."""

    min_kept_model_records: int = Field(default=2_000, ge=0)
    """From so many records on a model is kept; below, each run trains anew."""

    min_household_weight_bits: float = 3.0
    """Odds of one home against one person or strangers from which two customers may share one."""
    max_household_customers: int = Field(default=8, ge=2)
    """Larger ones are no home, nor is an address, a phone, ... that more customers share."""

    @property
    def per_customer(self) -> dict[str, int]:
        """Field to the number of distinct values of it that a customer may have."""
        return {
            field: limit.per_customer
            for field, limit in sorted(self.limits.items())
            if limit.per_customer is not None
        }

    @property
    def sources_without_duplicates(self) -> frozenset[str]:
        """Sources of which a customer may have one record only."""
        return frozenset(field for field, most in self.per_customer.items() if most == 1)

    @property
    def max_names(self) -> dict[str, int]:
        """Field to the number of first names that one value of it may have."""
        stated = {field: limit.max_names for field, limit in self.limits.items()}
        kinds = (*IDENTIFIER_KINDS, *identifiers_of(self.compare))
        usual = dict.fromkeys(kinds, self.max_names_per_identifier)
        return usual | {field: names for field, names in stated.items() if names is not None}


IDENTIFIER_KINDS = ("device", "email", "handle", "phone")
"""The kinds of identifiers that may be generic by themselves; declared keys only if so limited."""
