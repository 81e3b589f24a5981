"""Medical institutions: the daily register of medical waste, and recyclable infusion bottles.

The register (Regulation on medical waste, article 12) says source, kind, weight or number, time of
handing over, method, destination and who handled it; waste stays two days at most (article 17).
Each day's batches are posted to the ledger, so that what stands too long is seen while it does;
handing over is the manifest's, which a line here only repeats.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.domains import reported
from wufei.domains.fields import kilograms
from wufei.domains.hazardous.filings import basis, choices, reading
from wufei.hub.base.wording import both
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import (
    Accepted,
    Checked,
    Choices,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Section,
    Severity,
    Values,
)
from wufei.hub.filings.effects import Figure, Flow
from wufei.hub.filings.peers import Compared
from wufei.hub.filings.periods import DueDay, DueWithin, Period, Span

# Regulation on medical waste, article 17.
STORED_DAYS_MAX = 2
KINDS: Choices = (
    ("841-001-01", both("感染性废物", "infectious")),
    ("841-002-01", both("损伤性废物", "sharps")),
    ("841-003-01", both("病理性废物", "pathological")),
    ("841-004-01", both("化学性废物", "chemical")),
    ("841-005-01", both("药物性废物", "pharmaceutical")),
)
_ZERO = Decimal(0)


def _methods() -> Choices:
    return tuple((one.code, one.name) for one in catalogue.stream("medical").methods)


BATCHES = Section(
    "batches",
    _("Batches of the day"),
    (
        Field("source", both("来源", "source"), required=True, help=_("Ward or department.")),
        Field(
            "waste",
            both("种类", "kind"),
            FieldKind.CHOICE,
            required=True,
            choices=choices.of(KINDS),
        ),
        Field(
            "mass",
            both("重量", "weight"),
            FieldKind.MASS,
            unit="kg",
            required=True,
            minimum=Decimal("0.001"),
        ),
        Field("count", both("数量", "number"), FieldKind.INTEGER, minimum=Decimal(1)),
        Field("batch", _("label of the bag or box"), length_max=60),
        Field("handed_over_at", both("交接时间", "time of handing over"), FieldKind.MOMENT),
        Field(
            "method",
            both("处置方法", "method of disposal"),
            FieldKind.CHOICE,
            choices=_methods,
        ),
        Field("goes_to", both("最终去向", "final destination"), length_max=120),
        Field("handler", both("经办人", "handled by"), length_max=40, personal=True),
    ),
    table=True,
    rows_min=1,
    rows_max=2000,
    totalled=("mass",),
)


def _flows(accepted: Accepted) -> Iterator[Flow]:
    return reported.each(accepted, reported.rows(accepted.form, "batches"))


def _elsewhere(checked: Checked) -> Iterator[Problem]:
    now = reported.rows(checked.form, "batches")
    before = reported.rows(checked.in_force, "batches")
    return reported.recorded_elsewhere(checked, now, before, "batches")


def _handed_over_in_time(checked: Checked) -> Iterator[Problem]:
    day = checked.subject.span.first
    for number, row in enumerate(checked.form.rows.get("batches", ())):
        at = row.get("handed_over_at")
        if at is None:
            continue
        handed = timezone.localtime(at).date() if timezone.is_aware(at) else at.date()
        if handed < day:
            text = _("It was handed over before the day on which it arose.")
            yield _in_row("medical_before", Severity.ERROR, text, number)
        elif handed > day + timedelta(days=STORED_DAYS_MAX):
            text = _("It stood longer than {days} days.")
            told = format_lazy(text, days=STORED_DAYS_MAX)
            yield _in_row("medical_too_long", Severity.WARNING, told, number)


def _in_row(code: str, severity: Severity, text: Any, number: int) -> Problem:
    return Problem(code, severity, text, "batches", number, "handed_over_at")


def _nothing_stands_too_long(checked: Checked) -> Iterator[Problem]:
    """What the ledger still has in this store, and days of which nothing was written."""
    medical: reading.Medical = checked.facts["oldest"]
    if medical.oldest_h is not None and medical.oldest_h > STORED_DAYS_MAX * 24:
        text = _("Medical waste stands here for {hours} h; two days are allowed. Have it fetched.")
        yield Problem(
            "medical_stands_too_long",
            Severity.WARNING,
            format_lazy(text, hours=f"{medical.oldest_h:f}"),
            "batches",
            values={"oldest_h": f"{medical.oldest_h:f}"},
        )
    if medical.days_silent is not None and medical.days_silent > STORED_DAYS_MAX:
        text = _("Nothing was registered for {days} days before.")
        yield Problem(
            "medical_days_missing",
            Severity.WARNING,
            format_lazy(text, days=medical.days_silent),
            "batches",
            values={"days": medical.days_silent},
        )


REGISTER = FilingType(
    code="medical.register",
    domain="hazardous",
    name=both("医疗废物登记", "Daily register of medical waste"),
    kind=Kind.NOTIFY,
    period=Period.EVENT,
    sections=(BATCHES,),
    authority=_("medical institution"),
    number_prefix="YFD",
    basis=basis.MEDICAL,
    filers=("hospital",),
    due=DueWithin(STORED_DAYS_MAX, working=False),
    reads=(reading.medical_flows, reading.oldest, sources.profile),
    checks=(
        reported.has_a_place,
        _elsewhere,
        _handed_over_in_time,
        _nothing_stands_too_long,
    ),
    effects=(effects.movements(_flows),),
    help=_("One form for each day. Every line is posted to the ledger as a batch."),
    helped=True,
)


INFUSION = Section(
    "infusion",
    both("未被污染的输液瓶（袋）", "Uncontaminated infusion bottles and bags"),
    (
        kilograms("glass_arisen", _("glass bottles collected"), required=True),
        kilograms("glass_handed", _("glass bottles handed over"), required=True),
        kilograms("plastic_arisen", _("plastic bottles and bags collected"), required=True),
        kilograms("plastic_handed", _("plastic bottles and bags handed over"), required=True),
        Field("recycler", _("handed over to"), length_max=120),
        Field(
            "kept_apart",
            _("kept apart from medical waste, nothing contaminated among it"),
            FieldKind.BOOLEAN,
            required=True,
        ),
        Field(
            "use_agreed",
            _("the contract excludes food containers, toys and medical use"),
            FieldKind.BOOLEAN,
            required=True,
        ),
        Field("photo", _("photo of the receipt"), FieldKind.FILES),
    ),
)


def _handed_is_there(checked: Checked) -> Iterator[Problem]:
    for name in ("glass", "plastic"):
        values = checked.form.values
        handed, arisen = values[f"{name}_handed"], values[f"{name}_arisen"]
        if handed > arisen and checked.last is None:
            text = _("More was handed over than was collected; say whether it stood there before.")
            yield _of_infusion("infusion_more", Severity.WARNING, text, f"{name}_handed")
    handed_over = values["glass_handed"] + values["plastic_handed"]
    if handed_over and not values.get("recycler"):
        text = _("Say to whom it was handed over.")
        yield _of_infusion("infusion_to_whom", Severity.ERROR, text, "recycler")
    for name in ("kept_apart", "use_agreed"):
        if values[name] is False:
            text = _("Contaminated bottles are medical waste, and some uses are forbidden.")
            yield _of_infusion("infusion_not_kept", Severity.WARNING, text, name)


def _of_infusion(code: str, severity: Severity, text: Any, field: str) -> Problem:
    return Problem(code, severity, text, "infusion", field=field)


def _again(checked: Checked) -> Values:
    """The recycler and the contract are mostly those of last month."""
    kept = ("recycler", "kept_apart", "use_agreed")
    return {name: checked.last.values.get(name) for name in kept} if checked.last else {}


def hospitals(span: Span) -> Q:
    return Q(kind="hospital")


INFUSION_BOTTLES = FilingType(
    code="medical.infusion",
    domain="hazardous",
    name=both("输液瓶（袋）回收利用", "Infusion bottles and bags of hospitals"),
    kind=Kind.NOTIFY,
    period=Period.MONTH,
    sections=(INFUSION,),
    authority=_("health department"),
    number_prefix="SYP",
    basis=basis.INFUSION,
    due=DueDay(10),
    owes=hospitals,
    filers=("hospital",),
    prefill=_again,
    checks=(_handed_is_there,),
    compared=(Compared("glass_arisen"), Compared("plastic_arisen")),
    effects=(
        effects.statistics(
            Figure(
                "medical.infusion_glass_collected",
                _("glass bottles collected"),
                "glass_arisen",
                "kg",
            ),
            Figure("medical.infusion_glass", _("glass bottles handed over"), "glass_handed", "kg"),
            Figure(
                "medical.infusion_plastic_collected",
                _("plastic bottles and bags collected"),
                "plastic_arisen",
                "kg",
            ),
            Figure(
                "medical.infusion_plastic",
                _("plastic bottles and bags handed over"),
                "plastic_handed",
                "kg",
            ),
            label=_("Recyclables of hospitals"),
        ),
    ),
    helped=True,
)
MEDICAL = (REGISTER, INFUSION_BOTTLES)
