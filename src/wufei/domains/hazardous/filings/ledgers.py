"""Ledgers by container 管理台账, tables B.1 to B.5 of HJ 1259-2022, month by month.

What the ledger does not know – batch codes, codes of facilities, who handled it – is added to what
stands there (see ``domains.ledgers``). Who keeps a ledger elsewhere hands in its lines, by hand or
as a file. Nobody owes these forms; whoever records on the pages of the ledger has them as
registers at any time.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from wufei.domains.fields import mass
from wufei.domains.hazardous.filings import basis, choices, ledger_rules
from wufei.domains.hazardous.filings.columns import (
    CONTAINERS,
    NAMED,
    STORE,
    choice,
    code,
    method,
    moment,
    person,
    text,
)
from wufei.domains.hazardous.filings.plan import AUTHORITY
from wufei.domains.ledgers import flows, reading, rules
from wufei.domains.ledgers.columns import ENTRY, ROWS_MAX, site
from wufei.hub.base.wording import both
from wufei.hub.filings import effects
from wufei.hub.filings.declarations import (
    Check,
    Effect,
    Field,
    FilingType,
    Kind,
    Section,
    Source,
)
from wufei.hub.filings.periods import Period
from wufei.hub.registers.declarations import Kind as Register

DOMAIN = "hazardous"
SITE = site()
_FACTS = (*reading.CONTAINERS, *reading.RECEIVERS)


@dataclass(frozen=True)
class _Ledger:
    table: str
    name: tuple[str, str]
    fields: tuple[Field, ...]
    register: Register
    checks: tuple[Check, ...]
    effects: tuple[Effect, ...] = ()
    reads: tuple[Source, ...] = ()

    def declared(self) -> FilingType:
        zh, en = self.name
        word = self.table.replace(".", "").lower()
        return FilingType(
            code=f"hazardous.ledger_{word}",
            domain=DOMAIN,
            name=both(f"危险废物管理台账（{zh}）", f"Hazardous waste ledger ({en})"),
            kind=Kind.NOTIFY,
            period=Period.MONTH,
            sections=(
                Section(
                    "lines",
                    both(f"{self.table} {zh}", f"{self.table} {en}"),
                    (*self.fields, ENTRY),
                    table=True,
                    rows_min=1,
                    rows_max=ROWS_MAX,
                    totalled=("mass",),
                ),
            ),
            authority=AUTHORITY,
            # HWB1-2026-00001: the table's digit is not the year's.
            number_prefix=f"HW{self.table.replace('.', '')}-",
            basis=basis.annex(self.table),
            filers=ledger_rules.KEEPERS,
            reads=(
                reading.entries(self.register, DOMAIN, _FACTS),
                *self.reads,
            ),
            prefill=ledger_rules.prefill,
            checks=(
                rules.known,
                rules.in_the_period,
                *self.checks,
            ),
            effects=self.effects,
            help=_(
                "One line for each container. What the ledger has already stands here; complete "
                "it. Lines that are new are posted to the ledger."
            ),
        )


_BATCH_BEFORE = text(
    "batch_before",
    "产生批次编码/出库批次编码",
    "code of the batch that arose or left storage",
    length=60,
)

_ARISING = _Ledger(
    "B.1",
    ("产生", "arising"),
    (
        text("batch", "产生批次编码", "code of the batch that arose", length=60),
        moment("happened_at", "产生时间", "time of arising"),
        *NAMED,
        mass("mass", "产生量", "mass that arose"),
        *CONTAINERS,
        code("facility_code", "产生危险废物设施编码", "code of the facility where it arose"),
        person("handler", "产生部门经办人", "handled by (where it arose)"),
        choice("goes_to", "去向", "goes to", choices.DESTINATIONS),
        SITE,
    ),
    Register.ARISING,
    (rules.not_twice,),
    (effects.movements(flows.arising),),
)
_IN = _Ledger(
    "B.2",
    ("入库", "into storage"),
    (
        text("batch", "入库批次编码", "code of the batch that was stored", length=60),
        moment("happened_at", "入库时间", "time of storing"),
        *CONTAINERS,
        *NAMED,
        mass("mass", "入库量", "mass stored"),
        *STORE,
        person("carrier", "运送部门经办人", "handled by (transport)"),
        person("handler", "贮存部门经办人", "handled by (storage)"),
        text("batch_before", "产生批次编码", "code of the batch that arose", length=60),
        SITE,
    ),
    Register.STORED_IN,
    (rules.not_twice, ledger_rules.container_is_there),
    (effects.movements(flows.stored),),
    (reading.standing(DOMAIN),),
)
_OUT = _Ledger(
    "B.3",
    ("出库", "out of storage"),
    (
        text("batch", "出库批次编码", "code of the batch that left storage", length=60),
        moment("happened_at", "出库时间", "time of leaving storage"),
        *CONTAINERS,
        *NAMED,
        mass("mass", "出库量", "mass that left storage"),
        *STORE,
        person("handler", "出库部门经办人", "handled by (storage)"),
        person("carrier", "运送部门经办人", "handled by (transport)"),
        text("batch_before", "入库批次编码", "code of the batch that was stored", length=60),
        choice("goes_to", "去向", "goes to", choices.DESTINATIONS),
        SITE,
    ),
    Register.STORED_OUT,
    (ledger_rules.left_in_the_ledger,),
)
_OWN = _Ledger(
    "B.4",
    ("自行利用/处置", "own recovery or disposal"),
    (
        text("batch", "自行利用/处置批次编码", "code of the batch that was treated", length=60),
        moment("happened_at", "自行利用/处置时间", "time of recovery or disposal"),
        *CONTAINERS,
        *NAMED,
        mass("mass", "自行利用/处置量", "mass recovered or disposed of oneself"),
        code("facility_code", "自行利用/处置设施编码", "code of the facility of treatment"),
        method("method", "自行利用/处置方式", "own method of recovery or disposal", required=True),
        moment(
            "finished_at",
            "自行利用/处置完毕时间",
            "time when treatment was finished",
            required=False,
        ),
        person("handler", "自行利用/处置部门经办人", "handled by (treatment)"),
        _BATCH_BEFORE,
        SITE,
    ),
    Register.TREATED,
    (rules.not_twice, rules.method_of_the_waste, rules.finished_after),
    (effects.movements(flows.treated),),
    (ledger_rules.streams,),
)
_SENT = _Ledger(
    "B.5",
    ("委外利用/处置", "entrusted recovery or disposal"),
    (
        text("batch", "委外利用/处置批次编码", "code of the batch that was entrusted", length=60),
        moment("happened_at", "出厂时间", "time of leaving"),
        *CONTAINERS,
        *NAMED,
        mass("mass", "委外利用/处置量", "mass entrusted"),
        method("method", "利用/处置方式", "method of recovery or disposal"),
        choice(
            "receiver_kind",
            "接收单位类型",
            "type of the receiving organisation",
            choices.RECEIVERS,
            required=True,
        ),
        text("licence_holder", "经营许可证持有单位名称", "name of the licence holder", length=120),
        text("licence_no", "许可证编码", "number of the licence", length=60),
        text(
            "exempt_receiver", "豁免管理单位名称", "name of the exempted organisation", length=120
        ),
        text("abroad_receiver", "境外单位名称", "name of the organisation abroad", length=120),
        text("export_no", "出口核准通知单编号", "number of the export approval", length=60),
        _BATCH_BEFORE,
        SITE,
    ),
    Register.OUTGOING,
    (ledger_rules.sent_by_manifest, ledger_rules.receivers_may),
    (effects.movements(flows.exported(ledger_rules.goes_abroad, _("sent abroad"))),),
    ledger_rules.READS_OF_SENT,
)
LEDGERS = tuple(one.declared() for one in (_ARISING, _IN, _OUT, _OWN, _SENT))
