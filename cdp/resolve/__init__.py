"""Who is who: identifiers, scored pairs, guarded clusters, stable customer ids."""

from __future__ import annotations

from cdp.resolve.attribute_values import fold_identifier
from cdp.resolve.clusters import cluster_records
from cdp.resolve.drift import drift_notices, drift_of
from cdp.resolve.households import build_households
from cdp.resolve.identifiers import build_identifiers
from cdp.resolve.membership import assign_customer_ids
from cdp.resolve.pairs import score_pairs
from cdp.resolve.rulings import place_rulings
from cdp.resolve.settings import ResolveSettings
from cdp.resolve.trial import changed_weights, compare, train_candidate
from cdp.resolve.versions import (
    Version,
    begin_training,
    fits,
    kept_model,
    promote,
    version_in_use,
)

__all__ = [
    "ResolveSettings",
    "Version",
    "assign_customer_ids",
    "begin_training",
    "build_households",
    "build_identifiers",
    "changed_weights",
    "cluster_records",
    "compare",
    "drift_notices",
    "drift_of",
    "fits",
    "fold_identifier",
    "kept_model",
    "place_rulings",
    "promote",
    "score_pairs",
    "train_candidate",
    "version_in_use",
]
