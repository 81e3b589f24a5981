"""Movements from a table: what a plant's own system, a weighbridge or last year's books know."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import IdReused, Invalid, Refusal
from wufei.hub.base.tables import Column, Kind, Quantity, Table, Taken
from wufei.hub.base.tables.spec import Choices
from wufei.hub.catalogue import declarations
from wufei.hub.catalogue.models import WasteType
from wufei.hub.catalogue.queries import waste
from wufei.hub.ledger import services
from wufei.hub.ledger.entries import AccountKey, Entry, LotPart, NewLot
from wufei.hub.ledger.forms.recording import ENTRIES, mass_of
from wufei.hub.ledger.models import Account, Lot, Movement
from wufei.hub.ledger.models import AccountKind as A
from wufei.hub.ledger.queries.reach import movements_of, reach
from wufei.hub.ledger.refusals import ImportedOtherwise, UnknownMethod
from wufei.hub.ledger.services import Lack
from wufei.hub.ledger.units import UNIT_LABELS, UNIT_SPELLINGS
from wufei.hub.registry.models import Organisation, Site
from wufei.hub.registry.queries import visible_organisations

# Ids of imported movements are made from the organisation and the row's own number.
NAMESPACE = UUID("6b1f0c0e-2c52-5d5c-9a56-3a1b0f7c9d11")
ACT = "ledger.movement.import"
KINDS = (
    ("arising", _("arisen")),
    ("opening", _("opening stock")),
    ("import", _("brought in")),
    ("export", _("taken out")),
    ("treatment", _("treated")),
)


def method_choices() -> Choices:
    return [(method.code, method.name) for method in declarations.methods().values()]


# What a service says of its input → the column that it came from.
_CELLS = {"mass": "value", "lots": "lot"}


def take(values: Mapping[str, Any], actor: Actor) -> Taken:
    """One row, telling whether it is here already; refusals name its cells."""
    try:
        return write(values, actor)[1]
    except IdReused as reused:
        number = values["external_id"]
        raise ImportedOtherwise(number=number, field="external_id") from reused
    except Refusal as refusal:
        refusal.field = _CELLS.get(refusal.field, refusal.field)
        raise


def write(values: Mapping[str, Any], actor: Actor) -> tuple[Movement, Taken]:
    """One row. The same row again records nothing; what the book lacks becomes a finding."""
    holder = _holder(values["organisation"], actor)
    site = _site(values["site"], holder)
    happened_at: datetime = values["happened_at"]
    what = waste(values["waste"], timezone.localdate(happened_at), field="waste")
    entry = _entry(values, holder, site, what, happened_at)
    number = values["external_id"]
    is_known = Movement.objects.filter(uuid=entry.id).exists()
    (movement,) = services.post(
        [entry], by=actor, cause=f"import:{number}"[:120], on_lack=Lack.SHORTFALL
    )
    return movement, Taken.KNOWN if is_known else Taken.NEW


def _entry(
    values: Mapping[str, Any],
    holder: Organisation,
    site: Site,
    what: WasteType,
    happened_at: datetime,
) -> Entry:
    source, target, method = _ends(values, what)
    keys = [
        AccountKey(kind, holder.pk, what.pk, site.pk, method=method if kind is target else "")
        for kind in (source, target)
    ]
    value, unit = measured(values["value"], values.get("unit") or "")
    mass = mass_of(value, unit, what)
    uuid = uuid5(NAMESPACE, f"{holder.uuid}:{values['external_id']}")
    label = (values.get("lot") or "").strip()
    lots_out: tuple[LotPart, ...] = ()
    lot_in = None
    if label and declarations.stream(what.stream).tracking is declarations.Tracking.LOTS:
        if source is A.STOCK:
            lots_out = (LotPart(_lot(label, keys[0], uuid).uuid, mass.grams),)
        else:
            lot_in = NewLot(uuid5(uuid, "lot"), label)
    return Entry(uuid, keys[0], keys[1], mass, happened_at, lots_out=lots_out, lot_in=lot_in)


def measured(quantity: Quantity, unit: str) -> tuple[str, str]:
    """Number and unit of a cell: its own, or its heading's, or that of the unit column (``unit``).

    Raises ``Invalid`` where cell or heading and the unit column say different things.
    """
    if quantity.unit and unit and quantity.unit != unit:
        words = _("The amount is in %(amount)s, the unit says %(unit)s. Make them agree.")
        told = {"amount": UNIT_LABELS[quantity.unit], "unit": UNIT_LABELS[unit]}
        raise Invalid(words % told, field="unit")
    return str(quantity.value), quantity.unit or unit or "t"


def _ends(values: Mapping[str, Any], what: WasteType) -> tuple[A, A, str]:
    kind = values["kind"]
    if kind != "treatment":
        return (*ENTRIES[kind], "")
    code = values.get("method") or ""
    if not code:
        raise Invalid(_("A treatment needs its method."), field="method")
    for method in declarations.stream(what.stream).methods:
        if method.code == code:
            return A.STOCK, A(method.outcome.value), code
    raise UnknownMethod(method=code, field="method")


def _holder(text: str, actor: Actor) -> Organisation:
    rows = visible_organisations(actor, ACT)
    found = list(rows.filter(Q(credit_code=text.upper()) | Q(name=text))[:2])
    if len(found) == 1:
        return found[0]
    raise Invalid(
        _("No organisation of that name or credit code that you may record for.")
        if not found
        else _("Several organisations have that name: write the credit code."),
        field="organisation",
    )


def _site(text: str, holder: Organisation) -> Site:
    site = holder.sites.filter(name=text).first()
    if site is None:
        names = "、".join(holder.sites.order_by("name").values_list("name", flat=True)[:5])
        words = _("This organisation has no site of that name. It has: %(names)s.")
        raise Invalid(words % {"names": names or "—"}, field="site")
    return site


def _lot(label: str, key: AccountKey, id: UUID) -> Lot:
    """The lot of this number that stands there, or that left there with the movement ``id``."""
    left = Lot.objects.filter(entries__movement__uuid=id, entries__side="out", label=label).first()
    if left is not None:
        return left
    account = Account.objects.filter(
        kind=key.kind, holder=key.holder_id, waste=key.waste_id, place=key.place_id
    ).first()
    lot = Lot.objects.filter(account=account, label=label, remaining_g__gt=0).first()
    if account is None or lot is None:
        raise Invalid(_("No lot of that number stands at this site."), field="lot")
    return lot


def _rows(actor: Actor) -> "QuerySet[Movement]":
    return Movement.objects.filter(movements_of(reach(actor, "ledger.movement.view")))


TABLE = Table(
    code="ledger.movement",
    title=_("Movements"),
    guidance=_(
        "One line is one movement: waste that arose, stood there before, came in, was treated or "
        "was taken out. The number of the record makes it safe to send the same file again. What "
        "the book lacks is entered as a shortfall and reported."
    ),
    columns=(
        Column(
            "happened_at",
            _("happened"),
            Kind.DATETIME,
            required=True,
            help=_("Beijing time"),
            aliases=("发生时间", "产生时间", "入库时间", "出库时间", "日期"),
        ),
        Column(
            "organisation",
            _("organisation"),
            required=True,
            help=_("credit code, or the name in full"),
            aliases=("单位名称", "企业名称", "产废单位"),
        ),
        Column(
            "site",
            _("site"),
            required=True,
            help=_("name of the site in the register"),
            aliases=("场所名称", "设施名称", "贮存设施"),
        ),
        Column(
            "waste",
            _("waste code"),
            required=True,
            example="900-214-08",
            aliases=("危废代码", "危险废物代码", "固废代码", "废物八位码"),
        ),
        Column(
            "kind",
            _("movement"),
            Kind.CHOICE,
            choices=lambda: KINDS,
            required=True,
            aliases=("类型", "流水类型", "业务类型"),
        ),
        Column(
            "method",
            _("method"),
            Kind.CHOICE,
            choices=method_choices,
            help=_("of a treatment: one that the waste's stream knows"),
        ),
        Column(
            "value",
            _("amount"),
            Kind.QUANTITY,
            unit="t",
            units=UNIT_SPELLINGS,
            required=True,
            help=_("another unit than tonnes: in the heading, in the cell or in its own column"),
            aliases=("重量", "质量", "净重", "产生量", "数量"),
        ),
        Column(
            "unit",
            _("unit of measure"),
            Kind.CHOICE,
            choices=lambda: [*UNIT_LABELS.items()],
            help=_("tonnes if empty"),
        ),
        Column(
            "lot",
            _("lot or container"),
            length_max=60,
            help=_("for wastes that are told apart by container"),
            example="",
            aliases=("容器编号", "批次号", "批次编号"),
        ),
        Column(
            "external_id",
            _("number of the record"),
            required=True,
            length_max=80,
            help=_("your own number; each one once"),
            example="WB-2026-000123",
            aliases=("单号", "磅单号", "流水号", "台账编号"),
        ),
    ),
    rows=_rows,
    write=take,
)
