"""What a domain declares about its transfers: who signs which step, what it needs and seals.

``config`` fills the registry once at start-up from ``domains.DOMAINS``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = str | Promise
_SHANGHAI = ZoneInfo("Asia/Shanghai")


class Party(StrEnum):
    """Who is who on a manifest; a person signs for the organisation they belong to."""

    CONSIGNOR = "consignor"
    CARRIER = "carrier"
    CONSIGNEE = "consignee"

    @property
    def label(self) -> Text:
        return {
            "consignor": _("Consignor"),
            "carrier": pgettext_lazy("manifest", "Carrier"),
            "consignee": _("Consignee"),
        }[self.value]


class Grade(StrEnum):
    """How strict the law is with a transfer."""

    STATUTORY = "statutory"
    LOAD_RECORD = "load_record"
    DAILY_TOTAL = "daily_total"

    @property
    def label(self) -> Text:
        return {
            "statutory": _("Statutory manifest"),
            "load_record": _("Load record"),
            "daily_total": _("Daily total"),
        }[self.value]


@dataclass(frozen=True)
class WorkingDays:
    count: int


@dataclass(frozen=True)
class Hours:
    count: int


Deadline = WorkingDays | Hours


@dataclass(frozen=True)
class Step:
    """One signature on the way.

    ``code`` is a ``models.StepCode``. ``needs`` are the fields that must be filled when it is
    signed (names of ``rules.FIELDS``), ``may`` those that may be; ``seals`` the fields that nobody
    can change after it. ``within`` counts from the step before it.
    """

    code: str
    by: Party
    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    seals: frozenset[str] = frozenset()
    within: Deadline | None = None


class Part(StrEnum):
    """What a segment of an authority's number says."""

    YEAR = "year"
    REGION = "region"
    TEXT = "text"
    SERIAL = "serial"


@dataclass(frozen=True)
class Segment:
    """A part of an authority's number, ``width`` characters.

    ``start`` is where in the code of the region (NBS, six digits of the county) the segment
    begins; ``text`` is what a text segment says.
    """

    part: Part
    width: int
    start: int = 0
    text: str = ""


@dataclass(frozen=True)
class Scan:
    """Several steps signed by one scan of the vehicle's code, at a ``place`` ("gate", "site")."""

    place: str
    by: Party
    steps: tuple[str, ...]
    label: Text


class QuotaRule(StrEnum):
    """What the consignor's plan or approval has to say before a load leaves."""

    NONE = ""
    # Held against the plan where one is on record; none on record is a finding.
    IF_ANY = "if_any"
    # No load without one.
    NEEDED = "needed"


class Rounds(StrEnum):
    """How one truck may collect from several consignors."""

    NONE = ""
    # A manifest for each consignor, all of one round.
    SET = "set"
    # One record; each line names its own stop.
    LINES = "lines"


@dataclass(frozen=True)
class ExemptWay:
    """A plant that needs no licence of the template's kinds for what is claimed exempt 豁免处置.

    ``effect`` is the exemption's (``catalogue.Exemption.Effect``); ``methods`` are what the plant
    does then (codes of the stream); ``licence_kinds`` is what it holds instead, of any waste.
    ``alone``: these methods are open under a claim only, whatever else the plant may do.
    """

    effect: str
    methods: frozenset[str]
    licence_kinds: tuple[str, ...] = ()
    alone: bool = False


@dataclass(frozen=True)
class Exempt:
    """What a claimed exemption of the batches lifts from a template; everything else stays.

    ``carriage`` is the exemption under which carriers need no licence of ``carrier_kinds``.
    """

    ways: tuple[ExemptWay, ...]
    carriage: str = ""

    def way(self, method: str) -> ExemptWay | None:
        return next((way for way in self.ways if method in way.methods), None)


@dataclass(frozen=True)
class ManifestTemplate:
    """How one family of wastes travels; every number with its source beside the declaration.

    ``since`` and ``until`` are the first and the last day on which it is issued: a later edition
    of a rule is another template with another code, and older manifests keep theirs.

    ``road_limit_g``: most grams of one load (None: the platform's general limit).
    ``tolerance_permille``: difference between weighed out and weighed in that needs no reason.
    ``authority_pattern``: what a number given by the authority looks like (regular expression);
    ``number_segments``: how one is made where Wufei is configured to be the authority, counted
    together by all templates of one ``number_scope`` (empty: the template's own).

    ``quota``: whether the consignor's plan or approval bounds what may leave.
    ``carriers_max``: how many carriers may follow one another. ``halt_within``: how long a load
    may be set down on the way (None: not at all). ``stored_within``: how old a lot may be when
    it is loaded; an older one is a finding. ``expires_after``: when a manifest that nobody
    loads ends by itself. ``paper_within``: until when a paper manifest is to be entered.
    ``emergency_within``: until when an emergency's manifest is to be completed, and
    ``emergency_lacks`` what it may leave open until then (``services.emergency.completable``).
    ``refusable``: whether the consignee may refuse (part of) a load. ``carrier_kinds``: licences
    of which a carrier needs one. ``exempt``: what exemption claims of its batches lift.
    """

    code: str
    name: Text
    streams: tuple[str, ...]
    grade: Grade
    authority: Text
    number_prefix: str
    steps: tuple[Step, ...]
    tolerance_permille: int
    scans: tuple[Scan, ...] = ()
    road_limit_g: int | None = None
    authority_pattern: str = ""
    number_segments: tuple[Segment, ...] = ()
    number_scope: str = ""
    licence_kinds: tuple[str, ...] = field(default=())
    since: date | None = None
    until: date | None = None
    quota: QuotaRule = QuotaRule.NONE
    carriers_max: int = 1
    halt_within: Deadline | None = None
    stored_within: Hours | None = None
    rounds: Rounds = Rounds.NONE
    expires_after: Deadline | None = None
    paper_within: WorkingDays | None = None
    emergency_within: Deadline | None = None
    emergency_lacks: frozenset[str] = frozenset()
    refusable: bool = True
    carrier_kinds: tuple[str, ...] = ()
    exempt: Exempt | None = None

    def step(self, code: str) -> Step:
        """Raises ``KeyError`` for a step that this template does not have."""
        return {step.code: step for step in self.steps}[code]

    def valid_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )

    def scan(self, place: str) -> Scan | None:
        return next((scan for scan in self.scans if scan.place == place), None)


_templates: dict[str, ManifestTemplate] = {}
_by_stream: dict[str, list[ManifestTemplate]] = {}


def fill(declared: Iterable[ManifestTemplate]) -> None:
    """Make ``declared`` the registry's whole content (called once at start-up)."""
    _templates.clear()
    _by_stream.clear()
    for template in declared:
        assert template.code not in _templates, f"template {template.code} is declared twice"
        assert not template.scans or template.carriers_max == 1, (
            f"template {template.code}: what is signed by one scan has one carrier"
        )
        _templates[template.code] = template
        for stream in template.streams:
            others = _by_stream.setdefault(stream, [])
            assert not any(_overlap(template, other) for other in others), (
                f"stream {stream} has two templates at once"
            )
            others.append(template)


def _overlap(one: ManifestTemplate, other: ManifestTemplate) -> bool:
    starts = [template.since or date.min for template in (one, other)]
    ends = [template.until or date.max for template in (one, other)]
    return max(starts) <= min(ends)


def templates() -> tuple[ManifestTemplate, ...]:
    return tuple(_templates.values())


def template(code: str) -> ManifestTemplate:
    """Raises ``KeyError`` for a code that no domain declares."""
    return _templates[code]


def template_of(stream: str, day: date | None = None) -> ManifestTemplate | None:
    """The template that a stream of waste travels under on ``day`` (None: today)."""
    found = _by_stream.get(stream, [])
    if day is None:
        day = timezone.localdate(timezone=_SHANGHAI)
    return next((template for template in found if template.valid_on(day)), None)
