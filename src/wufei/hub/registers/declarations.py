"""What a domain declares about its registers 台账: the statutory tables, column by column.

A table says which movements of the ledger it lists, and for each column which recorded ``Fact``
fills it. A column without a fact is one that nobody records: it stays empty and says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from wufei.hub.catalogue.declarations import Text, domain_of


class Kind(StrEnum):
    """Which movements a register lists, as seen by the organisation that keeps it."""

    ARISING = "arising"
    INCOMING = "incoming"
    OUTGOING = "outgoing"
    CARRIED = "carried"
    STORED = "stored"
    STORED_IN = "stored_in"
    STORED_OUT = "stored_out"
    TREATED = "treated"
    RECOVERED = "recovered"
    DISPOSED = "disposed"
    SUMMARY = "summary"


class Fact(StrEnum):
    """What the ledger, the manifests and the registry have recorded of one movement.

    The masses of ``MASS``, ``IN`` and ``OUT`` are those of the movement and add up; ``DECLARED``
    and the weighings are those of the manifest's whole line, which may be several movements.
    """

    POSITION = "position"
    HAPPENED_AT = "happened_at"
    RECORDED_AT = "recorded_at"
    MOVEMENT = "movement"
    STATE = "state"
    WASTE = "waste"
    WASTE_OFFICIAL = "waste_official"
    WASTE_CATEGORY = "waste_category"
    WASTE_CATEGORY_NAME = "waste_category_name"
    WASTE_CODE = "waste_code"
    HAZARD = "hazard"
    MASS = "mass"
    IN = "in"
    OUT = "out"
    UNIT = "unit"
    ORIGINAL_VALUE = "original_value"
    ORIGINAL_UNIT = "original_unit"
    ORIGINAL = "original"
    PIECES = "pieces"
    SITE = "site"
    OTHER_SITE = "other_site"
    CONTAINERS = "containers"
    CONTAINER_COUNT = "container_count"
    COUNTERPARTY = "counterparty"
    COUNTERPARTY_CODE = "counterparty_code"
    CONSIGNOR = "consignor"
    CONSIGNEE = "consignee"
    CARRIER = "carrier"
    PLATE = "plate"
    LICENCE = "licence"
    LICENCE_HOLDER = "licence_holder"
    EXEMPT_RECEIVER = "exempt_receiver"
    METHOD = "method"
    COMES_FROM = "comes_from"
    GOES_TO = "goes_to"
    HANDLER = "handler"
    MANIFEST_NO = "manifest_no"
    AUTHORITY_NO = "authority_no"
    DECLARED = "declared"
    WEIGHED_OUT = "weighed_out"
    WEIGHED_IN = "weighed_in"
    ENTRY = "entry"
    # Of a summary: sums of a waste in the period, not of one movement. What the organisation
    # treated itself, and what it sent to others for treatment, by method.
    OPENING = "opening"
    CLOSING = "closing"
    ARISEN = "arisen"
    STORED = "stored"
    OWN_METHOD = "own_method"
    OWN = "own"
    OWN_RECOVERY_METHOD = "own_recovery_method"
    OWN_RECOVERED = "own_recovered"
    OWN_DISPOSAL_METHOD = "own_disposal_method"
    OWN_DISPOSED = "own_disposed"
    SENT_TO = "sent_to"
    SENT_LICENCE = "sent_licence"
    SENT_REGION = "sent_region"
    SENT_METHOD = "sent_method"
    SENT = "sent"
    SENT_RECOVERY_METHOD = "sent_recovery_method"
    SENT_RECOVERED = "sent_recovered"
    SENT_DISPOSAL_METHOD = "sent_disposal_method"
    SENT_DISPOSED = "sent_disposed"


class Grade(StrEnum):
    """How sure we are of the wording: A as in the text itself, B as retold, C from memory."""

    A = "A"
    B = "B"
    C = "C"

    @property
    def words(self) -> Text:
        return {
            "A": _("columns as in the official text"),
            "B": _("columns as retold, not checked against the official text"),
            "C": _("columns from memory, not the official wording"),
        }[self.value]


@dataclass(frozen=True)
class Source:
    """Where a table comes from; ``edition`` names the standard with its year."""

    edition: Text
    clause: Text
    grade: Grade


@dataclass(frozen=True)
class Col:
    """One statutory column; without a ``fact`` nobody records it. Masses are in tonnes."""

    title: Text
    fact: Fact | None = None


@dataclass(frozen=True)
class RegisterTable:
    """A register as a standard lays it out; the order of the columns is the standard's.

    It is kept for the wastes of ``domain`` ("" means all), there only of ``streams``, if any.
    """

    code: str
    number: str
    title: Text
    kind: Kind
    columns: tuple[Col, ...]
    source: Source | None = None
    domain: str = ""
    streams: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        assert self.columns, self.code

    @property
    def name(self) -> str:
        return f"{self.number} {self.title}".strip()

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(column.fact for column in self.columns if column.fact is not None)

    @property
    def missing(self) -> tuple[Text, ...]:
        """Titles of the columns that nobody records."""
        return tuple(column.title for column in self.columns if column.fact is None)

    def covers(self, stream: str) -> bool:
        """Whether it is kept for this stream."""
        if self.streams:
            return stream in self.streams
        return not self.domain or domain_of(stream).code == self.domain


_tables: dict[str, RegisterTable] = {}


def fill(declared: Iterable[RegisterTable]) -> None:
    """Make ``declared`` the registry's whole content (called once at start-up)."""
    _tables.clear()
    for table in declared:
        assert table.code not in _tables, f"register {table.code} is declared twice"
        _tables[table.code] = table


def tables() -> tuple[RegisterTable, ...]:
    return tuple(_tables.values())


def table(code: str) -> RegisterTable:
    """Raises ``KeyError`` for a code that nobody declares."""
    return _tables[code]


def tables_for(stream: str) -> list[RegisterTable]:
    """Registers that are kept for a stream; all of them without one."""
    return [one for one in _tables.values() if not stream or one.covers(stream)]
