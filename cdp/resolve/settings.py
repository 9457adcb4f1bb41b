"""What can be set about resolving: weights in bits, limits as counts."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ResolveSettings(BaseModel):
    """How sure a link must be, and how far an identifier may be shared.

    Weights are match weights: bits, log2 of the odds of a match, the prior included; higher =
    fewer, surer links. 0 bits are even odds, 3 bits are 8 to 1, 10 bits about 1000 to 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_match_weight_bits: float = 1.5
    """A pair of at least this weight is linked, unless a guard refuses it."""
    review_match_weight_bits: float = -1.5
    """A pair of at least this weight, but not linked, is left to a steward."""
    rule_weight_bits: float = 7.0
    """The least weight of a pair that a deterministic rule links."""
    declared_weight_bits: float = 40.0
    """The weight of a pair that shares a declared key."""
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
    max_cluster_records: int = Field(default=250, ge=2)
    """Larger groups are cut at higher weights until their pieces are no larger."""
    unique_namespaces: tuple[str, ...] = ()
    """Namespaces of declared keys of which a customer can have but one."""
