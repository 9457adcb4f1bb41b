"""A project folder, ``cdp.yaml`` and ``sources/*.yaml``, as frozen, typed settings.

`load_project` is the door: it reads the folder and reports all faults at once, each with its
file, its line and the nearest right key. Nothing else in the product reads the environment.
"""

from __future__ import annotations

from cdp.project.columns import columns_mapped, columns_named, key_columns_named
from cdp.project.file_format import PACKED, FileFormat, FileType
from cdp.project.fingerprints import cleaning_fingerprint, fingerprint, project_fingerprint
from cdp.project.header_cells import A_VALUE, LIKE_A_VALUE, is_of_values, names_told
from cdp.project.loading import (
    Survey,
    load_project,
    project_folder_from_environment,
    survey_project,
)
from cdp.project.presets import (
    About,
    Preset,
    RecognisedBy,
    columns_expected,
    nearest_preset,
    preset_named,
    presets,
)
from cdp.project.reading import Written
from cdp.project.resolving import AlwaysLink, Compared, Limit, NeverLink, Resolving
from cdp.project.settings import Project, QualitySettings
from cdp.project.source import (
    Amount,
    ColumnOrValue,
    Consent,
    DeliveredAt,
    Expectation,
    Instant,
    PersonRef,
    SetAside,
    Severity,
    Source,
)
from cdp.project.values import duration_of
from cdp.project.vocabulary import (
    CONSENT_CHANNELS,
    MANY_VALUED,
    MATCHED_FIELDS,
    PERSON_FIELDS,
    nearest,
)

__all__ = [
    "A_VALUE",
    "CONSENT_CHANNELS",
    "LIKE_A_VALUE",
    "MANY_VALUED",
    "MATCHED_FIELDS",
    "PACKED",
    "PERSON_FIELDS",
    "About",
    "AlwaysLink",
    "Amount",
    "ColumnOrValue",
    "Compared",
    "Consent",
    "DeliveredAt",
    "Expectation",
    "FileFormat",
    "FileType",
    "Instant",
    "Limit",
    "NeverLink",
    "PersonRef",
    "Preset",
    "Project",
    "QualitySettings",
    "RecognisedBy",
    "Resolving",
    "SetAside",
    "Severity",
    "Source",
    "Survey",
    "Written",
    "cleaning_fingerprint",
    "columns_expected",
    "columns_mapped",
    "columns_named",
    "duration_of",
    "fingerprint",
    "is_of_values",
    "key_columns_named",
    "load_project",
    "names_told",
    "nearest",
    "nearest_preset",
    "preset_named",
    "presets",
    "project_fingerprint",
    "project_folder_from_environment",
    "survey_project",
]
