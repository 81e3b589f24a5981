"""Dead livestock 病死畜禽: a call to the collector, and the treatment plant's month.

A call tells the collector and opens nothing in the ledger: what died arises when it is loaded, and
the load record moves it. The call leads to that record, with what was called in already.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from wufei.domains.agricultural.filings import basis, coefficients, reading
from wufei.domains.agricultural.filings.farms import AUTHORITY, DOMAIN
from wufei.domains.fields import count, kilograms, mass, photo
from wufei.hub.accounts.permissions import Role
from wufei.hub.base.actor import Actor
from wufei.hub.base.notices.models import Notice
from wufei.hub.base.notices.services import notify_all
from wufei.hub.base.wording import both
from wufei.hub.catalogue import methods as m
from wufei.hub.filings import checks, effects, sources
from wufei.hub.filings.declarations import (
    Accepted,
    Checked,
    Choices,
    Effect,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Made,
    Problem,
    Section,
    Severity,
    Text,
    Values,
)
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.periods import DueDay, DueWithin, Period, Span
from wufei.hub.registers.queries.summary import WasteFlow
from wufei.hub.registry.models import Organisation

_MANY = 100


def _call_mass(values: Values) -> Decimal | None:
    each, count_ = coefficients.value("carcass", values.get("animal")), values.get("dead")
    return None if each is None or count_ is None else each * count_


def _as_last_time(checked: Checked) -> Values:
    """The animals of last time, and where they stand."""
    last = checked.last.values if checked.last else {}
    profile = checked.facts["profile"]
    return {
        "animal": last.get("animal"),
        "place": last.get("place") or profile["site_address"] or profile["site"],
    }


def _plausible(checked: Checked) -> Iterator[Problem]:
    values = checked.form.values
    if values["dead"] == 0:
        text = _("How many died? Write the number.")
        yield Problem("carcass_none", Severity.ERROR, text, "call", field="dead")
    elif values["animal"] != "poultry" and values["dead"] > _MANY:
        text = _("So many dead at once must be reported to the veterinary office by telephone.")
        yield Problem("carcass_many", Severity.WARNING, text, "call", field="dead")


# Whom it is told.
def _collectors() -> Sequence[Organisation]:
    return list(Organisation.objects.filter(pk__in=reading.carcass_plants()).order_by("pk"))


def _told(accepted: Accepted) -> dict[str, str]:
    values, subject = accepted.form.values, accepted.subject
    animal = dict(coefficients.choices("carcass")).get(values["animal"], values["animal"])
    return {
        "farm": subject.organisation.name,
        "animal": str(animal),
        "count": str(values["dead"]),
        "kg": f"{values.get('mass') or 0:f}",
        "place": values.get("place") or "—",
        "town": str((subject.site or subject.organisation).region),
    }


def _preview(accepted: Accepted) -> Sequence[Text]:
    text = _("{collector} is told.")
    return [format_lazy(text, collector=one.name) for one in _collectors()]


_TITLE = gettext_noop("Dead livestock to collect: %(farm)s")
_BODY = gettext_noop(
    "%(count)s %(animal)s, about %(kg)s kg, at %(place)s (%(town)s). Send the truck; the load "
    "record is written when it is loaded."
)


def _tell(accepted: Accepted, by: Actor) -> Sequence[Made]:
    """A notice to all who work for the collector, once for each version."""
    collectors = list(_collectors())
    told = notify_all(
        Notice(
            title=_TITLE,
            body=_BODY,
            values=_told(accepted),
            role=role,
            organisation_id=one.pk,
        )
        for one in collectors
        for role in (Role.CLERK, Role.KEEPER, Role.DRIVER)
    )
    text = _("{collector} was told.")
    names = {one.pk: one.name for one in collectors}
    return [
        Made(f"base.notice:{one.uuid}", format_lazy(text, collector=names[one.organisation_id]))
        for one in told
        if one.role == Role.CLERK and one.organisation_id is not None
    ]


CALL = FilingType(
    code="agricultural.carcass_call",
    domain=DOMAIN,
    name=both("病死畜禽报告", "Dead livestock: call for collection"),
    kind=Kind.NOTIFY,
    period=Period.EVENT,
    sections=(
        Section(
            "call",
            both("病死畜禽", "Dead livestock"),
            (
                Field(
                    "animal",
                    both("种类", "kind"),
                    FieldKind.CHOICE,
                    required=True,
                    choices=lambda: coefficients.choices("carcass"),
                ),
                count("dead", both("死亡数量", "how many died"), "头/只"),
                Field(
                    "mass",
                    both("估计重量", "about"),
                    FieldKind.MASS,
                    unit="kg",
                    computed=_call_mass,
                    help=coefficients.whence("carcass"),
                ),
                photo(),
                Field("place", both("地点", "where"), length_max=120, aside=True),
            ),
        ),
    ),
    authority=AUTHORITY,
    number_prefix="NYS",
    basis=basis.CARCASS,
    due=DueWithin(1, working=False),
    filers=("farm", "village_point"),
    reads=(sources.profile,),
    prefill=_as_last_time,
    checks=(_plausible,),
    effects=(
        Effect("call", _("The collector is told"), _preview, _tell),
        effects.statistics(
            Figure("agricultural.dead_reported", _("dead animals reported"), "dead", "head"),
            label=_("Dead livestock"),
        ),
    ),
    help=_("Say what died and how many; the collector is told at once and comes for them."),
    simple=True,
    helped=True,
)

# The treatment plant's month.
METHODS: Choices = tuple(
    (one.code, one.name)
    for one in (
        m.RENDERING,
        m.INCINERATION,
        m.DEEP_BURIAL,
        m.SAFE_DISPOSAL,
        m.COMPOST,
        m.OIL_EXTRACTION,
    )
)
RECEIVED = mass("received", "收集量", "collected")
TREATED = mass("treated", "处理量", "treated")
_WASTES: Choices = (
    ("LC-dead-pigs", both("猪", "pigs")),
    ("LC-dead-ruminants", both("牛羊", "cattle and sheep")),
    ("LC-dead-poultry", both("禽", "poultry")),
    ("LC-dead-other", both("其他", "others")),
)


def plants(span: Span) -> Q:
    return Q(pk__in=reading.carcass_plants())


def _came_g(flow: WasteFlow) -> int:
    """What came in: what went or stands at the end, less what stood before."""
    out_g = sum(way.mass_g for way in (*flow.own, *flow.sent))
    return max(flow.closing_g + out_g - flow.opening_g, 0)


def _treated_g(flow: WasteFlow) -> int:
    return sum(way.mass_g for way in flow.own)


def _plant_begins(checked: Checked) -> Values:
    """The month as the ledger has it."""
    return {
        "lines": [
            {
                "waste": flow.waste.code,
                "received": sources.tonnes(_came_g(flow)),
                "treated": sources.tonnes(_treated_g(flow)),
                "method": flow.own[0].method if flow.own else m.RENDERING.code,
            }
            for flow in checked.facts["flows"]
            if _came_g(flow) or _treated_g(flow)
        ]
    }


PLANT = FilingType(
    code="agricultural.carcass_plant",
    domain=DOMAIN,
    name=both("病死畜禽无害化处理月报", "Carcass treatment: month of the plant"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(
        Section(
            "lines",
            both("收集与处理", "Collected and treated"),
            (
                Field(
                    "waste",
                    both("种类", "kind"),
                    FieldKind.CHOICE,
                    required=True,
                    choices=lambda: _WASTES,
                ),
                count("head", both("数量", "number"), "头/只", required=False),
                RECEIVED,
                TREATED,
                Field(
                    "method",
                    both("处理方式", "method"),
                    FieldKind.CHOICE,
                    required=True,
                    choices=lambda: METHODS,
                ),
            ),
            table=True,
            key=("waste",),
            totalled=("received", "treated"),
            help=_("No line means that nothing came."),
        ),
        Section(
            "products",
            both("产物", "Products"),
            (
                mass("oil", "油脂", "fat", required=False),
                mass("meal", "肉骨粉", "meat and bone meal", required=False),
                kilograms("disinfectant", both("消毒剂用量", "disinfectant used")),
                photo(),
            ),
        ),
    ),
    authority=AUTHORITY,
    number_prefix="NYW",
    basis=basis.CARCASS,
    due=DueDay(10),
    owes=plants,
    filers=("plant",),
    reads=(reading.carcasses, sources.profile),
    prefill=_plant_begins,
    checks=(
        checks.agrees("lines", RECEIVED, _came_g, code="carcass_received"),
        checks.agrees("lines", TREATED, _treated_g, code="carcass_treated"),
    ),
    # Nothing is posted: what came was moved by load records; what is missing there is a question
    # to the collector. At the plant nothing arises.
    effects=(
        effects.statistics(
            Figure(
                "agricultural.carcass_received",
                _("dead livestock collected"),
                "received",
                "t",
                section="lines",
                dimension="waste",
            ),
            Figure(
                "agricultural.carcass_treated",
                _("dead livestock treated"),
                "treated",
                "t",
                section="lines",
                dimension="waste",
            ),
            Figure("agricultural.carcass_oil", both("油脂", "fat"), "oil", "t"),
            Figure("agricultural.carcass_meal", both("肉骨粉", "meat and bone meal"), "meal", "t"),
            label=_("Dead livestock"),
        ),
    ),
    help=_("The month as the ledger has it, to be looked through; and what came out of it."),
)
CARCASSES = (CALL, PLANT)
