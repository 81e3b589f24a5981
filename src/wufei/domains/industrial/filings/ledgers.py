"""Ledgers inside the works, tables 3 to 7 of the guideline, month by month.

Table 3, the record of each batch that leaves the works, is to be kept; tables 4 to 7 may be. None
of them is owed to anybody: whoever records on the pages of the ledger, and by the load record at
the gate, has them as registers at any time. These forms are for those who keep them elsewhere, and
for columns that the ledger does not know. The columns are from memory (grade C). A batch that goes
to somebody in the district is moved by its load record alone; one that leaves the district without
a record is posted from here.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from wufei.domains import fields
from wufei.domains.fields import mass
from wufei.domains.industrial.filings.basis import AUTHORITY, DOMAIN, WASTE, method, table
from wufei.domains.ledgers import flows, reading, rules
from wufei.domains.ledgers.columns import ENTRY, ROWS_MAX, site
from wufei.domains.ledgers.reading import LedgerLine
from wufei.hub.base.wording import both
from wufei.hub.catalogue.declarations import Outcome
from wufei.hub.filings import effects
from wufei.hub.filings.declarations import (
    Check,
    Choices,
    Effect,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Section,
    Source,
    Values,
)
from wufei.hub.filings.periods import Period
from wufei.hub.registers.declarations import Fact
from wufei.hub.registers.declarations import Kind as Register

_WORDS = 100
KEEPERS = ("enterprise", "plant", "recycler")
SITE = site(_("Where it stands, or is treated."))
FROM_SITE = Field(
    "from_site",
    _("brought from (own site in the register)"),
    FieldKind.SITE,
    help=_("Only where it was moved between two sites of your own."),
)
HERE, OUTSIDE = "here", "outside"
RECEIVERS: Choices = (
    (HERE, both("区内", "in the district")),
    (OUTSIDE, both("区外", "outside the district")),
)
IN, OUT = "in", "out"
DIRECTIONS: Choices = ((IN, both("入库", "stored")), (OUT, both("出库", "left storage")))
TRANSPORT: Choices = (
    ("road", both("公路", "road")),
    ("rail", both("铁路", "rail")),
    ("water", both("水路", "water")),
    ("pipe", both("管道、传送带", "pipe or belt")),
    ("other", both("其他", "other")),
)


def _text(name: str, zh: str, en: str, *, length: int = _WORDS) -> Field:
    return Field(name, both(zh, en), length_max=length, aliases=(zh,))


def _moment(name: str, zh: str, en: str, *, required: bool = True) -> Field:
    return Field(name, both(zh, en), FieldKind.MOMENT, required=required, aliases=(zh,))


NAME = _text("own_name", "名称", "name")
HANDLER = Field("handler", both("经办人", "handled by"), length_max=40, personal=True)


def _line(one: LedgerLine) -> Values:
    return {
        "own_name": one.waste_name,
        "carrier": one.text(Fact.CARRIER),
        "plate": one.text(Fact.PLATE),
        "transport": "road" if one.text(Fact.PLATE) else None,
        "receiver": one.text(Fact.COUNTERPARTY),
        "comes_from": one.text(Fact.COMES_FROM)[:_WORDS],
        "goes_to": one.text(Fact.GOES_TO)[:_WORDS],
        "direction": IN if one.is_in else OUT,
    }


@dataclass(frozen=True)
class _Ledger:
    number: int
    name: tuple[str, str]
    columns: tuple[Field, ...]
    register: Register
    facts: tuple[Fact, ...]
    checks: tuple[Check, ...]
    effects: tuple[Effect, ...] = ()
    reads: tuple[Source, ...] = ()

    def declared(self) -> FilingType:
        zh, en = self.name
        return FilingType(
            code=f"industrial.ledger_{self.number}",
            domain=DOMAIN,
            name=both(
                f"一般工业固体废物台账（表{self.number} {zh}）",
                f"Industrial ledger {self.number} ({en})",
            ),
            kind=Kind.NOTIFY,
            period=Period.MONTH,
            sections=(
                Section(
                    rules.SECTION,
                    both(f"表{self.number} {zh}", f"Table {self.number}: {en}"),
                    (WASTE, NAME, *self.columns, HANDLER, SITE, ENTRY),
                    table=True,
                    rows_min=1,
                    rows_max=ROWS_MAX,
                    totalled=("mass",),
                ),
            ),
            authority=AUTHORITY,
            # YGT3-2026-00001: the table's digit is not the year's.
            number_prefix=f"YGT{self.number}-",
            basis=table(self.number),
            filers=KEEPERS,
            reads=(
                reading.entries(self.register, DOMAIN, self.facts),
                *self.reads,
            ),
            prefill=rules.prefill(_line),
            checks=(
                rules.known,
                rules.in_the_period,
                *self.checks,
            ),
            effects=self.effects,
            help=_(
                "One line for each batch. What the ledger has already stands here; complete it. "
                "Lines that are new are posted to the ledger."
            ),
        )


def _leaves_district(row: Values) -> bool:
    return row.get("receiver_kind") == OUTSIDE


def _is_new(values: Values) -> bool:
    return not values.get("entry")


_OUT_OF_GATE = _Ledger(
    3,
    ("出厂环节记录", "leaving the works"),
    (
        _moment("happened_at", "出厂时间", "time of leaving"),
        mass("mass", "出厂量", "mass that left"),
        _text("carrier", "运输单位", "carrier"),
        _text("plate", "运输车辆", "vehicle", length=20),
        Field(
            "transport",
            both("运输方式", "way of transport"),
            FieldKind.CHOICE,
            choices=lambda: TRANSPORT,
        ),
        _text("receiver", "接收单位", "received by", length=120),
        Field(
            "receiver_kind",
            both("接收单位所在地", "where the receiver is"),
            FieldKind.CHOICE,
            choices=lambda: RECEIVERS,
            required_when=_is_new,
        ),
        method("method", "流向类型", "kind of destination"),
    ),
    Register.OUTGOING,
    reading.ROAD,
    (
        rules.not_twice,
        rules.method_of_the_waste,
        rules.moves_nothing(
            "ledger_no_record",
            _(
                "No load record says so. Record the load at the gate; a line for a receiver in "
                "the district moves nothing."
            ),
            lambda row: not _leaves_district(row),
        ),
    ),
    (effects.movements(flows.exported(_leaves_district, _("left the district"))),),
    (reading.streams(DOMAIN),),
)
_ARISING = _Ledger(
    4,
    ("厂内产生记录", "arising inside the works"),
    (
        _moment("happened_at", "产生时间", "time of arising"),
        mass("mass", "产生量", "mass that arose"),
        _moment("moved_at", "转移时间", "time of moving on", required=False),
        _text("goes_to", "去向", "goes to"),
    ),
    Register.ARISING,
    (Fact.GOES_TO,),
    (rules.not_twice,),
    (effects.movements(flows.arising),),
)
_STORED = _Ledger(
    5,
    ("贮存记录", "storage"),
    (
        fields.choice("direction", both("出入库", "stored or left"), DIRECTIONS),
        _moment("happened_at", "出入库时间", "time of storing or leaving"),
        mass("mass", "数量", "mass"),
        _text("comes_from", "来源", "comes from"),
        FROM_SITE,
        _text("goes_to", "去向", "goes to"),
    ),
    Register.STORED,
    (Fact.COMES_FROM, Fact.GOES_TO),
    (
        rules.not_twice,
        rules.moves_nothing(
            "ledger_storage_only",
            _(
                "This line moves nothing: what was stored arose before (table 4) or was received, "
                "what left was treated (tables 6 and 7) or has its load record (table 3)."
            ),
            lambda row: not row.get("from_site"),
        ),
    ),
    (effects.movements(flows.brought),),
)


def _treatment(number: int, zh: str, en: str, register: Register, outcome: Outcome) -> _Ledger:
    return _Ledger(
        number,
        (f"自行{zh}记录", f"own {en}"),
        (
            _moment("received_at", "接收时间", "time of receiving", required=False),
            _moment("happened_at", f"{zh}时间", f"time of {en}"),
            _text("comes_from", "来源", "comes from"),
            mass("mass", f"{zh}量", f"mass of {en}"),
            method("method", f"{zh}方式", f"method of {en}", required=True),
        ),
        register,
        (Fact.COMES_FROM,),
        (rules.not_twice, rules.method_of_the_waste, rules.method_of(outcome)),
        (effects.movements(flows.treated),),
        (reading.streams(DOMAIN),),
    )


LEDGERS = tuple(
    one.declared()
    for one in (
        _OUT_OF_GATE,
        _ARISING,
        _STORED,
        _treatment(6, "利用", "recovery", Register.RECOVERED, Outcome.RECOVERED),
        _treatment(7, "处置", "disposal", Register.DISPOSED, Outcome.DISPOSED),
    )
)
