"""Finding 疑点: what a check saw. Pure; ``services.record_findings`` keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """A breach of a rule, as data.

    ``code`` names the rule, ``subject`` the thing ("ledger.account:12"), ``values`` what was
    seen (JSON values, units last in each name: ``mass_g``), ``episode`` tells repeats apart:
    the same (code, subject, episode) is recorded once.
    """

    code: str
    subject: str
    severity: Severity = Severity.WARNING
    values: Mapping[str, Any] = field(default_factory=dict)
    episode: str = ""
