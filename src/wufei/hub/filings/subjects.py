"""Who files what for when: what prefill, classes and sources are asked about."""

from dataclasses import dataclass

from wufei.hub.filings.periods import Span
from wufei.hub.registry.models import Organisation, Site


@dataclass(frozen=True)
class Subject:
    """An organisation, or one of its sites, and the period that it files for."""

    organisation: Organisation
    span: Span
    site: Site | None = None
    class_code: str = ""
